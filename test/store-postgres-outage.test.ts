/** What happens to calls while the Postgres server is away, and afterwards. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStoreAndRpc, type OpenedStore, type OpenStoreOptions } from '../gateway/store/open-store.ts';
import type { Store } from '../gateway/store/store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { testWorkspace } from './harness/store.ts';
import { until } from './harness/until.ts';
import { message, visitor } from './store-contract-scene.ts';

const AUTHOR = visitor('v1');

let postgres: Postgres;
let url = '';
const opened: Store[] = [];
beforeAll(async () => {
  postgres = await startPostgres({ settings: { log_min_duration_statement: '0' } });
  url = await postgres.createDatabase();
});
afterEach(async () => {
  postgres.thaw();
  if (!postgres.running) await postgres.start();
  await Promise.all(opened.splice(0).map((store) => store.close()));
});
afterAll(() => postgres.stop());

async function open(options: Partial<OpenStoreOptions> = {}): Promise<OpenedStore> {
  const made = await openStoreAndRpc({ dataDir: '', databaseUrl: url, ...options });
  opened.push(made.store);
  return made;
}

/** A store with a conversation to write in. */
async function openConversation(options: Partial<OpenStoreOptions> = {}): Promise<OpenedStore & { workspace: string; send(clientId: string): Promise<number>; log(): Promise<Array<string | null>> }> {
  const made = await open(options);
  const workspace = `ws-${nanoid()}`;
  await made.store.createWorkspace(testWorkspace(workspace));
  await made.store.append(workspace, { kind: 'start', author: AUTHOR, clientId: 'start', conversationId: 'k', conversationClientId: 'first', text: 'start', page: null });
  return {
    ...made,
    workspace,
    send: async (clientId) => (await made.store.append(workspace, message(AUTHOR, 'k', clientId, clientId))).entry?.seq ?? 0,
    log: async () => {
      const { entries } = await made.store.history(workspace, { kind: 'visitor', visitorId: 'v1' }, { conversationId: 'k', before: 1e9, limit: 1e6 });
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
      return entries.map(({ clientId }) => clientId);
    },
  };
}

