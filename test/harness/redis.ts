/** A real Redis for tests, on loopback, that keeps nothing: it can be killed, frozen, thawed and started again, empty, on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Redis as Client } from 'ioredis';
import { freePort } from './free-port.ts';
import { systemProgram } from './system-program.ts';
import { Hopeless, until } from './until.ts';
import { forgetProcess, noteProcess, temporaryDirectory } from './workplace.ts';

export class Redis {
  readonly #directory = temporaryDirectory('redis');
  #port = 0;
  #child: ChildProcess | undefined;
  #printed = '';

  get port(): number {
    return this.#port;
  }

  /** As REDIS_URL takes it. */
  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it, or starts it again on the same port, empty. Resolves when it answers. */
  async start(): Promise<void> {
    if (this.#child) throw new Error('This Redis runs already');
    for (let attemptsLeft = this.#port === 0 ? 3 : 1; ; attemptsLeft -= 1) {
      // Between being found and being used a free port may go to somebody else.
      const port = this.#port || await freePort();
      try {
        await this.#launch(port);
        this.#port = port;
        return;
      } catch (error) {
        await this.kill();
        if (attemptsLeft <= 1) throw new Error(`Redis did not start. It printed:\n${this.#printed.slice(-2_000)}`, { cause: error });
      }
    }
  }

  async #launch(port: number): Promise<void> {
    const child = spawn(systemProgram('redis'), ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { cwd: this.#directory, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    if (child.pid !== undefined) noteProcess(child.pid, 'redis-server');
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { this.#printed += text; });
    child.once('error', () => { this.#child = undefined; });
    child.once('close', () => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      if (this.#child === child) this.#child = undefined;
    });
    await until(async () => {
      if (!this.#child) throw new Hopeless('The server ended');
      return (await this.ask((client) => client.ping(), port)) === 'PONG';
    }, { what: 'Redis to answer', every: 10 });
  }

  /** Asks it something on a connection of its own. */
  async ask<T>(question: (client: Client) => Promise<T>, port = this.#port): Promise<T> {
    const client = new Client({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: null, enableReadyCheck: false, disableClientInfo: true, protocol: 2, connectTimeout: 2_000 });
    client.on('error', () => {}); // told by connect()
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }

  /** Stops it where it is: connections stay, new ones are taken by the system, nothing answers. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it at once; what it held is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGKILL');
    await until(() => this.#child !== child, { what: 'Redis to end', every: 5 });
  }
}

export async function startRedis(): Promise<Redis> {
  const redis = new Redis();
  await redis.start();
  return redis;
}
