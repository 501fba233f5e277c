/** `miradesk replay`: no difference after all kinds of work, and each kind of difference found when a row is changed by hand. */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../gateway/cli.ts';
import { replayAll, sentenceFor, type Difference, type ReplaySummary } from '../gateway/replay.ts';
import { openStoreAndRpc } from '../gateway/store/open-store.ts';
import type { AppendCommand, Rpc, Store } from '../gateway/store/store.ts';
import { openTestDatabase, testMember, testWorkspace } from './harness/store.ts';
import { type Postgres, startPostgres } from './harness/postgres.ts';
import { startSupabase } from './harness/supabase.ts';
import { agent, asAgent, asVisitor, message, visitor } from './store-contract-scene.ts';

const ada = testMember({ id: 'ada', name: 'Ada' });
const ben = testMember({ id: 'ben', name: 'Ben' });
const PAGE = { url: 'https://shop.example/cheese', title: 'Cheese', referrer: '' };
/** More than one page of conversations, and of the entries of one. */
const CONVERSATIONS = 60;
const LONG = 1_300;

/** Conversations in which all has happened that can happen. */
async function work(store: Store, workspace: string): Promise<void> {
  await store.createWorkspace(testWorkspace(workspace));
  for (const member of [ada, ben]) await store.addMember(workspace, { ...member, email: `${member.id}@example.com` });
  const append = (command: AppendCommand): Promise<unknown> => store.append(workspace, command);
  const ids = Array.from({ length: CONVERSATIONS }, (_, index) => `k${String(index).padStart(3, '0')}`);
  await Promise.all(ids.map((id, index) => append({
    kind: 'start', author: visitor(`v${index}`), clientId: nanoid(), conversationId: id, conversationClientId: nanoid(), text: 'Hello', page: index % 2 ? PAGE : null,
  })));
  await Promise.all(Array.from({ length: LONG }, (_, index) => append(message(index % 3 ? visitor('v0') : agent(ada), 'k000', `m${index} ${'x'.repeat(index % 300)}`))));
  for (const [index, id] of ids.entries()) {
    const by = { author: agent(index % 2 ? ada : ben), conversationId: id };
    await Promise.all([
      append({ kind: 'note', ...by, clientId: nanoid(), text: 'To be called back' }),
      append(message(by.author, id, 'Good morning')),
      ...(index % 3 ? [append({ kind: 'assigned', ...by, clientId: nanoid(), memberId: 'ada' })] : []),
      ...(index % 4 ? [append({ kind: 'status', ...by, clientId: nanoid(), status: 'closed' })] : []),
    ]);
    if (index % 8 === 1) await append({ ...message(visitor(`v${index}`), id, 'One more thing'), page: PAGE } as AppendCommand);
    if (index % 6 === 3) {
      await store.addFile(workspace, { id: `${id}-file`, owner: { kind: 'visitor', id: `v${index}` } });
      await store.completeFile(workspace, `${id}-file`, { name: 'the lid.png', type: 'image/png', size: 100, width: 4, height: 3 });
      await append({ ...message(visitor(`v${index}`), id, ''), attachments: [`${id}-file`] } as AppendCommand);
      await append({ kind: 'rating', author: visitor(`v${index}`), conversationId: id, clientId: nanoid(), score: 4, comment: 'Good' });
    }
    if (index % 5 === 0) await store.markRead(workspace, asAgent(ada), { conversationId: id, delivered: 3, seen: 2 });
    if (index % 7 === 0) await store.markRead(workspace, asVisitor(`v${index}`), { conversationId: id, delivered: 100, seen: 1 });
  }
}

interface Opened { store: Store; rpc: Rpc; query(sql: string): Promise<unknown>; close(): Promise<unknown> }

async function openOnPostgres(): Promise<Opened & { postgres: Postgres; url: string }> {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase('replayed');
  const opened = await openStoreAndRpc({ dataDir: '', databaseUrl: url });
  return {
    ...opened, postgres, url, query: (sql) => postgres.query(sql, [], 'replayed'),
    close: async () => {
      await opened.store.close();
      await postgres.stop();
    },
  };
}

async function replayed(rpc: Rpc): Promise<ReplaySummary & { found: Difference[] }> {
  const found: Difference[] = [];
  return { ...(await replayAll(rpc, (difference) => found.push(difference))), found };
}

