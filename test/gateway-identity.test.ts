/** Who a visitor is, proven by the site: what is accepted, what is refused and then changes nothing, and what becomes of an anonymous visitor. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayAll } from '../gateway/replay.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { hashUser, inSeconds, signIdentity } from './harness/signing-site.ts';
import { openTestDatabase } from './harness/store.ts';
import { until } from './harness/until.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let gateway: TestGateway;
let workspace: TestWorkspace;
let secret: string;

beforeAll(async () => {
  database = await openTestDatabase();
  gateway = await startTestGateway({ store: database.store, env: { RATE_IDENTITY: '1000/1000', RATE_CONNECTIONS: '10000/10000' } });
  workspace = await gateway.workspace();
  secret = await secretOf(workspace);
});
afterAll(async () => {
  await gateway.close();
  await database.close();
});

async function secretOf({ id }: TestWorkspace): Promise<string> {
  return (await gateway.store.workspace(id))?.identitySecret ?? '';
}

function connect(identity: unknown, token?: string, where = workspace): Client {
  return gateway.connect('/visitor', { auth: { protocol: 1, workspace: where.id, token, identity }, reconnection: false });
}

async function session(identity: unknown, token?: string): Promise<{ client: Client; visitorId: string; token: string; identity: { userId: string } | null }> {
  const client = connect(identity, token);
  return { client, ...await client.started() };
}

/** Everything a client is shown. */
async function shownTo(client: Client): Promise<string[]> {
  const { conversations } = await client.does('log:sync', { conversations: [] });
  return conversations.flatMap(({ catchup }: { catchup: { entries: Array<{ text?: string }> } }) => catchup.entries.map(({ text }) => text ?? ''));
}

const visitorRows = async (): Promise<number> => (await database.query<{ count: number }>('select count(*)::int as count from miradesk.visitors where workspace_id = $1', [workspace.id]))[0]?.count ?? -1;
const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('[P1] a proven identity', () => {
  it('is a token the site signed, or the hash of a user id, and is told to the client', async () => {
    const byToken = await session({ token: signIdentity(secret, { sub: 'ida' }) });
    const byClaim = await session({ token: signIdentity(secret, { userId: 'ida' }), userId: 'ida' });
    const byHash = await session({ userId: 'ida', userHash: hashUser(secret, 'ida') });
    const upper = await session({ userId: 'ida', userHash: hashUser(secret, 'ida').toUpperCase() });
    expect([byToken, byClaim, byHash, upper].map(({ identity }) => identity)).toEqual(Array.from({ length: 4 }, () => ({ userId: 'ida' })));
    expect(new Set([byToken, byClaim, byHash, upper].map(({ visitorId }) => visitorId))).toEqual(new Set([expect.stringMatching(/^u[\w-]{31}$/)]));
    expect(byToken.visitorId).toBe(byHash.visitorId);
  });

  it('may have a number for its user, an empty name, and be a minute off', async () => {
    const { identity } = await session({ token: signIdentity(secret, { userId: 4711, name: null, email: '', exp: inSeconds(-30), nbf: inSeconds(30) }) });
    expect(identity).toEqual({ userId: '4711' });
  });

  it('may be written as sites have it: ids and names that are numbers, and null or nothing where there is nothing', async () => {
    const nothing = { token: '', name: null, email: '', phone: null, attributes: null, tags: null };
    const byHash = await session({ ...nothing, userId: 42, userHash: hashUser(secret, '42') });
    const byToken = await session({ userId: '42', userHash: null, token: signIdentity(secret, { sub: '42', userId: '', phone: null, tags: null }) });
    const none = await session({ ...nothing, userId: null, userHash: '' });
    expect([byHash, byToken, none].map(({ identity }) => identity)).toEqual([{ userId: '42' }, { userId: '42' }, null]);
    expect(byHash.visitorId).toBe(byToken.visitorId);
  });

  it('goes into the visitor\'s token, which then is enough', async () => {
    const { token, visitorId } = await session({ token: signIdentity(secret, { sub: 'ina' }) });
    expect(claimsOf(token)).toMatchObject({ sub: visitorId, ws: workspace.id, uid: 'ina', sid: expect.stringMatching(/^[\w-]{21}$/) });
    const again = await session(undefined, token);
    expect(again).toMatchObject({ visitorId, identity: { userId: 'ina' } });
    expect(claimsOf(again.token).sid).toBe(claimsOf(token).sid);
  });

  it('shows the same conversations on every device of the person', async () => {
    const phone = await session({ token: signIdentity(secret, { sub: 'iris' }) });
    await startConversation(phone.client, 'from the phone');
    const laptop = await session({ userId: 'iris', userHash: hashUser(secret, 'iris') });
    expect(await shownTo(laptop.client)).toEqual(['from the phone']);
    await startConversation(laptop.client, 'from the laptop');
    await phone.client.hears('entry:created', ({ entry }) => entry.text === 'from the laptop');
  });

  it('[D8] is another person in another workspace', async () => {
    const other = await gateway.workspace();
    const here = await session({ userId: 'ivo', userHash: hashUser(secret, 'ivo') });
    const there = await connect({ userId: 'ivo', userHash: hashUser(await secretOf(other), 'ivo') }, undefined, other).started();
    expect(there.visitorId).not.toBe(here.visitorId);
  });

  it('[W1] leaves nothing in the database before its person writes', async () => {
    const before = await visitorRows();
    const anonymous = await session(undefined);
    await session({ token: signIdentity(secret, { sub: 'idle', name: 'Idle', email: 'idle@example.com' }) }, anonymous.token);
    expect(await visitorRows()).toBe(before);
  });
});

