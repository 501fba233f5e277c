/** A visitor has everything of theirs erased: nothing of it is left anywhere, and everybody who had it learns so. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { visitorErase } from '../gateway/erase.ts';
import { createLogger } from '../gateway/logger.ts';
import { replayAll } from '../gateway/replay.ts';
import { openPGlite } from '../gateway/store/pglite.ts';
import { createStore } from '../gateway/store/rpc-store.ts';
import { makeSeed } from '../gateway/store/seed.ts';
import { INBOX_CHANGES_MAX } from '../shared/limits.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { png } from './harness/sample-files.ts';
import { signIdentity } from './harness/signing-site.ts';
import { openTestDatabase, testWorkspace } from './harness/store.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let gateway: TestGateway;
let workspace: TestWorkspace;
let agent: Client;

beforeAll(async () => {
  database = await openTestDatabase();
  gateway = await startTestGateway({ store: database.store, env: { RATE_CONNECTIONS: '10000/10000', RATE_VISITOR_MESSAGES: '10000/10000' } });
  workspace = await gateway.workspace();
  agent = await gateway.agent(workspace);
});
afterAll(async () => {
  await gateway.close();
  await database.close();
});

/** Everything in the database that holds one of these texts: table and row. */
async function traces(...texts: string[]): Promise<string[]> {
  const tables = await database.query<{ name: string }>("select relname as name from pg_class where relnamespace = 'miradesk'::regnamespace and relkind = 'r' order by 1");
  const found: string[] = [];
  for (const { name: table } of tables) {
    for (const { row } of await database.query<{ row: string }>(`select t::text as row from miradesk.${table} t`)) {
      if (texts.some((text) => row.includes(text))) found.push(`${table} ${row}`);
    }
  }
  return found;
}

const differences = async (): Promise<unknown[]> => {
  const found: unknown[] = [];
  await replayAll(database.rpc, (difference) => found.push(difference));
  return found;
};

async function identified(userId: string, claims: object = {}, token?: string): Promise<Client & { visitorId: string; token: string }> {
  const { identitySecret = '' } = (await gateway.store.workspace(workspace.id)) ?? {};
  const client = gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, token, identity: { token: signIdentity(identitySecret, { sub: userId, ...claims }) } } });
  const session = await client.started();
  return Object.assign(client, { visitorId: session.visitorId as string, token: session.token as string });
}

