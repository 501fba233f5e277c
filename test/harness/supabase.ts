/** A Supabase project for tests; see supabase-server.ts for what it is made of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { readMigrations } from '../../gateway/store/migrate.ts';
import { Hopeless, until } from './until.ts';
import { forgetProcess, noteProcess } from './workplace.ts';

const PROGRAM = join(import.meta.dirname, 'supabase-server.ts');
const READY_MS = 60_000;

export class Supabase {
  readonly secretKey: string;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number, secretKey: string) {
    this.#child = child;
    this.#port = port;
    this.secretKey = secretKey;
  }

  static async start(): Promise<Supabase> {
    const secretKey = `sb_secret_${nanoid()}`;
    const child = spawn(process.execPath, [PROGRAM, '0', secretKey], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LITE_TELEMETRY: '0', DO_NOT_TRACK: '1', EXPERIMENTAL_STORAGE: '1' },
    });
    if (child.pid !== undefined) noteProcess(child.pid, 'supabase-server.ts');
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { printed += text; });
    const port = await until(() => {
      if (child.exitCode !== null) throw new Hopeless(`The Supabase server ended: ${printed}`);
      return Number(/^ready (\d+)/m.exec(printed)?.[1]);
    }, { timeout: READY_MS, what: 'the Supabase server to be ready' });
    return new Supabase(child, port, secretKey);
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}`);
  }

  /** What a gateway's environment says to use it. */
  get env(): { SUPABASE_URL: string; SUPABASE_SECRET_KEY: string } {
    return { SUPABASE_URL: this.url.origin, SUPABASE_SECRET_KEY: this.secretKey };
  }

  /** Runs SQL as the owner of everything; answers the rows of the last statement. */
  async sql<R = Record<string, unknown>>(sql: string): Promise<R[]> {
    const response = await fetch(new URL('/harness/sql', this.url), { method: 'POST', body: sql });
    const body = await response.text();
    if (!response.ok) throw new Error(body);
    return JSON.parse(body) as R[];
  }

  /** Applies those of our migrations that it has not yet, at most so many, as `supabase db push` does: each file, and a row in its own record. */
  async push(howMany = Infinity): Promise<void> {
    await this.sql('create schema if not exists supabase_migrations; create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)');
    const pushed = new Set((await this.sql<{ version: string }>('select version from supabase_migrations.schema_migrations')).map(({ version }) => version));
    for (const { version, name, sql } of (await readMigrations()).slice(0, howMany).filter((migration) => !pushed.has(migration.version))) {
      await this.sql(`begin; ${sql}\n; insert into supabase_migrations.schema_migrations (version, name, statements) values ('${version}', '${name}', array[$sql$${sql}$sql$]); commit`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    if (this.#child.pid !== undefined) forgetProcess(this.#child.pid);
  }
}

/** Starts a project with nothing in it. */
export function startSupabase(): Promise<Supabase> {
  return Supabase.start();
}
