/**
 * Opens the store the settings ask for: a Postgres server, a Supabase project, or PGlite under DATA_DIR. A driver is loaded where it is used, for
 * the sake of the others' starts.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lockData } from './data-lock.ts';
import { explainPostgres, explainSupabase, HOW_TO_MIGRATE, isPassing } from './database-problem.ts';
import { migrate, MigrationError, missingOf, readMigrations, type Applied } from './migrate.ts';
import { openPGlite, type PGliteOptions } from './pglite.ts';
import { readAddress } from './postgres-address.ts';
import type { PostgresOptions } from './postgres.ts';
import { answered } from './results.ts';
import { createStore, type Transport } from './rpc-store.ts';
import type { Rpc, Store } from './store.ts';
import type { SupabaseOptions } from './supabase.ts';

/** Where the data is; the gateway's settings say it under these names. */
export interface StoreSettings {
  /** Of PGlite; made when it is missing. */
  dataDir: string;
  databaseUrl?: string | null;
  databaseCaFile?: string | null;
  databasePool?: number;
  databasePrepare?: boolean;
  databaseTimeoutMs?: number;
  supabaseUrl?: URL | null;
  supabaseSecretKey?: string | null;
}

export interface OpenStoreOptions extends StoreSettings {
  /** A file made by makeSeed, from which a new PGlite begins. */
  seed?: string | null;
  /** How long a server that cannot be reached is waited for, in milliseconds; 0: not at all. */
  patienceMs?: number;
  /** Told what is being done, in words for the person who waits. */
  onProgress?(message: string): void;
  /** Told when the database stopped by itself and is being started again. */
  onCrash?(error: Error): void;
  /** Told when another process has taken over the data folder; this one must end. By default it ends by an uncaught error. */
  onLost?(error: Error): void;
  /** Told before each migration that is applied: VERSION_name. */
  onMigration?(migration: string): void;
}

/** What the operator's tools need below the store. */
export interface OpenedStore { store: Store; rpc: Rpc }

/** Which kind of database the settings mean. PGlite belongs to one process; the others are shared by all gateways. */
export function databaseKind({ databaseUrl, supabaseUrl }: StoreSettings): 'postgres' | 'supabase' | 'pglite' {
  if (databaseUrl) return 'postgres';
  return supabaseUrl ? 'supabase' : 'pglite';
}

/**
 * Opens the database and brings its schema up to date; a Supabase project's is only looked at. Rejects with DataLockedError when another
 * process has the data folder, with MigrationError when the schema is not one for this program, with DatabaseProblem when there is no way
 * to the database, with what went wrong otherwise.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  return (await openStoreAndRpc(options)).store;
}

/** As openStore, with the seam below the store. */
export async function openStoreAndRpc(options: OpenStoreOptions): Promise<OpenedStore> {
  const transport = await open(options);
  return { store: createStore(transport), rpc: transport.rpc };
}

function open(options: OpenStoreOptions): Promise<Transport> {
  switch (databaseKind(options)) {
    case 'postgres': return openPostgres(options);
    case 'supabase': return openSupabase(options);
    case 'pglite': return openFolder(options);
  }
}

async function openPostgres({ databaseUrl, databaseCaFile, databasePool, databasePrepare, databaseTimeoutMs, patienceMs = 0, onProgress, onMigration }: OpenStoreOptions): Promise<Transport> {
  const url = databaseUrl ?? '';
  const options: PostgresOptions = { url, caFile: databaseCaFile ?? null };
  if (databasePool !== undefined) options.pool = databasePool;
  if (databasePrepare !== undefined) options.prepare = databasePrepare;
  if (databaseTimeoutMs !== undefined) options.timeoutMs = databaseTimeoutMs;
  const { shown } = readAddress(url, null);
  onProgress?.(`Opening the database at ${shown}`);
  const { createPostgres } = await import('./postgres.ts');
  const transport = createPostgres(options);
  const migrations = await readMigrations();
  try {
    await patiently(patienceMs, () => onProgress?.(`Waiting for the database at ${shown}`), () => migrate(transport.migrations, migrations, ({ version, name }) => {
      onProgress?.(`Updating the database: ${version}_${name}`);
      onMigration?.(`${version}_${name}`);
    }));
    return transport;
  } catch (error) {
    await transport.close();
    throw explainPostgres(error, shown) ?? error;
  }
}

async function openSupabase({ supabaseUrl, supabaseSecretKey, databasePool, databaseTimeoutMs, patienceMs = 0, onProgress }: OpenStoreOptions): Promise<Transport> {
  const url = supabaseUrl ?? new URL('http://unset.invalid');
  const options: SupabaseOptions = { url, secretKey: supabaseSecretKey ?? '' };
  if (databasePool !== undefined) options.pool = databasePool;
  if (databaseTimeoutMs !== undefined) options.timeoutMs = databaseTimeoutMs;
  onProgress?.(`Opening the Supabase project at ${url.host}`);
  const { createSupabase } = await import('./supabase.ts');
  const transport = createSupabase(options);
  const migrations = await readMigrations();
  try {
    const applied = await patiently(patienceMs, () => onProgress?.(`Waiting for the Supabase project at ${url.host}`), () => transport.rpc('schema_versions', {}));
    const missing = missingOf(migrations, answered<Applied[]>('schema_versions', applied, 'length'));
    if (missing[0]) throw new MigrationError(`The schema in the Supabase project at ${url.host} is older than this MiraDesk: it lacks ${missing[0].version}_${missing[0].name}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}. ${HOW_TO_MIGRATE}`);
    return transport;
  } catch (error) {
    await transport.close();
    throw explainSupabase(error, url.host) ?? error;
  }
}

/** Asks again, while the database is only not there yet and it is not too late. */
async function patiently<T>(patienceMs: number, onWait: () => void, ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let waiting = false; ; waiting = true) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline) throw error;
      if (!waiting) onWait();
      await wait(250);
    }
  }
}

async function openFolder({ dataDir, seed = null, onProgress, onCrash, onMigration, onLost = failLater }: OpenStoreOptions): Promise<Transport> {
  const lock = await lockData(dataDir, onLost);
  try {
    const options: PGliteOptions = { dataDir: join(dataDir, 'db'), seed, fence: lock.fence, onFenced: () => void lock.confirm().catch(() => {}) };
    options.onProgress = ({ step, detail }) => {
      onProgress?.(sentenceFor(step, detail, dataDir));
      if (step === 'migrating') onMigration?.(detail);
    };
    if (onCrash) options.onCrash = onCrash;
    const transport = await openPGlite(options);
    return {
      ...transport,
      close: async () => {
        await transport.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function failLater(error: Error): void {
  setImmediate(() => { throw error; });
}

function sentenceFor(step: 'creating' | 'opening' | 'migrating', detail: string, dataDir: string): string {
  switch (step) {
    case 'creating':
      return `Creating the database in ${dataDir} (once; takes a few seconds)`;
    case 'opening':
      return `Opening the database in ${dataDir}`;
    case 'migrating':
      return `Updating the database: ${detail}`;
  }
}