describe.each<[string, () => Promise<Opened>]>([['PGlite', openTestDatabase], ['Postgres', openOnPostgres]])('replay on %s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await work(opened.store, 'busy');
    await work(opened.store, 'other');
  });
  afterAll(() => opened.close());

  test('finds no difference after all kinds of work', async () => {
    const { found, ...summary } = await replayed(opened.rpc);
    expect(found).toEqual([]);
    expect(summary).toMatchObject({ workspaces: 2, conversations: 2 * CONVERSATIONS, differences: 0 });
    expect(summary.entries).toBeGreaterThan(2 * (LONG + 3 * CONVERSATIONS));
  });

  // What is changed by hand, what sets it right again, and what replay says about it.
  const inConversation = "where workspace_id = 'busy' and conversation_id = 'k000'";
  const conversation = "where workspace_id = 'busy' and id = 'k001'";
  const row = (change: string, back: string): [string, string] => [`update miradesk.conversations set ${change} ${conversation}`, `update miradesk.conversations set ${back} ${conversation}`];
  const changes: Array<[says: string, change: string, back: string]> = [
    ['busy k001: status: stored "closed", replayed "open"', ...row("status = 'closed'", "status = 'open'")],
    ['busy k001: assignee: stored "ben", replayed "ada"', ...row("assignee_id = 'ben'", "assignee_id = 'ada'")],
    ['busy k001: head: stored 9, replayed 7', ...row('last_seq = last_seq + 2', 'last_seq = last_seq - 2')],
    ['busy k001: an entry past the head: stored 6, replayed 7', ...row('last_seq = last_seq - 1', 'last_seq = last_seq + 1')],
    ['busy k001: head for the visitor: stored 6, replayed 7', ...row('last_visible_seq = last_visible_seq - 1', 'last_visible_seq = last_visible_seq + 1')],
    ['busy k001: messages of the visitor: stored 3, replayed 2', ...row('visitor_messages = 3', 'visitor_messages = 2')],
    ['busy k001: author of the preview: stored "agent", replayed "visitor"', ...row("preview_author = 'agent'", "preview_author = 'visitor'")],
    ['busy k001: preview: stored "Hm", replayed "One more thing"', ...row("preview_text = 'Hm'", "preview_text = 'One more thing'")],
    ['busy k003: preview: stored "the lid", replayed "the lid.png"', "update miradesk.conversations set preview_text = 'the lid' where workspace_id = 'busy' and id = 'k003'", "update miradesk.conversations set preview_text = 'the lid.png' where workspace_id = 'busy' and id = 'k003'"],
    ['busy k001: page: stored null', ...row('page = null', `page = '${JSON.stringify(PAGE)}'`)],
    ['busy k001: created: stored', ...row("created_at = created_at + interval '1 second'", "created_at = created_at - interval '1 second'")],
    ['busy k001: activity: stored', ...row("activity_at = activity_at - interval '1 millisecond'", "activity_at = activity_at + interval '1 millisecond'")],
    ['busy k001: delivered to the visitor, past the head: stored 8, replayed 7', ...row('visitor_delivered = 8', 'visitor_delivered = 0')],
    ['busy k001: seen by the visitor, past what was delivered: stored 1, replayed 0', ...row('visitor_seen = 1', 'visitor_seen = 0')],
    ['busy k001: seen to the agents: stored 5, replayed 0', ...row('agents_seen = 5', 'agents_seen = 0')],
    ['busy k001: entry 1: written by another visitor than the conversation\'s: stored "v1", replayed "v2"', ...row("visitor_id = 'v2'", "visitor_id = 'v1'")],
    ['busy k001: entry 1: written by another visitor than the conversation\'s: stored "v2", replayed "v1"',
      "update miradesk.entries set author_id = 'v2' where workspace_id = 'busy' and conversation_id = 'k001' and seq = 1", "update miradesk.entries set author_id = 'v1' where workspace_id = 'busy' and conversation_id = 'k001' and seq = 1"],
    ['busy k000: messages read by member ada: stored 4', `update miradesk.reads set read_messages = read_messages + 3 ${inConversation}`, `update miradesk.reads set read_messages = read_messages - 3 ${inConversation}`],
    ['busy k000: delivered to member ada, past the head', `update miradesk.reads set delivered = delivered + 5000 ${inConversation}`, `update miradesk.reads set delivered = delivered - 5000 ${inConversation}`],
    ['busy k000: entry 900: prev_visible: stored 7, replayed 899', `update miradesk.entries set prev_visible = 7 ${inConversation} and seq = 900`, `update miradesk.entries set prev_visible = 899 ${inConversation} and seq = 900`],
    ['busy k000: entry 800: visitor_messages', `update miradesk.entries set visitor_messages = visitor_messages + 1 ${inConversation} and seq = 800`, `update miradesk.entries set visitor_messages = visitor_messages - 1 ${inConversation} and seq = 800`],
    ['busy k000: the entry after which the log goes on: stored 701, replayed 700', `update miradesk.entries set conversation_id = 'away' ${inConversation} and seq = 700`, "update miradesk.entries set conversation_id = 'k000' where workspace_id = 'busy' and conversation_id = 'away'"],
    ['busy away: entries: stored "in the log", replayed "without a conversation"', `update miradesk.entries set conversation_id = 'away' ${inConversation} and seq = 700`, "update miradesk.entries set conversation_id = 'k000' where workspace_id = 'busy' and conversation_id = 'away'"],
    ['clientId its author has used before: stored "twice"',
      `drop index miradesk.entries_client_id; alter table miradesk.entries add column was text; update miradesk.entries set was = client_id, client_id = 'twice' where workspace_id = 'busy' and (conversation_id, seq) in (('k000', 2), ('k000', 1200)) and author_kind = 'agent' or workspace_id = 'busy' and conversation_id in ('k003', 'k005') and kind = 'note'`,
      'update miradesk.entries set client_id = was where was is not null; alter table miradesk.entries drop column was; create unique index entries_client_id on miradesk.entries (client_id, author_id, author_kind, workspace_id) where client_id is not null'],
    ['busy: count of conversations that are closed and unassigned: stored', "update miradesk.inbox_counts set conversations = conversations + 1 where workspace_id = 'busy' and status = 'closed' and assignee_id = ''", "update miradesk.inbox_counts set conversations = conversations - 1 where workspace_id = 'busy' and status = 'closed' and assignee_id = ''"],
    ['busy: count of conversations that are open and assigned to nobody-there: stored 2, replayed 0', "insert into miradesk.inbox_counts values ('busy', 'open', 'nobody-there', 2)", "delete from miradesk.inbox_counts where assignee_id = 'nobody-there'"],
  ];
  test.each(changes)('finds: %s', async (says, change, back) => {
    for (const statement of change.split(';')) await opened.query(statement);
    try {
      const { found, differences } = await replayed(opened.rpc);
      expect(differences).toBe(found.length);
      expect(found.map(sentenceFor).filter((sentence) => sentence.startsWith('other'))).toEqual([]);
      expect(found.map(sentenceFor)).toEqual(expect.arrayContaining([expect.stringContaining(says)]));
    } finally {
      for (const statement of back.split(';')) await opened.query(statement);
    }
    expect((await replayed(opened.rpc)).found).toEqual([]);
  });
});

