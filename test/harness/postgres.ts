/**
 * A real Postgres server for tests: fsync on, on loopback, on a port and in a directory of its own. It can be stopped, killed, frozen,
 * and started again on the same data and port.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nanoid } from 'nanoid';
import { Client } from 'pg';
import { letEnter, postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { Hopeless, until } from './until.ts';
import { forgetProcess, noteProcess, onceARun, temporaryDirectory } from './workplace.ts';

const run = promisify(execFile);

/** Its superuser, who owns all databases. */
export const POSTGRES_USER = 'postgres';
export const POSTGRES_PASSWORD = 'kettle-on-the-stove';

/** Time for a start, which may begin with a recovery, on a machine that does other things too. */
const READY_MS = 60_000;

export interface PostgresOptions {
  /** Server settings besides the standard ones, such as { max_connections: '20' }. */
  settings?: Record<string, string>;
  /** Where its data is kept; a temporary directory when it is not named. */
  directory?: string;
  /** A certificate for 127.0.0.1; connections may then use TLS. */
  tls?: { certificate: string; key: string };
}

/** A server. What a test starts it stops: `await postgres.stop()` in its end. */
export class Postgres {
  readonly dataDir: string;
  readonly #binaries: PostgresBinaries;
  readonly #settings: Record<string, string>;
  #port = 0;
  #server: ChildProcess | undefined;
  #frozen: number[] = [];

  constructor(dataDir: string, binaries: PostgresBinaries, settings: Record<string, string>) {
    this.dataDir = dataDir;
    this.#binaries = binaries;
    this.#settings = settings;
  }