describe('[P1] an identity that is not proven', () => {
  const other = 'f'.repeat(64);
  const user = { sub: 'victim' };
  const wrong: Array<[what: string, identity: () => object, reason: string]> = [
    ['a user without a proof', () => ({ userId: 'victim' }), 'proof'],
    ['a hash without a user', () => ({ userHash: hashUser(secret, 'victim') }), 'proof'],
    ['a hash of another user', () => ({ userId: 'victim', userHash: hashUser(secret, 'attacker') }), 'signature'],
    ['a hash with another secret', () => ({ userId: 'victim', userHash: hashUser(other, 'victim') }), 'signature'],
    ['a hash that is none', () => ({ userId: 'victim', userHash: 'victim' }), 'signature'],
    ['an empty hash', () => ({ userId: 'victim', userHash: '' }), 'proof'],
    ['a hash of zeros', () => ({ userId: 'victim', userHash: '0'.repeat(64) }), 'signature'],
    ['a token with another secret', () => ({ token: signIdentity(other, user) }), 'signature'],
    ['a token without a signature', () => ({ token: signIdentity(secret, user).replace(/[^.]*$/, '') }), 'signature'],
    ['a token of alg none', () => ({ token: signIdentity(secret, user, { header: { alg: 'none' } }).replace(/[^.]*$/, '') }), 'token'],
    ['a token of another hash', () => ({ token: signIdentity(secret, user, { header: { alg: 'HS512' }, digest: 'sha512' }) }), 'token'],
    ['a token of which a claim was changed', () => {
      const [head, body = '', mark] = signIdentity(secret, { sub: 'attacker' }).split('.');
      return { token: [head, Buffer.from(Buffer.from(body, 'base64url').toString().replace('attacker', 'victim')).toString('base64url'), mark].join('.') };
    }, 'signature'],
    ['no token at all', () => ({ token: 'x' }), 'token'],
    ['an empty token', () => ({ userId: 'victim', token: '' }), 'proof'],
    ['a hash of another number', () => ({ userId: 42, userHash: hashUser(secret, '43') }), 'signature'],
    ['a token that never expires', () => ({ token: signIdentity(secret, { ...user, exp: undefined }) }), 'lifetime'],
    ['a token good for eight days', () => ({ token: signIdentity(secret, { ...user, exp: inSeconds(8 * 86_400) }) }), 'lifetime'],
    ['a token signed eight days ago', () => ({ token: signIdentity(secret, { ...user, iat: inSeconds(-7.5 * 86_400), exp: inSeconds(86_400) }) }), 'lifetime'],
    ['a token that is not good yet', () => ({ token: signIdentity(secret, { ...user, nbf: inSeconds(120) }) }), 'claims'],
    ['a token about nobody', () => ({ token: signIdentity(secret, { name: 'Vera' }) }), 'user'],
    ['a token about two', () => ({ token: signIdentity(secret, { sub: 'victim', userId: 'attacker' }) }), 'user'],
    ['a token about another than the page says', () => ({ token: signIdentity(secret, { sub: 'attacker' }), userId: 'victim' }), 'user'],
    ['a token with a user of 201 characters', () => ({ token: signIdentity(secret, { sub: 'v'.repeat(201) }) }), 'claims'],
    ['a token with an e-mail address that is none', () => ({ token: signIdentity(secret, { ...user, email: 'victim' }) }), 'claims'],
    ['a visitor\'s token of ours', () => ({ token: victimsToken }), 'signature'],
  ];
  let victimsToken = '';
  let attackersToken = '';
  let before: unknown;
  const state = (): Promise<unknown> => database.query("select (select json_agg(v order by v.id) from miradesk.visitors v) as visitors, (select json_agg(k.visitor_id order by k.id) from miradesk.conversations k) as conversations, (select count(*) from miradesk.identity_uses) as uses");

  beforeAll(async () => {
    const victim = await session({ token: signIdentity(secret, user) });
    victimsToken = victim.token;
    await startConversation(victim.client, 'what only the victim may read');
    const attacker = await session(undefined);
    attackersToken = attacker.token;
    await startConversation(attacker.client, 'what the attacker wrote');
    before = await state();
  });

  for (const [what, identity, reason] of wrong) {
    it(`is refused and changes nothing: ${what}`, async () => {
      const client = connect(identity(), attackersToken);
      expect(await client.refused()).toEqual({ code: 'identity_invalid', message: 'We could not confirm who you are. Please sign in again.', details: { reason } });
      expect(client.news).toEqual([]);
      expect(await state()).toEqual(before);
    });
  }

  it('is refused: of another workspace', async () => {
    const elsewhere = await gateway.workspace();
    expect(await connect({ token: signIdentity(await secretOf(elsewhere), user) }).refused()).toMatchObject({ code: 'identity_invalid', details: { reason: 'signature' } });
  });

  it('is refused as expired when it was right once, and only then', async () => {
    expect(await connect({ token: signIdentity(secret, { ...user, exp: inSeconds(-120) }) }, attackersToken).refused()).toMatchObject({ code: 'identity_expired' });
    expect(await connect({ token: signIdentity(other, { ...user, exp: inSeconds(-120) }) }, attackersToken).refused()).toMatchObject({ code: 'identity_invalid' });
    expect(await state()).toEqual(before);
  });

  it('that says nothing of who somebody is, is a profile, which proves nothing', async () => {
    const { client, identity } = await session({ name: 'Victim', email: 'victim@example.com' });
    expect(identity).toBeNull();
    const agent = await gateway.agent(workspace);
    const id = await startConversation(client, 'trust me');
    const { conversation } = await agent.hears('entry:created', ({ entry }) => entry.conversationId === id);
    expect(conversation.visitor).toMatchObject({ name: 'Victim', email: 'victim@example.com', verified: false });
  });

  const formless: Array<[what: string, identity: unknown, field: string]> = [
    ['a list', [], 'identity'],
    ['a user who is yes', { userId: true }, 'identity.userId'],
    ['a user who is a number too large to be exact', { userId: 2 ** 53 }, 'identity.userId'],
    ['a token of 3,001 characters', { token: 'x'.repeat(3_001) }, 'identity.token'],
    ['a name with what cannot be stored', { name: 'a\u0000b' }, 'identity.name'],
    ['an e-mail address that is none', { email: 'nobody' }, 'identity.email'],
    ['a fact that is an object', { attributes: { plan: { name: 'tea' } } }, 'identity.attributes.plan'],
  ];
  it.each(formless)('of a wrong form is refused as an identity, by its field, so that the chat can go on without it: %s', async (_, identity, field) => {
    expect(await connect(identity).refused()).toEqual({
      code: 'identity_invalid', message: `What this website says of its visitor is not in the right form: ${field}.`, details: { reason: 'form', fields: [field] },
    });
  });

  it('names ten of the fields that are wrong', async () => {
    const attributes = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`fact${index}`, {}]));
    expect((await connect({ attributes }).refused()).details?.fields).toHaveLength(10);
  });

  it('that is too large is refused as an identity, unlooked at, so that the chat can go on without it', async () => {
    const { token } = await session(undefined);
    const size = { code: 'identity_invalid', message: 'What this website says of its visitor is too large.', details: { reason: 'size' } };
    expect(await connect({ userId: true, attributes: { much: 'x'.repeat(9_000) } }, token).refused()).toEqual(size);
    expect(await connect({ attributes: Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`${index}`, index])) }).refused()).toEqual(size);
    expect(await connect({ name: 'x' }, 'x'.repeat(9_000)).refused()).toMatchObject({ code: 'payload_too_large' });
    expect(await session(undefined, token)).toMatchObject({ identity: null });
  });

  it('is refused for a while where too many of them come from one address', async () => {
    const strict = await startTestGateway({ store: database.store, env: { RATE_IDENTITY: '3/0.001' } });
    try {
      const attempt = (identity: unknown): Promise<{ code: string; retryAfterMs?: number }> => strict.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, identity }, reconnection: false }).refused();
      const good = { token: signIdentity(secret, { sub: 'ines' }) };
      for (let i = 0; i < 5; i += 1) await strict.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, identity: good } }).started();
      for (let i = 0; i < 5; i += 1) expect(await attempt({ token: signIdentity(secret, { sub: 'ines', exp: inSeconds(-120) }) })).toMatchObject({ code: 'identity_expired' });
      for (let i = 0; i < 3; i += 1) expect(await attempt({ userId: 'victim', userHash: `${i}` })).toMatchObject({ code: 'identity_invalid' });
      expect(await attempt({ userId: 'victim', userHash: hashUser(secret, 'victim') })).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
      // Nobody is kept out who does not claim to be somebody.
      await strict.visitor(workspace);
    } finally {
      await strict.close();
    }
  });
});

