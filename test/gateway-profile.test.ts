/** What is known of a visitor beside what they write: how it is said, kept, bounded and shown. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeChanges } from '../gateway/profiles.ts';
import { ATTRIBUTES_MAX, EVENT_META_MAX, EVENTS_KEPT, PAYLOAD_MAX_BYTES, TAGS_MAX } from '../shared/limits.ts';
import { StoreError, type Store } from '../gateway/store/store.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { hashUser, signIdentity } from './harness/signing-site.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let secret: string;
let agent: Client;
/** While it is set, nothing can be stored about a visitor. */
let failing = false;
let described = 0;

beforeAll(async () => {
  const wrap = (store: Store): Store => ({
    ...store,
    async describeVisitor(...args) {
      described += 1;
      if (failing) throw new StoreError('unavailable', 'away', { retryAfterMs: 50 });
      return store.describeVisitor(...args);
    },
  });
  gateway = await startTestGateway({ wrap, env: { RATE_VISITOR_REQUESTS: '10000/10000', RATE_CONNECTIONS: '10000/10000' } });
  workspace = await gateway.workspace();
  secret = (await gateway.store.workspace(workspace.id))?.identitySecret ?? '';
  agent = await gateway.agent(workspace);
});
afterAll(() => gateway.close());

type Visitor = Client & { token: string; visitorId: string };

async function identified(identity: object): Promise<Visitor> {
  const client = gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, identity } });
  const { token, visitorId } = await client.started();
  return Object.assign(client, { token, visitorId });
}

async function details({ visitorId }: Visitor): Promise<any> {
  return (await agent.does('visitor:load', { visitorId })).visitor;
}

