/** What the queries cost, counted in rows the database looked at: it must depend on what is asked for, never on how much there is. */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStoreAndRpc } from '../gateway/store/open-store.ts';
import type { Store } from '../gateway/store/store.ts';
import { agent, asAgent, asVisitor, message, visitor } from './store-contract-scene.ts';
import { startPostgres } from './harness/postgres.ts';
import { openTestDatabase, testMember, testWorkspace } from './harness/store.ts';

const WORKSPACE = 'busy';
const LONG = 2_000;
const ada = testMember({ name: 'Ada' });
const long = 'conversation-0';
const EVENT = { name: 'e', meta: {}, page: null, at: new Date().toISOString() };
const ids = Array.from({ length: 5_000 }, (_, index) => `conversation-${index}`);

interface Opened {
  store: Store;
  query<R = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<R[]>;
  /** Makes what was counted so far visible to `query`. */
  flush(): Promise<unknown>;
  close(): Promise<unknown>;
}

async function openPGlite(): Promise<Opened> {
  const database = await openTestDatabase();
  return { ...database, flush: () => database.query('select pg_stat_force_next_flush()') };
}

/** One connection, whose plans stay; and nobody but the test tidies up or looks at tables. */
async function openServer(): Promise<Opened> {
  const postgres = await startPostgres({ settings: { autovacuum: 'off' } });
  const name = 'queries';
  const { store, rpc } = await openStoreAndRpc({ dataDir: '', databaseUrl: await postgres.createDatabase(name), databasePool: 1 });
  await postgres.query("create function miradesk.flush() returns json language sql as $$ select to_json(pg_stat_force_next_flush()::text) $$", [], name);
  return {
    store,
    query: (sql, params) => postgres.query(sql, params, name),
    flush: () => rpc('flush', {}),
    close: async () => {
      await store.close();
      await postgres.stop();
    },
  };
}

/** A row for each running gateway; every beat wants all of them. */
const SMALL = new Set(['gateways']);

/** Rows read from tables by what runs: through indexes, and by reading whole tables. */
async function rowsReadBy(opened: Opened, run: () => Promise<unknown>): Promise<{ byIndex: number; wholeTables: string[] }> {
  const look = async (): Promise<Map<string, { seq_scan: number; idx_tup_fetch: number }>> => {
    await opened.flush();
    const rows = await opened.query<{ relname: string; seq_scan: number; idx_tup_fetch: number }>(
      "select relname, seq_scan::int, coalesce(idx_tup_fetch, 0)::int as idx_tup_fetch from pg_stat_user_tables where schemaname = 'miradesk'",
    );
    return new Map(rows.map((row) => [row.relname, row]));
  };
  const before = await look();
  await run();
  const after = await look();
  const read = { byIndex: 0, wholeTables: [] as string[] };
  for (const [table, { seq_scan, idx_tup_fetch }] of after) {
    read.byIndex += idx_tup_fetch - (before.get(table)?.idx_tup_fetch ?? 0);
    if (seq_scan > (before.get(table)?.seq_scan ?? 0) && !SMALL.has(table)) read.wholeTables.push(table);
  }
  return read;
}