describe('[P1] a token with a jti', () => {
  it('is good for the browser that used it first, as often as it likes, and for no other', async () => {
    const token = signIdentity(secret, { sub: 'jan', jti: 'once' });
    const first = await session({ token });
    await startConversation(first.client, 'mine');
    const again = await session({ token }, first.token);
    expect(await shownTo(again.client)).toEqual(['mine']);
    const stranger = await session(undefined);
    expect(await connect({ token }, stranger.token).refused()).toMatchObject({ code: 'identity_replayed' });
    expect(await connect({ token }).refused()).toMatchObject({ code: 'identity_replayed' });
    expect(await session({ token: signIdentity(secret, { sub: 'jan', jti: 'another' }) })).toMatchObject({ visitorId: first.visitorId });
  });

  it('is good for one browser only when two come at the same moment', async () => {
    const token = signIdentity(secret, { sub: 'jo', jti: 'race' });
    const clients = Array.from({ length: 6 }, () => connect({ token }));
    await until(() => clients.every((client) => client.refusal || client.heard('session:started').length > 0));
    expect(clients.filter((client) => client.refusal?.code === 'identity_replayed')).toHaveLength(5);
  });

  it('is forgotten some time after it has expired', async () => {
    await database.query("insert into miradesk.identity_uses select $1, 'old' || i, 's', 'v', now() - interval '2 hours' from generate_series(1, 15) i", [workspace.id]);
    for (const jti of ['a', 'b']) await session({ token: signIdentity(secret, { sub: 'jule', jti }) });
    expect(await database.query("select jti_hash from miradesk.identity_uses where workspace_id = $1 and jti_hash like 'old%'", [workspace.id])).toEqual([]);
  });
});

