/** The servers that are measured, as processes of their own: a gateway on one of its databases, and the bare Socket.IO echo it is compared with. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { forgetProcess, noteProcess, temporaryDirectory } from '../test/harness/workplace.ts';
import { OTHER_CORE, SERVER_CORE, onCore, pinMainThread, pinProcess } from './cores.ts';
import { CUT, type Job, type ResultOf } from './load.ts';

const ROOT = join(import.meta.dirname, '..');
const OWNER = { email: 'owner@example.com', password: 'steeped-for-four-minutes' };
const NO_LIMITS = '100000000/100000000';
const START_MS = 60_000;

export interface Server {
  name: string;
  pid: number;
  port: number;
  /** A member's session; null for the bare server, which has no members. */
  cookie: string | null;
  /** From its start to the line that says it is ready. */
  readyMs: number;
  /** Address of its inspector; empty unless it was started with one. */
  inspector: string;
  stop(): Promise<void>;
  /** Ends it with -9. */
  kill(): Promise<void>;
}

export type Database = 'PGlite' | 'Postgres';

/** The bare server. */
export function startEcho({ inspect = false }: { inspect?: boolean } = {}): Promise<Server> {
  return start('echo', [...inspectorOf(inspect), 'bench/echo-server.ts'], {});
}

const inspectorOf = (inspect: boolean): string[] => (inspect ? ['--inspect=127.0.0.1:0'] : []);

export interface GatewayChoice {
  /** Address of a Postgres database; PGlite in a new folder without one. */
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  core?: number;
  /** The port and data of one before, to take its place. */
  port?: number;
  dataDir?: string;
  /** With an inspector, see inspect.ts. */
  inspect?: boolean;
  env?: Record<string, string>;
}

/** A gateway without limits on the rate of requests, and one session of its owner. */
export async function startGateway({ databaseUrl, redisUrl, core = SERVER_CORE, port = 0, dataDir = temporaryDirectory('bench'), inspect = false, env = {} }: GatewayChoice): Promise<Server> {
  const server = await start(databaseUrl ? 'Postgres' : 'PGlite', [...inspectorOf(inspect), 'gateway/server.ts'], {
    PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'warn', MIRADESK_OWNER_EMAIL: OWNER.email, MIRADESK_OWNER_PASSWORD: OWNER.password,
    RATE_VISITOR_MESSAGES: NO_LIMITS, RATE_VISITOR_REQUESTS: NO_LIMITS, RATE_MEMBER_REQUESTS: NO_LIMITS, RATE_CONNECTIONS: NO_LIMITS, RATE_HTTP: NO_LIMITS,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : { DATA_DIR: dataDir }),
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    ...env,
  }, core);
  const url = `http://localhost:${server.port}`;
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify(OWNER) });
  if (!response.ok) throw new Error(`sign-in answered ${response.status}`);
  server.cookie = response.headers.getSetCookie().map((header) => header.split(';')[0]).join('; ');
  return server;
}

async function start(name: string, args: string[], env: Record<string, string>, core = SERVER_CORE): Promise<Server> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } });
  const begun = performance.now();
  const pid = child.pid ?? 0;
  let inspector = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    inspector ||= /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(text)?.[0] ?? '';
    // Its log; what the inspector says of itself is not of interest.
    if (text.startsWith('{')) process.stderr.write(text);
  });
  noteProcess(pid, args.at(-1) ?? '');
  child.once('exit', () => forgetProcess(pid));
  const port = await printedPort(child);
  const readyMs = performance.now() - begun;
  // Its own thread has a core for itself; PGlite's thread is the database and shares the other one with the load, as Postgres does.
  pinProcess(pid, 1 - core);
  pinMainThread(pid, core);
  return {
    name, pid, port, cookie: null, readyMs, inspector,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

function printedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const late = setTimeout(() => reject(new Error(`no address after ${START_MS} ms; printed: ${printed}`)), START_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const port = /http:\/\/[^\s:/]+:(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      resolve(Number(port));
    });
    child.once('exit', () => reject(new Error(`it ended; printed: ${printed}`)));
  });
}

/** Runs a load on the other core and answers what it measured. `onCut` is called when the load asks for the server to be cut off. */
export function runLoad<J extends Job>(job: J, onCut: () => void = () => {}, core = OTHER_CORE): Promise<ResultOf<J>> {
  const [command, ...args] = onCore(core, [process.execPath, join(ROOT, 'bench/load.ts'), JSON.stringify(job)]);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    noteProcess(child.pid ?? 0, 'bench/load.ts');
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (!printed.startsWith(`${CUT}\n`)) return;
      printed = printed.slice(CUT.length + 1);
      onCut();
    });
    child.once('close', () => {
      forgetProcess(child.pid ?? 0);
      try {
        resolve(JSON.parse(printed) as ResultOf<J>);
      } catch {
        reject(new Error(`the load ended without a result; printed: ${printed}`));
      }
    });
  });
}
