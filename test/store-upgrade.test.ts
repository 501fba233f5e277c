/** A database with a past, made by the first released schema, goes on under this one: nothing of it is lost or told twice. */
import { PGlite } from '@electric-sql/pglite';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayAll } from '../gateway/replay.ts';
import { migrate, readMigrations } from '../gateway/store/migrate.ts';
import { createStore } from '../gateway/store/rpc-store.ts';
import type { AppendCommand, Rpc, Store } from '../gateway/store/store.ts';
import { testMember, testWorkspace } from './harness/store.ts';

/** The last migration of the first release. */
const RELEASED = '20261122100700';
const visitor = { kind: 'visitor', id: 'vera', name: null } as const;
const ada = testMember({ id: 'ada', role: 'owner' });

let database: PGlite;
let store: Store;
let first: string;
const rpc: Rpc = async (fn, args) => {
  const named = Object.keys(args).map((name, index) => `${name} => $${index + 1}`).join(', ');
  const values = Object.values(args).map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value));
  const { rows } = await database.query<{ result: string }>(`select miradesk.${fn}(${named})::text as result`, values);
  return JSON.parse(rows[0]?.result ?? 'null');
};

/** As the first release appended: everything by one function. */
const append = (commands: AppendCommand[]): Promise<unknown> =>
  rpc('append_entries', { p_workspace: 'demo', p_commands: commands.map((command) => ('text' in command ? { ...command, preview: command.text } : command)) });

const message = (conversationId: string, text: string, clientId = nanoid()): AppendCommand => ({ kind: 'message', author: visitor, conversationId, clientId, text, page: null });

beforeAll(async () => {
  database = await PGlite.create();
  const migrations = await readMigrations();
  await migrate(database, migrations.filter(({ version }) => version <= RELEASED));
  store = createStore({ rpc, ping: async () => {}, close: () => database.close() });
  await store.createWorkspace(testWorkspace());
  await store.addMember('demo', ada);
  for (const number of Array.from({ length: 30 }, (_, index) => index)) {
    const conversationId = `conversation-${number}`;
    await append([{ kind: 'start', author: visitor, conversationId, conversationClientId: `name-${number}`, clientId: `start-${number}`, text: 'Hello', page: null }]);
    await append([message(conversationId, 'Is anybody there?', `message-${number}`), message(conversationId, 'I can wait.')]);
    const by = { author: { kind: 'agent', id: 'ada', name: 'Ada' } as const, conversationId };
    if (number % 2) await append([{ kind: 'assigned', ...by, clientId: nanoid(), memberId: 'ada' }]);
    if (number % 3 === 0) await append([{ kind: 'status', ...by, clientId: nanoid(), status: 'closed' }]);
  }
  await store.markRead('demo', { kind: 'agent', memberId: 'ada' }, { conversationId: 'conversation-1', delivered: 3, seen: 2 });
  first = (await store.inboxChanges('demo', 'ada', null)).cursor;
  await append([message('conversation-7', 'Just before the upgrade')]);
  await migrate(database, migrations);
});
afterAll(() => store.close());

it('[G4] every log gives the stored state', async () => {
  const found: unknown[] = [];
  expect(await replayAll(rpc, (difference) => found.push(difference))).toMatchObject({ conversations: 30, differences: 0 });
  expect(found).toEqual([]);
});

it('the inbox is in the same order, page by page, and its counts are right', async () => {
  const ids: string[] = [];
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<Store['inboxList']>> = await store.inboxList('demo', 'ada', { filter: 'all', after, limit: 7 });
    ids.push(...page.conversations.map(({ id }) => id));
    expect(page.counts).toEqual({ unassigned: 10, mine: 10, all: 20, closed: 10 });
    after = page.next;
    if (after === null) break;
  }
  const open = Array.from({ length: 30 }, (_, index) => 29 - index).filter((number) => number % 3 !== 0 && number !== 7).map((number) => `conversation-${number}`);
  expect(ids).toEqual(['conversation-7', ...open]);
});

it('[D2] what was sent before the upgrade and is sent again is answered with the entry that is there', async () => {
  const again = await store.append('demo', message('conversation-4', 'Is anybody there?', 'message-4'));
  expect(again).toMatchObject({ repeated: true, added: [], entry: { seq: 2, text: 'Is anybody there?' } });
});

it('[D5] a client goes on from where it was, and the cursor of before still tells what changed', async () => {
  const { conversations: [caught] } = await store.sync('demo', { kind: 'visitor', visitorId: 'vera' }, [{ id: 'conversation-7', seq: 3 }]);
  expect(caught?.conversation.id).toBe('conversation-7');
  expect(caught?.catchup).toMatchObject({ answer: 'entries', entries: [{ text: 'Just before the upgrade' }] });
  const changes = await store.inboxChanges('demo', 'ada', first);
  expect(changes.answer === 'changes' && changes.conversations.map(({ id }) => id)).toContain('conversation-7');
});

it('[D3] the log goes on without a hole', async () => {
  const { entry } = await store.append('demo', message('conversation-7', 'After the upgrade'));
  expect(entry).toMatchObject({ seq: 6, prev: 5 });
});
