/**
 * Stores for tests: PGlite in memory, migrated, in about a second. A new database is copied from a dump of an empty one, which is
 * made once for each state of the migrations.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { nanoid } from 'nanoid';
import { WidgetSettings } from '../../shared/settings.ts';
import { openPGlite, type PGliteTransport } from '../../gateway/store/pglite.ts';
import { createStore } from '../../gateway/store/rpc-store.ts';
import { makeSeed } from '../../gateway/store/seed.ts';
import { storeErrorOf, sqlstateOf } from '../../gateway/store/sql-errors.ts';
import type { Member, Rpc, Store, Workspace } from '../../gateway/store/store.ts';

export interface TestStore {
  store: Store;
  /** The seam below the store, to call a function with arguments the store would never give. */
  rpc: Rpc;
  close(): Promise<void>;
}

/** A store as the gateway has it, with PGlite in a worker thread, but in memory. Close it when the test is over. */
export async function openTestStore(): Promise<TestStore> {
  const transport: PGliteTransport = await openPGlite({ dataDir: null, seed: await makeSeed() });
  const store = createStore(transport);
  return { store, rpc: transport.rpc, close: () => store.close() };
}

/** The same with PGlite in this thread, so that a test can look into the tables: `query` runs any SQL. */
export async function openTestDatabase(): Promise<TestStore & { query<R = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<R[]> }> {
  const database = await PGlite.create({ loadDataDir: new Blob([await readFile(await makeSeed())]) });
  const rpc: Rpc = async (fn, args) => {
    const named = Object.keys(args).map((name, index) => `${name} => $${index + 1}`).join(', ');
    const values = Object.values(args).map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value));
    try {
      const { rows } = await database.query<{ result: string }>(`select miradesk.${fn}(${named})::text as result`, values);
      return JSON.parse(rows[0]?.result ?? 'null');
    } catch (error) {
      throw storeErrorOf(sqlstateOf(error), error);
    }
  };
  const store = createStore({ rpc, ping: async () => void (await rpc('ping', {})), close: () => database.close() });
  return {
    store,
    rpc,
    query: async <R>(sql: string, params: unknown[] = []) => (await database.query<R>(sql, params)).rows,
    close: () => store.close(),
  };
}

/** Puts an empty, migrated database into a data folder, so that what opens it next need not make one: about a second instead of several. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  const transport = await openPGlite({ dataDir: join(dataDir, 'db'), seed: await makeSeed() });
  await transport.close();
}

/** A workspace as `createWorkspace` takes it. */
export function testWorkspace(id = 'demo', change: Partial<Omit<Workspace, 'identitySecret'>> = {}): Omit<Workspace, 'identitySecret'> {
  return { id, name: 'Demo', settings: WidgetSettings.parse({}), allowedOrigins: ['*'], tokenSecret: 'c2VjcmV0LW9mLXRoZS10ZXN0LXdvcmtzcGFjZQ', ...change };
}

/** A member as `addMember` takes it; its password hash matches no password. */
export function testMember(change: Partial<Member> = {}): Member & { passwordHash: string } {
  const id = change.id ?? nanoid();
  return { id, name: 'Ada', email: `${id.toLowerCase()}@example.com`, role: 'agent', passwordHash: 'none', ...change };
}
