/**
 * The transport to a Postgres server. Connections are kept in a bounded pool; one that broke is dropped and the next call makes a new one, so
 * that the gateway is back as soon as the server is. A call whose answer was lost rejects with `unavailable`, although it may have been
 * carried out: what is stored has a name (rule D2), so that asking again is safe.
 */
import { Client, Pool, type ClientBase, type ClientConfig, type PoolClient } from 'pg';
import type { MigrationDatabase } from './migrate.ts';
import { readAddress } from './postgres-address.ts';
import type { Transport } from './rpc-store.ts';
import { sqlstateOf, storeErrorOf, unavailable } from './sql-errors.ts';
import type { Rpc } from './store.ts';

export interface PostgresOptions {
  /** postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=… */
  url: string;
  /** A file with the certificates (PEM) that the server's must come from. */
  caFile?: string | null;
  /** Most connections at once. */
  pool?: number;
  /** False behind a pooler that gives every transaction another connection: no statement is prepared, and nothing is set for a session. */
  prepare?: boolean;
  /** How long a call may take, in milliseconds. */
  timeoutMs?: number;
  /** Told of connections that were lost while nobody used them. */
  onLost?(error: Error): void;
}

export interface PostgresTransport extends Transport {
  /** For migrate(): each transaction on a connection of its own, without a limit of time. */
  migrations: MigrationDatabase;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const POOL = 10;
const TIMEOUT_MS = 5_000;
/** How long making a connection may take, waiting for a place in the pool included. */
const CONNECT_MS = 3_000;
/** The server ends its side of a call a little before this side gives the connection up. */
const GRACE_MS = 1_000;
/** The server keeps a plan for each connection; a new one now and then sees how the tables have grown. */
const LIFETIME_SECONDS = 1_800;
const CLOSE_MS = 2_000;

/** A statement that was prepared is not there (a pooler in between, a server that was replaced) or its plan went out of use. Nothing was carried out. */
const STALE_STATEMENT = new Set(['26000', '42P05', '0A000']);
/** States that leave the connection as good as it was, whatever they mean for the call. Others, and no state at all, end it. */
const CONNECTION_STAYS = /^(?!08|25|28|53|57|58|XX)/;

/** Makes a transport. Connects to nothing yet. */
export function createPostgres({ url, caFile = null, pool: size = POOL, prepare = true, timeoutMs = TIMEOUT_MS, onLost }: PostgresOptions): PostgresTransport {
  const address = readAddress(url, caFile);
  let plain = false;
  const base = (): ClientConfig => ({
    ...address.config,
    ...(plain ? { ssl: false } : {}),
    application_name: 'miradesk', keepAlive: true, keepAliveInitialDelayMillis: 10_000, connectionTimeoutMillis: CONNECT_MS,
  });
  const statements = new Map<string, { name: string; text: string }>();
  let pool = makePool();
  let closing: Promise<void> | null = null;

  function makePool(): Pool {
    const made = new Pool({
      ...base(),
      max: size,
      idleTimeoutMillis: 60_000,
      maxLifetimeSeconds: LIFETIME_SECONDS,
      query_timeout: timeoutMs + GRACE_MS,
      // Compiling plans is for queries that take seconds; and poolers in between don't know such settings.
      ...(prepare ? { statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs, options: '-c jit=off' } : {}),
      // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, whatever its types say
      onConnect: refuseStandby,
    });
    // An idle connection that is lost is no fault, but without a listener it would be the end of the process.
    made.on('error', (error) => onLost?.(error));
    made.on('connect', (client) => client.on('error', () => {}));
    return made;
  }

  /** The server is not answering, so none of the connections to it can be trusted: each would cost the next call the same time. */
  function startAfresh(used: Pool): void {
    if (used !== pool || closing) return;
    pool = makePool();
    // Those in use end with their calls.
    void used.end().catch(() => {});
  }

  function statementFor(fn: string, names: string[]): { name: string; text: string } {
    const key = `${fn}(${names.join()})`;
    const known = statements.get(key);
    if (known) return known;
    if (![fn, ...names].every((name) => NAME.test(name))) throw new TypeError(`not the name of a function or argument: ${[fn, ...names].join(' ')}`);
    const statement = { name: `miradesk_${statements.size + 1}`, text: `select miradesk.${fn}(${names.map((name, index) => `${name} => $${index + 1}`).join()})` };
    statements.set(key, statement);
    return statement;
  }

  /** Connects; where TLS may be missing, once more without it. */
  async function orPlain<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect();
    } catch (error) {
      // The one case in which the driver's words have to be looked at: it gives no code.
      if (plain || !address.plainWillDo || !(error instanceof Error && error.message.includes('does not support SSL'))) throw error;
      plain = true;
      startAfresh(pool);
      return connect();
    }
  }

  /** A connection of no pool, for a transaction that may take its time. */
  async function connectAlone(): Promise<Client> {
    const client = new Client(base());
    client.on('error', () => {}); // the query under way rejects with it
    await client.connect();
    return client;
  }

  async function once(fn: string, args: Record<string, unknown>): Promise<unknown> {
    const names = Object.keys(args);
    const { name, text } = statementFor(fn, names);
    const values = Object.values(args).map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value));
    let used = pool;
    let client: PoolClient | undefined;
    let broken = true;
    try {
      client = await orPlain(() => {
        used = pool;
        return used.connect();
      });
      const { rows } = await client.query<[unknown]>({ ...(prepare ? { name } : {}), text, values, rowMode: 'array' });
      broken = false;
      return rows[0]?.[0] ?? null;
    } catch (error) {
      const sqlstate = sqlstateOf(error);
      broken = sqlstate === undefined || STALE_STATEMENT.has(sqlstate) || !CONNECTION_STAYS.test(sqlstate);
      // The server did not answer in time, or has ended the connection, or is a standby by now.
      if (client && (sqlstate === undefined || sqlstate === '25006')) startAfresh(used);
      throw error;
    } finally {
      client?.release(broken);
    }
  }

  const rpc: Rpc = async (fn, args) => {
    if (closing) throw unavailable('the database is closed');
    try {
      try {
        return await once(fn, args);
      } catch (error) {
        if (!STALE_STATEMENT.has(sqlstateOf(error) ?? '')) throw error;
        return await once(fn, args);
      }
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw storeErrorOf(sqlstateOf(error), error);
    }
  };

  async function end(): Promise<void> {
    // What is under way is waited for, but not for ever.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, CLOSE_MS); });
    await Promise.race([pool.end(), late]).catch(() => {});
    clearTimeout(timer);
  }

  return {
    rpc,
    ping: async () => void (await rpc('ping', {})),
    close: () => (closing ??= end()),
    migrations: {
      async transaction(run) {
        const client = await orPlain(connectAlone);
        try {
          await client.query('begin');
          const result = await run({
            query: async <R>(sql: string, params: unknown[] = []) => ({ rows: (await client.query(sql, params)).rows as R[] }),
            exec: (sql) => client.query(sql),
          });
          await client.query('commit');
          return result;
        } finally {
          // Ends the transaction, too, if it did not come to its end.
          await client.end().catch(() => {});
        }
      },
    },
  };
}

/** A standby answers questions, with what it has heard so far, and cannot store anything. */
async function refuseStandby(client: ClientBase): Promise<void> {
  const { rows } = await client.query<[boolean]>({ text: 'select pg_is_in_recovery()', rowMode: 'array' });
  if (rows[0]?.[0]) throw new Error('the server is a standby');
}