const known = async (visitor: Visitor): Promise<boolean> => (await agent.ask('visitor:load', { visitorId: visitor.visitorId })).ok;
const attributes = (count: number, from = 0): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${String(index + from).padStart(3, '0')}`, index]));

describe('a profile', () => {
  it('is stored with the message it comes with, and agents see all of it', async () => {
    const visitor = await gateway.visitor(workspace);
    const profile = { name: 'Mia', email: 'mia@example.com', phone: '+47 1', attributes: { plan: 'gold', seats: 3, trial: false }, tags: ['vip'] };
    const { conversation } = await visitor.does('conversation:start', { clientId: name(), message: { clientId: name(), text: 'hello' }, profile });
    expect(await details(visitor)).toEqual({
      id: visitor.visitorId, name: 'Mia', email: 'mia@example.com', phone: '+47 1', userId: null, attributes: profile.attributes, tags: ['vip'],
      createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/), events: [], conversations: 1,
    });
    const news = await agent.hears('entry:created', ({ entry }) => entry.conversationId === conversation.id);
    expect(news.conversation.visitor).toEqual({ id: visitor.visitorId, name: 'Mia', email: 'mia@example.com', verified: false });
  });

  it('[W1] of somebody who has not written waits on the connection, with the events, and is stored with the first message', async () => {
    const visitor = await gateway.visitor(workspace);
    await visitor.does('profile:set', { profile: { name: 'Nil', attributes: { a: 1, b: 2 }, tags: ['new'] } });
    await visitor.does('profile:set', { profile: { name: 'Nils', attributes: { b: null, c: 3 }, tags: ['shy'] } });
    await visitor.does('event:track', { name: 'cart', meta: { items: 2 }, page: { url: 'https://shop.example/cart' } });
    await visitor.does('event:track', { name: 'checkout' });
    expect(await known(visitor)).toBe(false);
    await startConversation(visitor);
    expect(await details(visitor)).toMatchObject({
      name: 'Nils', attributes: { a: 1, c: 3 }, tags: ['new', 'shy'],
      events: [{ name: 'checkout', meta: {}, page: null }, { name: 'cart', meta: { items: 2 }, page: { url: 'https://shop.example/cart', title: '', referrer: '' }, at: expect.stringMatching(/Z$/) }],
    });
  });

  it('[W1] of an identified person waits as well, and is stored at once where they have written before', async () => {
    const first = await identified({ token: signIdentity(secret, { sub: 'nora', name: 'Nora' }) });
    expect(await known(first)).toBe(false);
    await startConversation(first);
    expect(await details(first)).toMatchObject({ name: 'Nora', userId: 'nora' });
    const again = await identified({ token: signIdentity(secret, { sub: 'nora', name: 'Nora Berg' }), attributes: { cart: 'full' } });
    await until(async () => (await details(again)).name === 'Nora Berg');
    expect(await details(again)).toMatchObject({ attributes: { cart: 'full' }, conversations: 1 });
  });

  it('costs somebody who says nothing of themselves nothing', async () => {
    const visitor = await gateway.visitor(workspace);
    const before = described;
    const id = await startConversation(visitor);
    await visitor.does('message:send', { conversationId: id, clientId: name(), text: 'more' });
    expect(described).toBe(before);
  });

  it('changes what inboxes show', async () => {
    const visitor = await gateway.visitor(workspace);
    const id = await startConversation(visitor);
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    await visitor.does('profile:set', { profile: { name: 'Otto', email: 'otto@example.com' } });
    const changed = await agent.does('inbox:sync', { cursor });
    expect(changed.conversations.find((one: { id: string }) => one.id === id).visitor).toMatchObject({ name: 'Otto', email: 'otto@example.com', verified: false });
    await visitor.does('profile:set', { profile: { name: '', email: '' } });
    expect(await details(visitor)).toMatchObject({ name: null, email: null });
  });

  it('may have numbers for texts, and null where nothing is said; in an identity, nothing is said by an empty text either', async () => {
    const visitor = await gateway.visitor(workspace);
    await startConversation(visitor);
    await visitor.does('profile:set', { profile: { name: 'Oda', email: 'oda@example.com', phone: 4712, tags: [7], attributes: { plan: 'gold' } } });
    await visitor.does('profile:set', { profile: { name: null, email: null, phone: null, tags: null, attributes: null } });
    const all = { name: 'Oda', email: 'oda@example.com', phone: '4712', tags: ['7'], attributes: { plan: 'gold' } };
    expect(await details(visitor)).toMatchObject(all);
    const again = gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, token: visitor.token, identity: { name: '', email: '', phone: null, attributes: { plan: null, seats: 3 } } } });
    await again.started();
    await until(async () => (await details(visitor)).attributes.seats === 3);
    expect(await details(visitor)).toMatchObject({ ...all, attributes: { seats: 3 } });
  });

  it('[D1] that cannot be stored is told so, with its message, and both are there when it is sent again', async () => {
    const visitor = await gateway.visitor(workspace);
    const start = { clientId: name(), message: { clientId: name(), text: 'hello' }, profile: { email: 'paula@example.com' } };
    failing = true;
    try {
      expect(await visitor.fails('conversation:start', start)).toBe('unavailable');
      expect(await visitor.fails('profile:set', { profile: { name: 'Paula' } })).toBe('unavailable');
      expect(await visitor.fails('event:track', { name: 'seen' })).toBe('unavailable');
    } finally {
      failing = false;
    }
    expect(await known(visitor)).toBe(false);
    await visitor.does('conversation:start', start);
    await visitor.does('event:track', { name: 'seen' });
    expect(await details(visitor)).toMatchObject({ name: null, email: 'paula@example.com', events: [{ name: 'seen' }] });
  });

  it('keeps messages in the order in which they were sent, also when it has to be stored first', async () => {
    const visitor = await gateway.visitor(workspace);
    const id = await startConversation(visitor, '0');
    const again = await gateway.visitor(workspace, visitor.token);
    await again.does('profile:set', { profile: { name: 'Q' } });
    const person = await identified({ userId: 'quinn', userHash: hashUser(secret, 'quinn') });
    const start = { clientId: name(), message: { clientId: name(), text: '0' } };
    const { conversation } = await person.does('conversation:start', start);
    const back = await identified({ userId: 'quinn', userHash: hashUser(secret, 'quinn') });
    await Promise.all(Array.from({ length: 20 }, (_, index) => back.does('message:send', { conversationId: conversation.id, clientId: name(), text: String(index + 1) })));
    const { entries } = await back.does('history:load', { conversationId: conversation.id, before: 100 });
    expect(entries.map(({ text }: { text: string }) => text)).toEqual(Array.from({ length: 21 }, (_, index) => String(index)));
    expect(id).not.toBe(conversation.id);
  });
});

describe('[P1] what the site has signed', () => {
  it('comes before what the page says, and is not overwritten by it', async () => {
    const claims = { sub: 'rita', name: 'Rita', email: 'rita@example.com', attributes: { plan: 'gold' } };
    const visitor = await identified({ token: signIdentity(secret, claims), name: 'Root', phone: '1', attributes: { plan: 'platinum', theme: 'dark' } });
    await visitor.does('conversation:start', { clientId: name(), message: { clientId: name(), text: 'hi' }, profile: { name: 'Admin', attributes: { plan: null } } });
    await visitor.does('profile:set', { profile: { name: 'Boss', email: 'boss@example.com', phone: '2', attributes: { plan: 'none', theme: 'light' } } });
    expect(await details(visitor)).toMatchObject({ name: 'Rita', email: 'rita@example.com', phone: '2', attributes: { plan: 'gold', theme: 'light' }, userId: 'rita' });
    const renamed = await identified({ token: signIdentity(secret, { ...claims, name: 'Rita Moe', attributes: { plan: null, level: 2 } }) });
    await until(async () => (await details(renamed)).name === 'Rita Moe');
    expect((await details(renamed)).attributes).toEqual({ level: 2, theme: 'light' });
  });

  it('shows in the inbox as verified, in every answer and in news', async () => {
    const visitor = await identified({ userId: 'sam', userHash: hashUser(secret, 'sam'), name: 'Sam' });
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    const id = await startConversation(visitor);
    await visitor.does('message:send', { conversationId: id, clientId: name(), text: 'more' });
    const who = { id: visitor.visitorId, name: 'Sam', email: null, verified: true };
    await agent.hears('entry:created', ({ entry }) => entry.conversationId === id && entry.seq === 2);
    for (const { entry, conversation } of agent.heard('entry:created')) if (entry.conversationId === id) expect(conversation.visitor).toEqual(who);
    const of = (conversations: Array<{ id: string; visitor: object }>): object | undefined => conversations.find((one) => one.id === id)?.visitor;
    expect(of((await agent.does('inbox:list', { filter: 'all' })).conversations)).toEqual(who);
    expect(of((await agent.does('inbox:sync', { cursor })).conversations)).toEqual(who);
    expect((await agent.does('log:sync', { conversations: [{ id, seq: 0 }] })).conversations[0].conversation.visitor).toEqual(who);
    expect((await agent.does('status:set', { conversationId: id, clientId: name(), status: 'closed' })).conversation.visitor).toEqual(who);
  });

  it('fills in for what an anonymous visitor said, who keeps the rest', async () => {
    const anonymous = await gateway.visitor(workspace);
    await anonymous.does('conversation:start', {
      clientId: name(), message: { clientId: name(), text: 'hi' },
      profile: { name: 'T', phone: '123', attributes: { source: 'ad', plan: 'free' }, tags: ['web'] },
    });
    await anonymous.does('event:track', { name: 'landed' });
    const token = signIdentity(secret, { sub: 'tara', name: 'Tara', attributes: { plan: 'gold' } });
    const client = gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, token: anonymous.token, identity: { token } } });
    const { visitorId } = await client.started();
    await until(async () => (await agent.does('visitor:load', { visitorId })).visitor.name === 'Tara');
    expect((await agent.does('visitor:load', { visitorId })).visitor).toMatchObject({
      name: 'Tara', phone: '123', attributes: { source: 'ad', plan: 'gold' }, tags: ['web'], events: [{ name: 'landed' }], userId: 'tara', conversations: 1,
    });
  });
});

describe('[S1] the limits', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await gateway.visitor(workspace);
    await startConversation(visitor);
  });

  it('leave out attributes that are too many, but never those that are there, nor those that are signed', async () => {
    await visitor.does('profile:set', { profile: { attributes: attributes(ATTRIBUTES_MAX) } });
    await visitor.does('profile:set', { profile: { attributes: { zzz: 1, a000: 'new value', ...attributes(40, 100) } } });
    const { attributes: kept } = await details(visitor);
    expect(Object.keys(kept).toSorted()).toEqual(Object.keys(attributes(ATTRIBUTES_MAX)));
    expect(kept.a000).toBe('new value');
    await visitor.does('profile:set', { profile: { attributes: { a001: null, room: true } } });
    expect(Object.keys((await details(visitor)).attributes)).toContain('room');

    const person = await identified({ token: signIdentity(secret, { sub: 'ursa' }), attributes: attributes(ATTRIBUTES_MAX) });
    await startConversation(person);
    await identified({ token: signIdentity(secret, { sub: 'ursa', attributes: { zone: 'eu' } }) });
    await until(async () => (await details(person)).attributes.zone === 'eu');
    expect(Object.keys((await details(person)).attributes)).toHaveLength(ATTRIBUTES_MAX);
  });

  it('keep the newest tags and events', async () => {
    const tags = (from: number): string[] => Array.from({ length: TAGS_MAX }, (_, index) => `t${index + from}`);
    await visitor.does('profile:set', { profile: { tags: tags(0) } });
    await visitor.does('profile:set', { profile: { tags: ['t19', 'more', 'more'] } });
    expect((await details(visitor)).tags).toEqual([...tags(0).slice(1), 'more']);
    for (let index = 0; index < EVENTS_KEPT + 5; index += 1) await visitor.does('event:track', { name: `e${index}` });
    const { events } = await details(visitor);
    expect([events.length, events[0].name, events.at(-1).name]).toEqual([EVENTS_KEPT, `e${EVENTS_KEPT + 4}`, 'e5']);
  });

  it('hold for what waits on a connection', async () => {
    let change = mergeChanges({}, {});
    for (let index = 0; index < 200; index += 1) {
      change = mergeChanges(change, {
        profile: { attributes: attributes(40, index * 40), tags: Array.from({ length: TAGS_MAX }, (_, tag) => `${index}-${tag}`) },
        events: [{ name: `e${index}`, meta: { much: 'x'.repeat(EVENT_META_MAX - 20) }, page: null, at: new Date().toISOString() }],
      });
    }
    expect(Object.keys(change.profile?.attributes ?? {})).toHaveLength(ATTRIBUTES_MAX);
    expect(change.profile?.tags).toHaveLength(TAGS_MAX);
    expect(JSON.stringify(change).length).toBeLessThanOrEqual(PAYLOAD_MAX_BYTES);
    expect(change.events?.at(-1)?.name).toBe('e199');
  });

  it('refuse what is too much at once, and store nothing of it', async () => {
    const before = await details(visitor);
    const refused: Array<[event: string, payload: object]> = [
      ['profile:set', {}],
      ['profile:set', { profile: { name: 'x'.repeat(201) } }],
      ['profile:set', { profile: { name: 'a\u0007' } }],
      ['profile:set', { profile: { email: 'nobody' } }],
      ['profile:set', { profile: { attributes: attributes(ATTRIBUTES_MAX + 1) } }],
      ['profile:set', { profile: { attributes: { deep: { er: 1 } } } }],
      ['profile:set', { profile: { attributes: { long: 'x'.repeat(1_001) } } }],
      ['profile:set', { profile: { attributes: { ['x'.repeat(65)]: 1 } } }],
      ['profile:set', { profile: { tags: [''] } }],
      ['profile:set', { profile: { tags: Array.from({ length: TAGS_MAX + 1 }, (_, index) => `${index}`) } }],
      ['event:track', { name: '' }],
      ['event:track', { name: 'x'.repeat(101) }],
      ['event:track', { name: 'e', meta: { much: ['x'] } }],
      ['event:track', { name: 'e', meta: Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`${index}`, 'x'.repeat(1_000)])) }],
    ];
    for (const [event, payload] of refused) expect(await visitor.fails(event, payload), JSON.stringify(payload).slice(0, 80)).toBe('bad_request');
    expect(await details(visitor)).toEqual(before);
  });

  it('[S3] keep script in attributes what it is: text', async () => {
    const hostile = { '<img src=x onerror=alert(1)>': '<script>alert(1)</script>', __proto__: 'x', constructor: 'javascript:alert(1)' };
    await visitor.does('profile:set', { profile: { attributes: { a002: null, a003: null, a004: null } } });
    await visitor.does('profile:set', { profile: { attributes: hostile } });
    const { attributes: kept } = await details(visitor);
    expect(kept['<img src=x onerror=alert(1)>']).toBe('<script>alert(1)</script>');
    expect(kept.constructor).toBe('javascript:alert(1)');
  });
});

describe('[D8] what is known of a visitor', () => {
  it('is for members of their workspace only', async () => {
    const visitor = await gateway.visitor(workspace);
    await startConversation(visitor);
    const elsewhere = await gateway.workspace();
    expect(await (await gateway.agent(elsewhere)).fails('visitor:load', { visitorId: visitor.visitorId })).toBe('not_found');
    expect(await agent.fails('visitor:load', { visitorId: 'nobody' })).toBe('not_found');
    expect(await visitor.fails('visitor:load', { visitorId: visitor.visitorId })).toBe('unknown_event');
    expect(await agent.fails('profile:set', { profile: {} })).toBe('unknown_event');
  });
});