describe('[P2] an anonymous visitor who turns out to be somebody', () => {
  it('takes everything along, once, and agents see who it is', async () => {
    const agent = await gateway.agent(workspace);
    const { cursor } = await agent.does('inbox:sync', { cursor: null });
    const anonymous = await session({ name: 'Somebody' });
    const id = await startConversation(anonymous.client, 'before signing in');
    await agent.does('message:send', { conversationId: id, clientId: name(), text: 'hello' });
    const known = await session({ token: signIdentity(secret, { sub: 'kim', name: 'Kim', email: 'kim@example.com' }) }, anonymous.token);
    expect(known.visitorId).not.toBe(anonymous.visitorId);
    expect(await shownTo(known.client)).toEqual(['before signing in', 'hello']);
    const { conversations } = await agent.does('inbox:sync', { cursor });
    expect(conversations.find((one: { id: string }) => one.id === id)).toMatchObject({ visitor: { id: known.visitorId, verified: true } });
    await until(async () => (await agent.does('inbox:sync', { cursor })).conversations.some((one: { id: string; visitor: object }) => one.id === id && JSON.stringify(one.visitor).includes('"Kim"')));
    await agent.does('message:send', { conversationId: id, clientId: name(), text: 'welcome' });
    await known.client.hears('entry:created', ({ entry }) => entry.text === 'welcome');
    // The anonymous one is no more.
    const left = await session(undefined, anonymous.token);
    expect(await shownTo(left.client)).toEqual([]);
    expect(await left.client.fails('history:load', { conversationId: id, before: 9 })).toBe('not_found');
  });

  it('[D2] may send again what was sent before, and nothing is doubled', async () => {
    const anonymous = await session(undefined);
    const start = { clientId: name(), message: { clientId: name(), text: 'sent twice' } };
    const { conversation, entry } = await anonymous.client.does('conversation:start', start);
    const second = { conversationId: conversation.id, clientId: name(), text: 'this, too' };
    await anonymous.client.does('message:send', second);
    const known = await session({ token: signIdentity(secret, { sub: 'kai' }) }, anonymous.token);
    const again = await known.client.does('conversation:start', start);
    expect([again.conversation.id, again.entry.id]).toEqual([conversation.id, entry.id]);
    expect((await known.client.does('message:send', second)).entry.seq).toBe(2);
    expect(await shownTo(known.client)).toEqual(['sent twice', 'this, too']);
  });

  for (const stage of ['append', 'describeVisitor'] as const) {
    it(`[D2] whose first message is still being stored takes it along, and sends it again without doubling it: ${stage}`, async () => {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => { release = resolve; });
      let holding = false;
      const hold = async (which: typeof stage): Promise<void> => {
        if (which !== stage || holding) return;
        holding = true;
        await held;
      };
      const slow = await startTestGateway({
        wrap: (store) => ({
          ...store,
          append: async (...args) => hold('append').then(() => store.append(...args)),
          describeVisitor: async (...args) => hold('describeVisitor').then(() => store.describeVisitor(...args)),
        }),
      });
      try {
        const where = await slow.workspace();
        const { identitySecret = '' } = (await slow.store.workspace(where.id)) ?? {};
        const anonymous = await slow.visitor(where, undefined, { reconnection: false });
        const start = { clientId: name(), message: { clientId: name(), text: 'in a hurry' }, profile: { phone: '123' } };
        const unanswered = anonymous.ask('conversation:start', start).catch(() => 'no answer');
        await until(() => holding);
        const known = slow.connect('/visitor', { auth: { protocol: 1, workspace: where.id, token: anonymous.token, identity: { token: signIdentity(identitySecret, { sub: 'kaspar' }) } } });
        await until(() => !anonymous.socket.connected);
        expect(known.news).toEqual([]);
        release();
        const { visitorId } = await known.started();
        expect((await known.does('conversation:start', start)).entry.seq).toBe(1);
        expect(await shownTo(known)).toEqual(['in a hurry']);
        const agent = await slow.agent(where);
        expect((await agent.does('inbox:list', { filter: 'all' })).conversations).toHaveLength(1);
        expect((await agent.does('visitor:load', { visitorId })).visitor).toMatchObject({ phone: '123', userId: 'kaspar' });
        expect(await agent.fails('visitor:load', { visitorId: anonymous.visitorId })).toBe('not_found');
        expect(await unanswered).toBe('no answer');
      } finally {
        release();
        await slow.close();
      }
    });
  }

  it('finds in another tab that it has to come back, and then is the same person', async () => {
    const anonymous = await session(undefined);
    await startConversation(anonymous.client, 'in one tab');
    const otherTab = await session(undefined, anonymous.token);
    const gone = new Promise((resolve) => { otherTab.client.socket.on('disconnect', resolve); });
    await session({ token: signIdentity(secret, { sub: 'kit' }) }, anonymous.token);
    // Not the end of the Socket.IO session, which clients take for the last word.
    expect(await gone).toMatch(/^transport/);
  });

  it('joins what the person has said already, also where both said the same', async () => {
    const start = { clientId: name(), message: { clientId: name(), text: 'the same' } };
    const known = await session({ token: signIdentity(secret, { sub: 'kara' }) });
    await known.client.does('conversation:start', start);
    const anonymous = await session(undefined);
    await anonymous.client.does('conversation:start', start);
    const joined = await session({ token: signIdentity(secret, { sub: 'kara' }) }, anonymous.token);
    expect(await shownTo(joined.client)).toEqual(['the same', 'the same']);
  });

  it('is never one person who becomes another: nothing is carried over', async () => {
    const one = await session({ token: signIdentity(secret, { sub: 'lea' }) });
    await startConversation(one.client, 'of Lea');
    const other = await session({ token: signIdentity(secret, { sub: 'liv' }) }, one.token);
    expect(other.visitorId).not.toBe(one.visitorId);
    expect(await shownTo(other.client)).toEqual([]);
    expect(claimsOf(other.token)).toMatchObject({ uid: 'liv', sid: claimsOf(one.token).sid });
    expect(await shownTo((await session(undefined, one.token)).client)).toEqual(['of Lea']);
  });

  it('leaves logs that agree with what is stored', async () => {
    const found: unknown[] = [];
    await replayAll(database.rpc, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});

describe('visitors\' tokens', () => {
  it('from before there were identities are as good as ever', async () => {
    const { SignJWT } = await import('jose');
    const key = Buffer.from((await gateway.store.workspace(workspace.id))?.tokenSecret ?? '', 'base64url');
    const old = await new SignJWT({ sub: 'visitor-of-before', ws: workspace.id, iat: inSeconds(0), exp: inSeconds(60) }).setProtectedHeader({ alg: 'HS256' }).sign(key);
    const { visitorId, token } = await session(undefined, old);
    expect(visitorId).toBe('visitor-of-before');
    expect(claimsOf(token).sid).toMatch(/^[\w-]{21}$/);
  });
});

describe('the identity secret', () => {
  const ask = async (method: string, cookie: string): Promise<{ status: number; body: any }> => {
    const response = await fetch(`${gateway.url}/api/workspace/identity`, { method, headers: { cookie } });
    return { status: response.status, body: await response.json() };
  };

  it('is its owner\'s alone', async () => {
    const mine = await gateway.workspace();
    const owner = await gateway.signIn(mine);
    const member = await gateway.member(mine, 'Ben');
    const agent = await gateway.signIn(mine, member.email);
    expect(await ask('GET', owner)).toEqual({ status: 200, body: { secret: await secretOf(mine) } });
    for (const method of ['GET', 'POST']) {
      expect(await ask(method, agent)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
      expect(await ask(method, '')).toMatchObject({ status: 401, body: { error: { code: 'sign_in_required' } } });
    }
    for (const cookie of [owner, agent]) expect(await (await fetch(`${gateway.url}/api/workspace`, { headers: { cookie } })).text()).not.toContain(await secretOf(mine));
    expect(await (await fetch(`${gateway.url}/w/${mine.id}.js`)).text()).not.toContain(await secretOf(mine));
    expect(gateway.log()).not.toContain(await secretOf(mine));
    expect(await secretOf(mine)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can be made anew; what was signed with the old one is worth nothing at once', async () => {
    const mine = await gateway.workspace();
    const owner = await gateway.signIn(mine);
    const before = await secretOf(mine);
    const { token, visitorId } = await connect({ userId: 'mo', userHash: hashUser(before, 'mo') }, undefined, mine).started();
    const anonymous = await gateway.visitor(mine);
    const { status, body } = await ask('POST', owner);
    expect(status).toBe(200);
    expect(body.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(body.secret).not.toBe(before);
    expect(await ask('GET', owner)).toEqual({ status: 200, body });
    expect(await connect({ userId: 'mo', userHash: hashUser(before, 'mo') }, undefined, mine).refused()).toMatchObject({ code: 'identity_invalid' });
    // So are the tokens of those whom it had proven: whoever had the secret could have been anybody.
    expect(await connect(undefined, token, mine).refused()).toMatchObject({ code: 'token_expired' });
    expect(await connect({ userId: 'mo', userHash: hashUser(body.secret, 'mo') }, undefined, mine).started()).toMatchObject({ visitorId });
    expect(await connect(undefined, anonymous.token, mine).started()).toMatchObject({ visitorId: anonymous.visitorId });
  });

  it('is not renewed by another site\'s page', async () => {
    const mine = await gateway.workspace();
    const response = await fetch(`${gateway.url}/api/workspace/identity`, { method: 'POST', headers: { cookie: await gateway.signIn(mine), origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
  });
});