describe('[P3] visitor:erase', () => {
  it('leaves no word, name, address or id of the visitor in any table, and the counts right', async () => {
    const counts = async (): Promise<object> => (await agent.does('inbox:list', { filter: 'all' })).counts;
    const before = await counts();
    const anonymous = await gateway.visitor(workspace);
    const first = await startConversation(anonymous, 'canary-text-1');
    const visitor = await identified('canary-user', { name: 'canary-name', email: 'canary@mail.example', phone: 'canary-phone', jti: 'canary-jti', attributes: { 'canary-key': 'canary-value' } }, anonymous.token);
    await visitor.does('profile:set', { profile: { tags: ['canary-tag'] } });
    await visitor.does('event:track', { name: 'canary-event', meta: { 'canary-meta': 1 }, page: { url: 'https://shop.example/canary-page' } });
    const page = { url: 'https://shop.example/canary-page', title: 'canary-title', referrer: 'https://canary.example' };
    const { conversation } = await visitor.does('conversation:start', { clientId: 'canary-start', message: { clientId: 'canary-client', text: 'canary-text-2' }, page });
    await agent.does('note:add', { conversationId: first, clientId: name(), text: 'canary-note' });
    await agent.does('message:send', { conversationId: first, clientId: name(), text: 'canary-answer' });
    await agent.does('read:mark', { conversationId: first, seen: 3 });
    await agent.does('status:set', { conversationId: conversation.id, clientId: name(), status: 'closed' });
    await agent.does('conversation:assign', { conversationId: first, clientId: name(), memberId: workspace.owner.id });
    const bystander = await gateway.visitor(workspace);
    await startConversation(bystander, 'of somebody else');

    expect(await traces('canary')).not.toEqual([]);
    expect(await visitor.does('visitor:erase', { confirm: true })).toEqual({ conversations: 2 });
    expect(await traces('canary', visitor.visitorId, anonymous.visitorId)).toEqual([]);
    // That they are gone is all that is left of the conversations.
    expect(await traces(first, conversation.id)).toEqual([expect.stringMatching(/^erased_conversations /), expect.stringMatching(/^erased_conversations /)]);
    expect(await counts()).toEqual({ ...before, unassigned: (before as { unassigned: number }).unassigned + 1, all: (before as { all: number }).all + 1 });
    expect(await differences()).toEqual([]);
    expect(gateway.log()).not.toContain('canary');

    expect(await agent.fails('visitor:load', { visitorId: visitor.visitorId })).toBe('not_found');
    expect((await agent.does('log:sync', { conversations: [{ id: first, seq: 1 }] })).gone).toEqual([first]);
    expect((await visitor.does('log:sync', { conversations: [{ id: first, seq: 1 }] }))).toEqual({ conversations: [], gone: [first] });
    for (const [event, payload] of [['message:send', { conversationId: first, clientId: name(), text: 'x' }], ['history:load', { conversationId: first, before: 2 }], ['read:mark', { conversationId: first, seen: 1 }]] as const) {
      expect(await agent.fails(event, payload)).toBe('not_found');
    }
  });

  it('leaves nothing of it in the files of the embedded database, once that has tidied up, or was closed', async () => {
    const folder = temporaryDirectory('erase');
    const filesWith = (word: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile()).map(({ parentPath, name: file }) => join(parentPath, file)).filter((file) => readFileSync(file).includes(word));
    const transport = await openPGlite({ dataDir: join(folder, 'db'), seed: await makeSeed(), tidyEveryMs: 100 });
    const own = await startTestGateway({ store: createStore(transport), env: { FILES_DIR: join(folder, 'files') } });
    const shop = await own.workspace();
    /** Leaves this word wherever somebody can leave one. */
    const leaves = async (word: string): Promise<Client> => {
      const visitor = await own.visitor(shop);
      await visitor.does('profile:set', { profile: { name: `${word} name`, email: `${word}@mail.example`, phone: `${word} 1`, attributes: { [word]: word }, tags: [word] } });
      const conversationId = await startConversation(visitor, `${word}, and so long that it is stored apart: ${randomBytes(1_900).toString('hex')}`);
      await visitor.does('event:track', { name: word, meta: { [word]: 1 }, page: { url: `https://shop.example/${word}` } });
      const upload = await fetch(`${own.url}/files/${shop.id}?name=${word}.png`, { method: 'POST', body: new Uint8Array(png()), headers: { authorization: `Bearer ${visitor.token}` } });
      const { file } = await upload.json() as { file: { id: string } };
      await visitor.does('message:send', { conversationId, clientId: name(), text: word, attachments: [file.id] });
      return visitor;
    };
    // Between others, so that no page of a table has theirs alone.
    await leaves('earlybird');
    const [first, second] = [await leaves('canarybird'), await leaves('blackbird')];
    await leaves('latebird');
    expect(filesWith('canarybird')).not.toEqual([]);
    await first.does('visitor:erase', { confirm: true });
    await until(() => filesWith('canarybird').length === 0, { what: 'the files to be without it' });
    await second.does('visitor:erase', { confirm: true });
    await own.close();
    await transport.close();
    expect(filesWith('blackbird')).toEqual([]);
    expect([filesWith('earlybird').length > 0, filesWith('latebird').length > 0]).toEqual([true, true]);
  });

  it('is taken out of the files by the thread that takes over, where one died before it could', async () => {
    const dataDir = join(temporaryDirectory('erase'), 'db');
    const threads: Worker[] = [];
    const remember = (worker: Worker): void => void threads.push(worker);
    process.on('worker', remember);
    onTestFinished(() => void process.off('worker', remember));
    const transport = await openPGlite({ dataDir, seed: await makeSeed() });
    const store = createStore(transport);
    await store.createWorkspace(testWorkspace());
    await store.append('demo', { kind: 'start', author: { kind: 'visitor', id: 'v1', name: null }, clientId: 'c', conversationId: 'k1', conversationClientId: 'first', text: 'canarybird', page: null });
    await store.eraseVisitor('demo', 'v1');
    await threads.at(-1)?.terminate();
    const traced = (): boolean => readdirSync(dataDir, { recursive: true, withFileTypes: true }).some((file) => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes('canarybird'));
    expect(traced()).toBe(true);
    await until(() => store.ping().then(() => true), { what: 'the database to be back' });
    await store.close();
    expect(traced()).toBe(false);
  });

  it('is told to agents and to all of the visitor\'s tabs, and to nobody else', async () => {
    const visitor = await gateway.visitor(workspace);
    const id = await startConversation(visitor);
    const otherTab = await gateway.visitor(workspace, visitor.token);
    const stranger = await gateway.visitor(workspace);
    await startConversation(stranger);
    const elsewhere = await gateway.agent(await gateway.workspace());
    await visitor.does('visitor:erase', { confirm: true });
    expect(await agent.hears('conversation:erased', ({ conversationIds }) => conversationIds.includes(id))).toEqual({ conversationIds: [id] });
    expect(await visitor.hears('visitor:erased')).toEqual({});
    expect(await otherTab.hears('visitor:erased')).toEqual({});
    await stranger.does('log:sync', { conversations: [] });
    await elsewhere.does('member:list', {});
    expect([...stranger.heard('visitor:erased'), ...elsewhere.heard('conversation:erased')]).toEqual([]);
    expect((await stranger.does('log:sync', { conversations: [] })).conversations).toHaveLength(1);
  });

  it('[D6] is learnt by inboxes that were away', async () => {
    const visitor = await gateway.visitor(workspace);
    const id = await startConversation(visitor);
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    await visitor.does('visitor:erase', { confirm: true });
    const back = await agent.does('inbox:sync', { cursor });
    expect(back).toMatchObject({ answer: 'changes', gone: [id] });
    expect(back.conversations.map((one: { id: string }) => one.id)).not.toContain(id);
    await until(async () => (await agent.does('inbox:sync', { cursor: (await agent.does('inbox:sync', { cursor })).cursor })).gone.length === 0, { what: 'a cursor past it' });
  });

  it('[D5] is answered with "start over" where more was erased than an answer holds', async () => {
    const visitor = await gateway.visitor(workspace);
    for (let index = 0; index < INBOX_CHANGES_MAX + 1; index += 1) await startConversation(visitor);
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    expect(await visitor.does('visitor:erase', { confirm: true })).toEqual({ conversations: INBOX_CHANGES_MAX + 1 });
    expect(await agent.does('inbox:sync', { cursor })).toMatchObject({ answer: 'start-over' });
    await until(async () => (await agent.does('inbox:sync', { cursor: (await agent.does('inbox:sync', { cursor: null })).cursor })).answer === 'changes');
  });

  it('[D5] is forgotten after thirty days; who was away for longer starts over', async () => {
    const [old, young] = [await gateway.visitor(workspace), await gateway.visitor(workspace)];
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    const id = await startConversation(old);
    await startConversation(young);
    await old.does('visitor:erase', { confirm: true });
    expect((await agent.does('inbox:sync', { cursor })).gone).toEqual([id]);
    await database.query("update miradesk.erased_conversations set erased_at = erased_at - interval '31 days' where workspace_id = $1", [workspace.id]);
    await young.does('visitor:erase', { confirm: true });
    expect(await database.query('select id from miradesk.erased_conversations where workspace_id = $1', [workspace.id])).toHaveLength(1);
    expect(await agent.does('inbox:sync', { cursor })).toMatchObject({ answer: 'start-over' });
    const { cursor: fresh } = await agent.does('inbox:sync', { cursor: null });
    expect(await agent.does('inbox:sync', { cursor: fresh })).toMatchObject({ answer: 'changes' });
  });

  it('[W1] of somebody who never wrote finds nothing, forgets what waited, and says so', async () => {
    const visitor = await gateway.visitor(workspace);
    await visitor.does('profile:set', { profile: { name: 'canary-waiting' } });
    expect(await visitor.does('visitor:erase', { confirm: true })).toEqual({ conversations: 0 });
    expect(await visitor.does('visitor:erase', { confirm: true })).toEqual({ conversations: 0 });
    await startConversation(visitor);
    expect(await traces('canary-waiting')).toEqual([]);
  });

  it('[S1] asks to be meant', async () => {
    const visitor = await gateway.visitor(workspace);
    await startConversation(visitor);
    for (const payload of [{}, { confirm: false }, { confirm: 'true' }, { confirm: 1 }]) expect(await visitor.fails('visitor:erase', payload)).toBe('bad_request');
    expect(await agent.fails('visitor:erase', { confirm: true })).toBe('unknown_event');
    expect((await visitor.does('log:sync', { conversations: [] })).conversations).toHaveLength(1);
  });

  it('lets the same person begin again, as who they are', async () => {
    const visitor = await identified('returning', { name: 'Rose' });
    await startConversation(visitor, 'before');
    await visitor.does('visitor:erase', { confirm: true });
    await startConversation(visitor, 'after');
    expect((await agent.does('visitor:load', { visitorId: visitor.visitorId })).visitor).toMatchObject({ userId: 'returning', name: null, conversations: 1 });
  });

  it('in the middle of writing leaves logs that agree with what is stored', async () => {
    const visitors = await Promise.all(Array.from({ length: 4 }, () => gateway.visitor(workspace)));
    await Promise.all(visitors.map(async (visitor) => {
      for (let round = 0; round < 5; round += 1) {
        const id = await startConversation(visitor, 'canary-racing');
        await Promise.all([
          ...Array.from({ length: 5 }, () => visitor.ask('message:send', { conversationId: id, clientId: name(), text: 'canary-racing' })),
          agent.ask('message:send', { conversationId: id, clientId: name(), text: 'canary-racing' }),
          agent.ask('read:mark', { conversationId: id, seen: 1 }),
          visitor.ask('read:mark', { conversationId: id, seen: 1 }),
          visitor.does('visitor:erase', { confirm: true }),
        ]);
      }
    }));
    for (const visitor of visitors) await visitor.does('visitor:erase', { confirm: true });
    expect(await differences()).toEqual([]);
    expect(await traces('canary-racing')).toEqual([]);
  });

  it('takes files of both sides along, and their bytes', async () => {
    const add = (id: string, kind: string, owner: string, conversationId: string | null): Promise<unknown> => database.query(
      "insert into miradesk.files (workspace_id, id, owner_kind, owner_id, conversation_id, name, type, size) values ($1, $2, $3, $4, $5, 'canary.png', 'image/png', 5)", [workspace.id, id, kind, owner, conversationId]);
    const visitor = await gateway.visitor(workspace);
    const conversationId = await startConversation(visitor);
    await add('sent', 'visitor', visitor.visitorId, conversationId);
    await add('unsent', 'visitor', visitor.visitorId, null);
    await add('answer', 'agent', workspace.owner.id, conversationId);
    await add('other', 'agent', workspace.owner.id, null);
    const known = await identified('with-files', {}, visitor.token);
    expect(await database.query('select id from miradesk.files where owner_id = $1 order by id', [known.visitorId])).toEqual([{ id: 'sent' }, { id: 'unsent' }]);

    const removed: string[][] = [];
    const { app: { io } } = gateway;
    const erase = visitorErase({
      store: database.store, namespaces: { visitors: io.of('/visitor'), agents: io.of('/agent') }, logger: createLogger('silent'),
      removeFiles: async (id, files) => { removed.push([id, ...files.toSorted()]); throw new Error('the disk is away'); },
    })['visitor:erase'];
    const socket = { data: { session: { userId: 'with-files' } } };
    expect((await erase({ workspaceId: workspace.id, visitorId: known.visitorId, socket: socket as never }, { confirm: true })).answer).toEqual({ conversations: 1 });
    expect(removed).toEqual([[workspace.id, 'answer', 'sent', 'unsent']]);
    expect(await database.query('select id, owner_id, name, type, conversation_id, removed_at is null as kept from miradesk.files where removed_at is not null order by id'))
      .toEqual(['answer', 'sent', 'unsent'].map((id) => ({ id, owner_id: '', name: null, type: null, conversation_id: null, kept: false })));
    expect(await database.query("select id, name from miradesk.files where removed_at is null")).toEqual([{ id: 'other', name: 'canary.png' }]);
  });
});
