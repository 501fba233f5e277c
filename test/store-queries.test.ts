/** What the queries cost, counted in rows the database looked at: it must depend on what is asked for, never on how much there is. */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent, asAgent, asVisitor, message, visitor } from './store-contract-scene.ts';
import { openTestDatabase, testMember, testWorkspace } from './harness/store.ts';

type Opened = Awaited<ReturnType<typeof openTestDatabase>>;
const WORKSPACE = 'busy';
const CONVERSATIONS = 600;
const LONG = 2_000;
const ada = testMember({ name: 'Ada' });
const ids = Array.from({ length: CONVERSATIONS }, (_, index) => `conversation-${index}`);
const long = 'conversation-0';

let opened: Opened;
beforeAll(async () => {
  opened = await openTestDatabase();
  const { store } = opened;
  await store.createWorkspace(testWorkspace(WORKSPACE));
  await store.addMember(WORKSPACE, ada);
  await Promise.all(ids.map((id, index) => store.append(WORKSPACE, {
    kind: 'start', author: visitor(`visitor-${index}`), clientId: nanoid(), conversationId: id, conversationClientId: nanoid(), text: 'Hello', page: null,
  })));
  await Promise.all(Array.from({ length: LONG }, (_, index) => store.append(WORKSPACE, message(index % 2 ? agent(ada) : visitor('visitor-0'), long, `m${index}`))));
  await Promise.all(ids.filter((_, index) => index % 10 === 9).flatMap((id) => [
    store.append(WORKSPACE, { kind: 'assigned', author: agent(ada), conversationId: id, clientId: nanoid(), memberId: ada.id }),
    store.append(WORKSPACE, { kind: 'status', author: agent(ada), conversationId: id, clientId: nanoid(), status: 'closed' }),
  ]));
});
afterAll(() => opened.close());

/** Rows read from tables by what runs: through indexes, and by reading whole tables. */
async function rowsReadBy(run: () => Promise<unknown>): Promise<{ byIndex: number; wholeTables: string[] }> {
  const look = async (): Promise<Map<string, { seq_scan: number; idx_tup_fetch: number }>> => {
    await opened.query('select pg_stat_force_next_flush()');
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
    if (seq_scan > (before.get(table)?.seq_scan ?? 0)) read.wholeTables.push(table);
  }
  return read;
}

const store = (): Opened['store'] => opened.store;
const someKnown = ids.slice(1, 21).map((id) => ({ id, seq: 1 }));

/** What is asked, and how many rows may be read for it. The workspace has some 600 conversations and 2,700 entries. */
const questions: Array<[what: string, rows: number, run: () => Promise<unknown>]> = [
  ['a message of a visitor', 20, () => store().append(WORKSPACE, message(visitor('visitor-7'), 'conversation-7'))],
  ['a message of an agent', 20, () => store().append(WORKSPACE, message(agent(ada), 'conversation-7'))],
  ['a repeated message', 20, async () => {
    const command = message(visitor('visitor-8'), 'conversation-8');
    await Promise.all([store().append(WORKSPACE, command), store().append(WORKSPACE, command)]);
  }],
  ['a batch of 100 messages', 1_000, () => Promise.all(ids.slice(1, 101).map((id) => store().append(WORKSPACE, message(agent(ada), id))))],
  ['a start', 25, () => store().append(WORKSPACE, {
    kind: 'start', author: visitor('new'), clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: 'Hello', page: null,
  })],
  ['an assignment', 25, () => store().append(WORKSPACE, { kind: 'assigned', author: agent(ada), conversationId: 'conversation-3', clientId: nanoid(), memberId: ada.id })],
  ['a change of status', 25, () => store().append(WORKSPACE, { kind: 'status', author: agent(ada), conversationId: 'conversation-4', clientId: nanoid(), status: 'closed' })],
  ['a visitor’s heartbeat', 10, () => store().sync(WORKSPACE, asVisitor('visitor-5'), [{ id: 'conversation-5', seq: 1 }])],
  ['a visitor’s return', 70, () => store().sync(WORKSPACE, asVisitor('visitor-0'), [])],
  ['an agent’s heartbeat with 20 conversations', 120, () => store().sync(WORKSPACE, asAgent(ada), someKnown)],
  ['ten missing entries of a long conversation', 30, () => store().sync(WORKSPACE, asAgent(ada), [{ id: long, seq: LONG - 9 }])],
  ['the newest page of a long conversation', 70, () => store().sync(WORKSPACE, asAgent(ada), [{ id: long, seq: 0 }])],
  ['a page of history', 40, () => store().history(WORKSPACE, asVisitor('visitor-0'), { conversationId: long, before: 1_000, limit: 30 })],
  ...(['unassigned', 'mine', 'all', 'closed'] as const).map((filter): [string, number, () => Promise<unknown>] =>
    [`20 conversations of the inbox: ${filter}`, 160, () => store().inboxList(WORKSPACE, ada.id, { filter, after: null, limit: 20 })]),
  ['the second page of the inbox', 250, async () => {
    const { next } = await store().inboxList(WORKSPACE, ada.id, { filter: 'all', after: null, limit: 10 });
    await store().inboxList(WORKSPACE, ada.id, { filter: 'all', after: next, limit: 10 });
  }],
  ['the inbox’s heartbeat', 40, async () => {
    const first = await store().inboxChanges(WORKSPACE, ada.id, null);
    await store().inboxChanges(WORKSPACE, ada.id, first.cursor);
  }],
  ['reading a long conversation', 20, () => store().markRead(WORKSPACE, asAgent(ada), { conversationId: long, delivered: LONG, seen: LONG })],
  ['a sign-in', 5, () => store().memberForSignIn(WORKSPACE, ada.email)],
];

test.each(questions)('%s reads at most %i rows, and no table as a whole', async (_, most, run) => {
  const { byIndex, wholeTables } = await rowsReadBy(run);
  expect(wholeTables).toEqual([]);
  expect(byIndex).toBeLessThanOrEqual(most);
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