/** What is asked, and how many rows may be read for it. It is the same however many conversations and entries there are. */
const questions: Array<[what: string, rows: number, run: (store: Store) => Promise<unknown>]> = [
  ['a message of a visitor', 20, (store) => store.append(WORKSPACE, message(visitor('visitor-7'), 'conversation-7'))],
  ['a message of an agent', 20, (store) => store.append(WORKSPACE, message(agent(ada), 'conversation-7'))],
  ['a repeated message', 20, async (store) => {
    const command = message(visitor('visitor-8'), 'conversation-8');
    await Promise.all([store.append(WORKSPACE, command), store.append(WORKSPACE, command)]);
  }],
  ['a batch of 100 messages', 1_000, (store) => Promise.all(ids.slice(1, 101).map((id) => store.append(WORKSPACE, message(agent(ada), id))))],
  ['a start', 25, (store) => store.append(WORKSPACE, {
    kind: 'start', author: visitor('new'), clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: 'Hello', page: null,
  })],
  ['an assignment', 25, (store) => store.append(WORKSPACE, { kind: 'assigned', author: agent(ada), conversationId: 'conversation-3', clientId: nanoid(), memberId: ada.id })],
  ['a change of status', 25, (store) => store.append(WORKSPACE, { kind: 'status', author: agent(ada), conversationId: 'conversation-4', clientId: nanoid(), status: 'closed' })],
  ['a visitor’s heartbeat', 10, (store) => store.sync(WORKSPACE, asVisitor('visitor-205'), [{ id: 'conversation-205', seq: 1 }])],
  ['a visitor’s return', 70, (store) => store.sync(WORKSPACE, asVisitor('visitor-0'), [])],
  ['an agent’s heartbeat with 20 conversations', 120, (store) => store.sync(WORKSPACE, asAgent(ada), ids.slice(201, 221).map((id) => ({ id, seq: 1 })))],
  ['ten missing entries of a long conversation', 30, (store) => store.sync(WORKSPACE, asAgent(ada), [{ id: long, seq: LONG - 9 }])],
  ['the newest page of a long conversation', 70, (store) => store.sync(WORKSPACE, asAgent(ada), [{ id: long, seq: 0 }])],
  ['a page of history', 40, (store) => store.history(WORKSPACE, asVisitor('visitor-0'), { conversationId: long, before: 1_000, limit: 30 })],
  ...(['unassigned', 'mine', 'all', 'closed'] as const).map((filter): [string, number, (store: Store) => Promise<unknown>] =>
    [`20 conversations of the inbox: ${filter}`, 160, (store) => store.inboxList(WORKSPACE, ada.id, { filter, after: null, limit: 20 })]),
  ['the second page of the inbox', 270, async (store) => {
    const { next } = await store.inboxList(WORKSPACE, ada.id, { filter: 'all', after: null, limit: 10 });
    await store.inboxList(WORKSPACE, ada.id, { filter: 'all', after: next, limit: 10 });
  }],
  // What the last sixteen transactions changed is looked at; the batch above may be among them.
  ['the inbox’s heartbeat', 170, async (store) => {
    const first = await store.inboxChanges(WORKSPACE, ada.id, null);
    await store.inboxChanges(WORKSPACE, ada.id, first.cursor);
  }],
  ['reading a long conversation', 20, (store) => store.markRead(WORKSPACE, asAgent(ada), { conversationId: long, delivered: LONG, seen: LONG })],
  ['what changed for another gateway', 300, async (store) => {
    const { cursor } = await store.beat('gateway-1', false);
    for (const id of ids.slice(30, 35)) await store.append(WORKSPACE, message(agent(ada), id));
    await store.changedSince(WORKSPACE, cursor, { conversations: 100, entries: 20 });
  }],
  ['a member who comes and goes', 20, async (store) => {
    await store.takeLease(WORKSPACE, null, ada.id, 'gateway-1');
    await store.dropLease(WORKSPACE, null, ada.id, 'gateway-1');
  }],
  ['an identity that is good for one browser', 5, (store) => store.useIdentity(WORKSPACE, { jtiHash: nanoid(), sid: 's', visitorId: 'v', expiresAt: new Date(Date.now() + 60_000).toISOString() })],
  ['a profile', 15, (store) => store.describeVisitor(WORKSPACE, 'visitor-206', { profile: { name: nanoid(), attributes: { a: nanoid() } }, events: [EVENT] }, { create: false })],
  ['what is known of a visitor', 60, (store) => store.visitorDetails(WORKSPACE, 'visitor-206')],
  ['a sign-in', 5, (store) => store.memberForSignIn(WORKSPACE, ada.email)],
];

