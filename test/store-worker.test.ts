import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../gateway/store/open-store.ts';
import { openPGlite } from '../gateway/store/pglite.ts';
import { message, visitor } from './store-contract-scene.ts';
import { openTestStore, testWorkspace } from './harness/store.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

/** The threads that were started, newest last; so that a test can end one as a crash would. */
let threads: Worker[] = [];
const remember = (worker: Worker): void => void threads.push(worker);
beforeEach(() => {
  threads = [];
  process.on('worker', remember);
});
afterEach(() => {
  process.off('worker', remember);
});

test('[D1] when the database’s thread dies, what is under way fails, what was acknowledged stays, and it comes back by itself', async () => {
  const crashes: string[] = [];
  const store = await openStore({ dataDir: temporaryDirectory('crash'), onCrash: (error) => crashes.push(error.message) });
  await store.createWorkspace(testWorkspace());
  const author = visitor('v1');
  await store.append('demo', { kind: 'start', author, clientId: 'start', conversationId: 'k1', conversationClientId: 'first', text: 'start', page: null });
  const acknowledged: string[] = ['start'];
  const failed: string[] = [];
  const sends = Array.from({ length: 200 }, async (_, index) => {
    // In several batches, so that one is in flight when the thread ends.
    if (index >= 20) await until(() => acknowledged.length > 1, { every: 1 });
    const { clientId } = message(author, 'k1', '', `name-${index}`);
    await store.append('demo', message(author, 'k1', clientId, clientId)).then(() => acknowledged.push(clientId), (error: { code: string }) => failed.push(error.code));
  });
  await until(() => acknowledged.length > 1, { every: 1 });
  await threads.at(-1)?.terminate();
  await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
  await Promise.all(sends);
  expect(failed.every((code) => code === 'unavailable')).toBe(true);

  await until(() => store.ping().then(() => true), { what: 'the database to be back' });
  expect([crashes.length, threads.length]).toEqual([1, 2]);
  const { entries } = await store.history('demo', { kind: 'visitor', visitorId: 'v1' }, { conversationId: 'k1', before: 1e6, limit: 1e6 });
  expect(entries.map(({ clientId }) => clientId)).toEqual(expect.arrayContaining(acknowledged));
  expect((await store.append('demo', message(author, 'k1', 'again', 'name-0'))).entry?.seq).toBeLessThanOrEqual(entries.length + 1);
  await store.close();
}, 60_000);

test('a database in memory that died does not come back empty', async () => {
  const { store } = await openTestStore();
  await store.createWorkspace(testWorkspace());
  await threads.at(-1)?.terminate();
  await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
  await expect(store.workspace('demo')).rejects.toMatchObject({ code: 'unavailable' });
  expect(threads).toHaveLength(1);
  await store.close();
});

test('closing lets everything asked for before be done', async () => {
  const { store } = await openTestStore();
  await store.createWorkspace(testWorkspace());
  const started = store.append('demo', { kind: 'start', author: visitor('v1'), clientId: 'c', conversationId: 'k1', conversationClientId: 'first', text: 'x', page: null });
  const asked = store.workspace('demo');
  await Promise.all([store.close(), store.close()]);
  expect((await started).entry?.seq).toBe(1);
  expect((await asked)?.id).toBe('demo');
});

test('a folder that holds something else than our database is refused and left as it is', async () => {
  const dataDir = temporaryDirectory('foreign');
  await mkdir(join(dataDir, 'db/migrate'), { recursive: true });
  await writeFile(join(dataDir, 'db/schema.rb'), 'precious');
  await expect(openStore({ dataDir })).rejects.toThrow('not a database of MiraDesk');
  expect(await readFile(join(dataDir, 'db/schema.rb'), 'utf8')).toBe('precious');
});

test('a thread that answers nothing any more is given up, and another one takes its place', async () => {
  const crashes: string[] = [];
  const database = await openPGlite({ dataDir: temporaryDirectory('stuck'), patienceSeconds: 1, onCrash: (error) => crashes.push(error.message) });
  await database.ping();
  // A query that would take weeks, put into the thread past the store: it stands for a database that turns in circles.
  const endless = 'ping() from (select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000000) b) forever --';
  threads.at(-1)?.postMessage({ id: -1, kind: 'call', fn: endless, names: [], values: [] });
  await expect(database.ping()).rejects.toMatchObject({ code: 'unavailable' });
  expect(crashes).toEqual([expect.stringContaining('did not answer any more')]);
  await until(() => database.ping().then(() => true), { what: 'the database to be back' });
  await database.close();
});
