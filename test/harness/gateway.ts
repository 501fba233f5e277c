/** The gateway as a process of its own, the way an operator runs it: started, killed, started again on the same port and data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';
import { root } from './build.ts';
import { Hopeless, until } from './until.ts';
import { forgetProcess, noteProcess, onceARun, temporaryDirectory } from './workplace.ts';

/** The first owner of every gateway that tests start. */
export const OWNER = { email: 'olive@kettle.example', password: 'steeped-for-four-minutes' };

/** Time for the first start on an empty directory, on a machine that does other things too. */
const READY_MS = 60_000;
/** A graceful stop promises a few seconds; after these the test would rather fail than hang. */
const STOP_MS = 15_000;

export interface GatewayOptions {
  /** Where its data is; a new temporary directory by default. */
  dataDir?: string;
  /** 0, the default: any free one. It keeps the one it got when it is started again. */
  port?: number;
  env?: Record<string, string>;
  /** What is run, with arguments for Node before it; the gateway itself by default. */
  program?: readonly string[];
}

export interface Session { cookie: string; member: { id: string; name: string; email: string; role: string }; workspace: { id: string; name: string } }

/** A running (or killed) gateway. All its promises reject with what it printed. */
export class Gateway {
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  readonly #program: readonly string[];
  #port: number;
  #child: ChildProcess | undefined;
  #stdout = '';
  #stderr = '';
  #session: Promise<Session> | undefined;

  constructor(options: GatewayOptions) {
    this.dataDir = options.dataDir ?? temporaryDirectory('data');
    this.#port = options.port ?? 0;
    this.#env = options.env ?? {};
    this.#program = options.program ?? ['gateway/server.ts'];
  }

  /** `http://localhost:PORT`, without a slash at the end. */
  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** What it printed for people, since its first start. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Its log, since its first start. */
  get stderr(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, or starts it again on the same port and data. Resolves when it answers `/readyz` with 200. */
  async start(): Promise<void> {
    const printedBefore = this.#stdout.length;
    this.launch();
    try {
      if (this.#port === 0) this.#port = Number(await this.#printed(/http:\/\/[^\s:/]+:(\d+)/, printedBefore));
      await until(async () => this.#orEnded() && (await fetch(`${this.url}/readyz`)).ok, { timeout: READY_MS, what: `${this.url}/readyz` });
    } catch (error) {
      await this.kill();
      throw new Error(`The gateway did not start. ${this.#output()}`, { cause: error });
    }
  }

  /** Starts the process without waiting for anything; for tests that kill it while it starts. */
  launch(): void {
    if (this.#child) throw new Error('The gateway runs already');
    if (!existsSync(join(root, 'dist/manifest.json'))) throw new Error('dist/ is not built; `npm run build` says why');
    const child = spawn(process.execPath, this.#program, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', LOG_LEVEL: 'warn', NO_COLOR: '1',
        MIRADESK_OWNER_EMAIL: OWNER.email, MIRADESK_OWNER_PASSWORD: OWNER.password,
        ...this.#env, PORT: String(this.#port), DATA_DIR: this.dataDir,
      },
    });
    this.#child = child;
    if (child.pid !== undefined) noteProcess(child.pid, this.#program.at(-1) ?? '');
    child.stdout.setEncoding('utf8').on('data', (text: string) => { this.#stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#stderr += text; });
    child.once('error', (error) => { this.#stderr += `${error.message}\n`; });
    child.once('close', () => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** Ends it at once, as a crash or kill -9 does. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill(signal);
    await until(() => this.#child !== child, { what: `the gateway to end after ${signal}`, every: 5 });
  }

  /** Sends it a signal and waits for nothing: SIGSTOP freezes it, SIGCONT thaws it. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Stops it the graceful way. Rejects when it takes too long, and ends it then. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGTERM');
    try {
      await until(() => this.#child !== child, { timeout: STOP_MS, what: 'the gateway to stop' });
    } catch (error) {
      await this.kill();
      throw new Error(`The gateway did not stop. ${this.#output()}`, { cause: error });
    }
  }

  /** Kills it with -9 and starts it again on the same port and data. */
  async crashAndRestart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** A session of the owner, the same each time; quicker than signing in again. */
  session(): Promise<Session> {
    this.#session ??= this.signIn();
    return this.#session;
  }

  /** Signs the owner in (or another member) and answers the cookie for later requests. */
  async signIn(who: { email: string; password: string } = OWNER): Promise<Session> {
    const response = await fetch(`${this.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.url },
      body: JSON.stringify(who),
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`Sign-in answered ${response.status}: ${body}`);
    const cookie = response.headers.getSetCookie().map((header) => header.split(';')[0]).join('; ');
    return { cookie, ...(JSON.parse(body) as Omit<Session, 'cookie'>) };
  }

  async #printed(pattern: RegExp, from: number): Promise<string> {
    return until(() => this.#orEnded() && pattern.exec(this.#stdout.slice(from))?.[1], { timeout: READY_MS, what: 'its address' });
  }

  #orEnded(): true {
    if (!this.#child) throw new Hopeless('The process ended');
    return true;
  }

  #output(): string {
    return `It printed:\n${this.#stdout}\nand logged:\n${this.#stderr.slice(-4_000)}`;
  }
}

/** Starts a gateway. The caller stops it (`afterAll(() => gateway.stop())`); the end of the run clears away what a failed test left. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const ordinary = !options.dataDir && !Object.keys(options.env ?? {}).some((name) => /OWNER|WORKSPACE|DATABASE_URL|SUPABASE_URL/.test(name));
  const gateway = new Gateway(ordinary ? { ...options, dataDir: await dataOfAFirstStart() } : options);
  await gateway.start();
  return gateway;
}

/** A data directory as a first start leaves it. Making a database takes seconds, copying one does not, so it is made once a run. */
async function dataOfAFirstStart(): Promise<string> {
  const made = await onceARun('first-start', async (directory) => {
    const first = new Gateway({ dataDir: directory });
    await first.start();
    await first.stop();
  });
  const copy = temporaryDirectory('data');
  await cp(made, copy, { recursive: true });
  return copy;
}

/** In a test: shows the gateway's log when the test fails. */
export function showLogOnFailure(gateway: Gateway): void {
  onTestFailed(() => console.log(`The gateway's log:\n${gateway.stderr.slice(-8_000)}`));
}