/** A workspace with a long conversation and many short ones, a tenth of them the member's and closed. */
async function fill({ store, query }: Opened, conversations: number): Promise<void> {
  const some = ids.slice(0, conversations);
  await Promise.all(some.map((id, index) => store.append(WORKSPACE, {
    kind: 'start', author: visitor(`visitor-${index}`), clientId: nanoid(), conversationId: id, conversationClientId: nanoid(), text: 'Hello', page: null,
  })));
  await Promise.all(Array.from({ length: LONG }, (_, index) => store.append(WORKSPACE, message(index % 2 ? agent(ada) : visitor('visitor-0'), long, `m${index}`))));
  await Promise.all(some.filter((_, index) => index % 10 === 9).flatMap((id) => [
    store.append(WORKSPACE, { kind: 'assigned', author: agent(ada), conversationId: id, clientId: nanoid(), memberId: ada.id }),
    store.append(WORKSPACE, { kind: 'status', author: agent(ada), conversationId: id, clientId: nanoid(), status: 'closed' }),
  ]));
  // What was active within the same ten seconds is looked at together; in these workspaces something happens every minute.
  await query("update miradesk.conversations set activity_at = activity_at - coalesce(substring(id from '^conversation-([0-9]+)$')::integer, 0) * interval '1 minute' where workspace_id = $1", [WORKSPACE]);
}

/** Asks everything so often that every plan is made and kept. */
async function askAll(store: Store): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    for (const [, , run] of questions) await run(store).catch(() => {}); // of an empty workspace some answer not_found
  }
}

interface Case {
  name: string;
  conversations: number;
  open(): Promise<Opened>;
  /** What happens in the database before it is filled, and after. */
  before?(opened: Opened): Promise<unknown>;
  after?(opened: Opened): Promise<unknown>;
}

const cases: Case[] = [
  { name: 'PGlite', conversations: 600, open: openPGlite },
  { name: 'Postgres', conversations: 5_000, open: openServer },
  {
    // As autovacuum does it at night, when there is nothing to be seen yet; and these plans are then kept for as long as the connection lives.
    name: 'Postgres, whose plans were made while the tables were empty', conversations: 5_000, open: openServer,
    async before({ store, query }) {
      await query('vacuum analyze');
      await askAll(store);
    },
  },
  {
    name: 'Postgres, whose plans were made again when it had looked at the tables', conversations: 5_000, open: openServer,
    async after({ store, query }) {
      await query('vacuum analyze');
      await askAll(store);
    },
  },
];

describe.each(cases)('$name', ({ conversations, open, before, after }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await opened.store.createWorkspace(testWorkspace(WORKSPACE));
    await opened.store.addMember(WORKSPACE, ada);
    await before?.(opened);
    await fill(opened, conversations);
    await after?.(opened);
  });
  afterAll(() => opened.close());

  test.each(questions)('%s reads at most %i rows, and no table as a whole', async (_, most, run) => {
    const { byIndex, wholeTables } = await rowsReadBy(opened, () => run(opened.store));
    expect(wholeTables).toEqual([]);
    expect(byIndex).toBeLessThanOrEqual(most);
  });

  test('taking an anonymous visitor over, and erasing them, reads their rows and no others', async () => {
    const { store } = opened;
    const author = visitor(nanoid());
    const begun = await store.append(WORKSPACE, { kind: 'start', author, clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: 'Hello', page: null });
    await store.append(WORKSPACE, message(author, begun.conversation.id));
    await store.describeVisitor(WORKSPACE, author.id, { profile: { name: 'A' }, events: [EVENT] }, { create: false });
    const adopting = await rowsReadBy(opened, () => store.adoptVisitor(WORKSPACE, author.id, { visitorId: 'visitor-207', userId: 'u' }));
    const erasing = await rowsReadBy(opened, () => store.eraseVisitor(WORKSPACE, 'visitor-207'));
    expect([...adopting.wholeTables, ...erasing.wholeTables]).toEqual([]);
    expect([adopting.byIndex, erasing.byIndex].map((rows) => rows <= 60), `${adopting.byIndex} and ${erasing.byIndex} rows`).toEqual([true, true]);
  });

  test('the counts of the inbox are what counting gives', async () => {
    const counted = await opened.query(
      "select status, coalesce(assignee_id, '') as assignee_id, count(*)::int as conversations from miradesk.conversations where workspace_id = $1 group by 1, 2 order by 1, 2", [WORKSPACE],
    );
    const kept = await opened.query(
      'select status, assignee_id, conversations from miradesk.inbox_counts where workspace_id = $1 and conversations <> 0 order by 1, 2', [WORKSPACE],
    );
    expect(kept).toEqual(counted);
  });
});