describe('miradesk replay', () => {
  let opened: Awaited<ReturnType<typeof openOnPostgres>>;
  beforeAll(async () => {
    opened = await openOnPostgres();
    await work(opened.store, 'busy');
  });
  afterAll(() => opened.close());

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const code = await runCli(args, { DATABASE_URL: opened.url, PORT: 'not one of its settings' }, { out: (text) => { said.out += text; }, err: (text) => { said.err += text; } });
    return { code, ...said };
  }

  test('says how much agreed, or what did not, by its exit code, too', async () => {
    expect(await run('replay')).toEqual({ code: 0, out: expect.stringMatching(/^Replayed \d+ entries of 60 conversations in 1 workspace: all agree with what is stored\.\n$/), err: '' });
    await opened.query("update miradesk.conversations set status = 'open' where id = 'k002'");
    const { code, out } = await run('replay');
    expect(code).toBe(1);
    expect(out).toContain('busy k002: status: stored "open", replayed "closed"\n');
    expect(out).toContain('differences.\n');
    await opened.query("update miradesk.conversations set status = 'closed' where id = 'k002'");
  });

  test('[D1] finds no difference while gateways write', async () => {
    let writing = true;
    const writers = Array.from({ length: 4 }, async (_, who) => {
      for (let index = 0; writing; index += 1) {
        const id = `k${String((index * 7 + who) % CONVERSATIONS).padStart(3, '0')}`;
        await opened.store.append('busy', index % 5 ? message(agent(ada), id, `n${index}`) : { kind: 'status', author: agent(ada), conversationId: id, clientId: nanoid(), status: index % 2 ? 'open' : 'closed' });
        await opened.store.markRead('busy', asAgent(ben), { conversationId: id, delivered: 1e6, seen: 1e6 });
      }
    });
    try {
      for (let round = 0; round < 5; round += 1) expect(await run('replay')).toMatchObject({ code: 0, err: '' });
    } finally {
      writing = false;
      await Promise.all(writers);
    }
  });

  test('works on Supabase', async () => {
    const supabase = await startSupabase();
    await supabase.push();
    const { store, rpc } = await openStoreAndRpc({ dataDir: '', supabaseUrl: supabase.url, supabaseSecretKey: supabase.secretKey });
    await work(store, 'busy');
    expect((await replayed(rpc)).found).toEqual([]);
    await supabase.sql("update miradesk.conversations set visitor_messages = 7 where id = 'k001'");
    expect((await replayed(rpc)).found).toMatchObject([{ conversation: 'k001', what: 'messages of the visitor', stored: 7, replayed: 2 }]);
    await store.close();
    await supabase.stop();
  });
});