  get port(): number {
    return this.#port;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  /** Address of the database `postgres`, as DATABASE_URL takes it. */
  get url(): string {
    return this.urlOf('postgres');
  }

  urlOf(database: string): string {
    return `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Its log so far. */
  get log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : '';
  }

  get #logFile(): string {
    return `${this.dataDir}.log`;
  }

  /** Starts it, or starts it again on the same data and port. Resolves when it takes queries. */
  async start(): Promise<void> {
    if (this.#server) throw new Error('This Postgres runs already');
    const attempts = this.#port === 0 ? 3 : 1;
    for (let attempt = 1; ; attempt += 1) {
      // Between being found and being used a free port may go to somebody else.
      if (attempts > 1) this.#port = await freePort();
      try {
        await this.#launch();
        return;
      } catch (error) {
        await this.kill();
        if (attempt === attempts) throw new Error(`Postgres did not start. Its log ends with:\n${this.log.slice(-2_000)}`, { cause: error });
      }
    }
  }

  async #launch(): Promise<void> {
    const settings = {
      port: String(this.#port), listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'on', logging_collector: 'off', timezone: 'UTC', ...this.#settings,
    };
    const { postgres, runAs } = this.#binaries;
    const child = spawn(
      'sh', ['-c', 'exec "$@" >>"$0" 2>&1', this.#logFile, postgres, '-D', this.dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...runAs, cwd: this.dataDir, stdio: 'ignore', detached: true, env: { PATH: process.env.PATH, LC_ALL: 'C' } },
    );
    this.#server = child;
    if (child.pid !== undefined) noteProcess(child.pid, 'postgres');
    child.once('error', () => { this.#server = undefined; });
    child.once('exit', () => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      if (this.#server === child) this.#server = undefined;
    });
    await until(async () => {
      if (!this.#server) throw new Hopeless('The server ended');
      await this.query('select 1');
      return true;
    }, { timeout: READY_MS, every: 10, what: 'Postgres to take queries' });
  }

  /** One statement on a connection of its own; `database` is `postgres` when it is not named. */
  async query<R = Record<string, unknown>>(sql: string, params: unknown[] = [], database = 'postgres'): Promise<R[]> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => {}); // the server may be killed under it
    await client.connect();
    try {
      return (await client.query(sql, params)).rows as R[];
    } finally {
      await client.end();
    }
  }

  /** Makes an empty database and answers its address. */
  async createDatabase(name = `db_${nanoid(10)}`): Promise<string> {
    await this.query(`create database ${JSON.stringify(name)}`);
    return this.urlOf(name);
  }

  /** Stops it in order: connections are ended, what was committed is written. */
  async stop(): Promise<void> {
    if (this.#frozen.length > 0) this.thaw();
    await this.#end(() => this.#server?.kill('SIGINT'));
  }

  /** Ends all of its processes at once, as a power cut does but for the disk. */
  async kill(): Promise<void> {
    await this.#end(() => {
      // Held first, so that none is made while the others end.
      for (const pid of this.freeze()) {
        signal(pid, 'SIGKILL');
        forgetProcess(pid);
      }
      this.#frozen = [];
    });
  }

  /** Stops all of its processes where they are: connections stay, and nothing answers. Answers their numbers. */
  freeze(): number[] {
    const pid = this.#server?.pid;
    if (pid === undefined) return [];
    // First the one that makes the others. Each is a group of its own, so they are looked for one by one.
    signal(pid, 'SIGSTOP');
    this.#frozen = [pid, ...childrenOf(pid)];
    for (const frozen of this.#frozen) {
      signal(frozen, 'SIGSTOP');
      // Without their parent they would end by themselves, but not while they are frozen.
      noteProcess(frozen, 'postgres');
    }
    return this.#frozen;
  }

  /** Lets them go on. */
  thaw(): void {
    for (const pid of this.#frozen.splice(0).toReversed()) {
      signal(pid, 'SIGCONT');
      if (pid !== this.#server?.pid) forgetProcess(pid);
    }
  }

  /** Stops it in order, or kills it, and starts it again on the same data and port. */
  async restart(how: 'stop' | 'kill' = 'stop'): Promise<void> {
    await this[how]();
    await this.start();
  }

  async #end(bySignal: () => void): Promise<void> {
    const child = this.#server;
    if (!child) return;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    bySignal();
    await ended;
    this.#server = undefined;
  }
}

/** Starts a server with an empty cluster. */
export async function startPostgres({ settings = {}, directory, tls }: PostgresOptions = {}): Promise<Postgres> {
  const binaries = await postgresBinaries();
  const cluster = await emptyCluster(binaries);
  const folder = ownedDirectory(directory ?? temporaryDirectory('postgres'), binaries);
  // By a program of the same user, so that everything in it is theirs.
  await run('cp', ['-Rp', cluster, join(folder, 'data')], { ...binaries.runAs, cwd: folder });
  const secured: Record<string, string> = tls ? { ssl: 'on', ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') } : {};
  if (tls) {
    for (const [name, content] of [['server.crt', tls.certificate], ['server.key', tls.key]] as const) {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      give(join(folder, name), binaries);
    }
  }
  const server = new Postgres(join(folder, 'data'), binaries, { ...secured, ...settings });
  await server.start();
  return server;
}

/** A cluster as `initdb` leaves it, made once in a run. */
async function emptyCluster(binaries: PostgresBinaries): Promise<string> {
  const { initdb, runAs } = binaries;
  const folder = await onceARun('postgres-cluster', async (made) => {
    own(made, binaries);
    writeFileSync(join(made, 'password'), POSTGRES_PASSWORD, { mode: 0o644 });
    await run(initdb, [
      '-D', join(made, 'data'), '-U', POSTGRES_USER, '--pwfile', join(made, 'password'), '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync',
      // The same order and the same lower() on every machine.
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C',
    ], { ...runAs, cwd: made, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  });
  return join(folder, 'data');
}

function ownedDirectory(folder: string, binaries: PostgresBinaries): string {
  own(folder, binaries);
  return folder;
}

function own(folder: string, binaries: PostgresBinaries): void {
  if (binaries.runAs.uid === undefined) return;
  letEnter(dirname(folder));
  give(folder, binaries);
  chmodSync(folder, 0o700);
}

function give(path: string, { runAs: { uid, gid } }: PostgresBinaries): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** The processes that one has started. */
function childrenOf(parent: number): number[] {
  if (process.platform !== 'linux') {
    const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
    return all.flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      // The second field is the program's name in brackets and may contain anything; the parent is the second after it.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}