/** How long something took, in milliseconds. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

const connections = async (database: string): Promise<number> =>
  Number((await postgres.query<{ n: string }>("select count(*) as n from pg_stat_activity where application_name = 'miradesk' and datname = $1", [database]))[0]?.n);

describe('a Postgres server that', () => {
  test('was restarted takes the very next call', async () => {
    const { send, log } = await openConversation();
    await Promise.all(Array.from({ length: 5 }, (_, index) => send(`before-${index}`)));
    await postgres.restart();
    await send('after');
    expect(await log()).toContain('after');
  });

  test.each(['stop', 'kill'] as const)('[D1] [D2] is ended by "%s" while many write loses nothing it acknowledged and doubles nothing', async (how) => {
    const { send, log } = await openConversation();
    const acknowledged = new Map<string, number>();
    const failures: string[] = [];
    const write = async (who: number): Promise<void> => {
      for (let index = 0; index < 60; index += 1) {
        const clientId = `${who}-${index}`;
        // As an outbox does it: the same again until it is acknowledged.
        acknowledged.set(clientId, await until(() => send(clientId).catch((error: { code: string }) => {
          failures.push(error.code);
          return null;
        }), { every: 30, what: 'the acknowledgement' }));
      }
    };
    const writing = Promise.all(Array.from({ length: 8 }, (_, who) => write(who)));
    await until(() => acknowledged.size > 40, { every: 1 });
    await postgres[how]();
    await until(() => failures.length > 0);
    await postgres.start();
    await writing;
    expect(new Set(failures)).toEqual(new Set(['unavailable']));
    const stored = await log();
    expect(new Set(stored).size).toBe(stored.length);
    for (const [clientId, seq] of acknowledged) expect([seq, stored[seq - 1]]).toEqual([seq, clientId]);
  });

  test('is not there refuses calls at once, with a time to come back', async () => {
    const { store, send } = await openConversation();
    await postgres.kill();
    await expect(send('lost')).rejects.toMatchObject({ code: 'unavailable' });
    const took = await timed(() => expect(store.ping()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) }));
    expect(took).toBeLessThan(2_000);
    await postgres.start();
    await store.ping();
  });

  test('[D2] answers nothing (frozen) fails calls within seconds, and goes on when it is thawed', async () => {
    const { store, send, log } = await openConversation({ databaseTimeoutMs: 500, databasePool: 3 });
    await Promise.all(['a', 'b', 'c'].map((clientId) => send(clientId)));
    await Promise.all(Array.from({ length: 6 }, () => store.ping()));
    postgres.freeze();
    const took = await timed(() => expect(send('lost')).rejects.toMatchObject({ code: 'unavailable' }));
    // The connections that were idle are not tried one after the other.
    const tookAll = await timed(() => Promise.all(Array.from({ length: 12 }, () => expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' }))));
    expect([took < 5_000, tookAll < 8_000]).toEqual([true, true]);
    postgres.thaw();
    await until(() => send('lost'), { timeout: 4_000, every: 50, what: 'the database to be back' });
    expect(await log()).toEqual(['start', 'a', 'b', 'c', 'lost']);
  });

  test('[D2] keeps a call waiting too long ends it on its side, too: nothing is stored behind our back', async () => {
    const { workspace, send, log, store } = await openConversation({ databaseTimeoutMs: 300 });
    const database = new URL(url).pathname.slice(1);
    const holding = postgres.query(
      "with held as (select from miradesk.conversations where workspace_id = $1 for update) select pg_sleep(60) from held", [workspace], database,
    ).catch(() => {});
    await until(async () => (await postgres.query("select 1 from pg_stat_activity where wait_event = 'PgSleep'")).length > 0);
    await expect(send('waits')).rejects.toMatchObject({ code: 'unavailable' });
    // Others are not held up by it.
    await store.ping();
    await postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
    await holding;
    expect(await log()).toEqual(['start']);
    await send('waits');
    expect(await log()).toEqual(['start', 'waits']);
  });

  test('has become a standby is left, and taken again when it is promoted', async () => {
    const { store, send, log } = await openConversation();
    await postgres.stop();
    await writeFile(join(postgres.dataDir, 'standby.signal'), '');
    await postgres.start();
    await expect(send('later')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await postgres.query('select pg_promote()');
    await until(() => send('later'), { timeout: 5_000, every: 50 });
    expect(await log()).toEqual(['start', 'later']);
  });

  test('ends connections that nobody uses is none the worse for it', async () => {
    const { store, rpc } = await open();
    await store.ping();
    const database = new URL(url).pathname.slice(1);
    await postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'miradesk'");
    await until(async () => (await connections(database)) === 0);
    expect(await rpc('ping', {})).toBe(true);
  });
});

describe('connections', () => {
  test('are never more than the pool may have, and calls beyond wait', async () => {
    const database = `db_${nanoid(8)}`;
    const { store } = await open({ databaseUrl: await postgres.createDatabase(database), databasePool: 3 });
    await Promise.all(Array.from({ length: 200 }, () => store.ping()));
    expect(await connections(database)).toBe(3);
    await store.close();
    await until(async () => (await connections(database)) === 0);
  });

  test('forget a prepared statement, or its result changes: the call is made again', async () => {
    const database = `db_${nanoid(8)}`;
    const { rpc } = await open({ databaseUrl: await postgres.createDatabase(database), databasePool: 1 });
    const make = (answer: string): Promise<unknown> => postgres.query(`create function miradesk.shape() returns ${answer} language sql as $$ select '"x"'::${answer} $$`, [], database);
    await postgres.query("create function miradesk.forget() returns json language plpgsql as $$ begin execute 'deallocate all'; return 'null'; end $$", [], database);
    await rpc('ping', {});
    await rpc('forget', {});
    expect(await rpc('ping', {})).toBe(true);
    await make('json');
    expect(await rpc('shape', {})).toBe('x');
    await postgres.query('drop function miradesk.shape()', [], database);
    await make('jsonb');
    expect(await rpc('shape', {})).toBe('x');
  });

  test('prepare their statements by name, and with DATABASE_PREPARE=off none, so that a pooler may stand between', async () => {
    const find = async (prepare: boolean): Promise<string[]> => {
      const name = `ws-${nanoid()}`;
      const { store } = await open({ databasePrepare: prepare });
      const before = postgres.log.length;
      for (let index = 0; index < 3; index += 1) await store.workspace(name);
      // The log is written when the call is over.
      const lines = await until(() => {
        const found = postgres.log.slice(before).split('\n').filter((line) => line.includes('select miradesk.find_workspace'));
        return found.length >= 3 && found;
      });
      return [...new Set(lines.flatMap((line) => /(?:execute|statement) ?(\S+):/.exec(line)?.slice(1) ?? []))];
    };
    expect(await find(true)).toEqual([expect.stringMatching(/^miradesk_\d+$/)]);
    expect(await find(false)).toEqual(['<unnamed>']);
  });
});
