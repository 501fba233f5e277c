/** [S1] Every kind of bad input gets its code, stores nothing, is told to nobody, and costs no memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../shared/errors.ts';
import { PACKET_MAX_BYTES, PAYLOAD_MAX_BYTES, RATING_COMMENT_MAX, TEXT_MAX } from '../shared/limits.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let visitor: Client & { token: string };
let agent: Client;
let witness: Client;
let conversationId: string;

beforeAll(async () => {
  const rates = Object.fromEntries(['RATE_VISITOR_MESSAGES', 'RATE_VISITOR_REQUESTS', 'RATE_MEMBER_REQUESTS', 'RATE_CONNECTIONS'].map((rate) => [rate, '100000/100000']));
  gateway = await startTestGateway({ env: rates });
  workspace = await gateway.workspace();
  visitor = await gateway.visitor(workspace);
  agent = await gateway.agent(workspace);
  conversationId = await startConversation(visitor, 'the only message');
  witness = await gateway.agent(workspace);
});

afterAll(() => gateway.close());

const message = (change: Record<string, unknown>): Record<string, unknown> => ({ conversationId, clientId: name(), text: 'hello', ...change });
/** JSON that no library of ours could write: it nests deeper than the stack. */
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** What is wrong, who sends it, the event, the payload, the code. */
const cases: Array<[string, 'visitor' | 'agent', string, () => unknown, keyof typeof ERRORS]> = [
  // shapes
  ['nothing at all', 'visitor', 'message:send', () => null, 'bad_request'],
  ['a text', 'visitor', 'message:send', () => 'hello', 'bad_request'],
  ['a number', 'visitor', 'message:send', () => 42, 'bad_request'],
  ['a list instead of an object', 'visitor', 'message:send', () => [conversationId, name(), 'hello'], 'bad_request'],
  ['an empty object', 'visitor', 'message:send', () => ({}), 'bad_request'],
  ['its fields in a prototype', 'visitor', 'message:send', () => JSON.parse(`{"__proto__":{"conversationId":"${conversationId}","clientId":"abcdefgh","text":"hello"}}`), 'bad_request'],
  ['a binary attachment instead of an object', 'visitor', 'message:send', () => Buffer.from('hello'), 'bad_request'],
  ['a binary attachment instead of text', 'visitor', 'message:send', () => message({ text: Buffer.from('hello') }), 'bad_request'],
  // ids and names
  ['no conversation', 'visitor', 'message:send', () => message({ conversationId: undefined }), 'bad_request'],
  ['a conversation that is an object', 'visitor', 'message:send', () => message({ conversationId: { $ne: '' } }), 'bad_request'],
  ['a conversation with a quote', 'visitor', 'message:send', () => message({ conversationId: "x'; drop table miradesk.entries; --" }), 'bad_request'],
  ['a conversation with a line end', 'visitor', 'message:send', () => message({ conversationId: `${conversationId}\n` }), 'bad_request'],
  ['a conversation that does not exist', 'visitor', 'message:send', () => message({ conversationId: 'nothing-here' }), 'not_found'],
  ['a name of seven characters', 'visitor', 'message:send', () => message({ clientId: '1234567' }), 'bad_request'],
  ['a name of 65 characters', 'visitor', 'message:send', () => message({ clientId: 'a'.repeat(65) }), 'bad_request'],
  ['a name with blanks', 'visitor', 'message:send', () => message({ clientId: 'one two three' }), 'bad_request'],
  ['no name', 'visitor', 'message:send', () => message({ clientId: undefined }), 'bad_request'],
  ['a message within no message', 'visitor', 'conversation:start', () => ({ clientId: name(), message: 'hello' }), 'bad_request'],
  ['a page that is text', 'visitor', 'message:send', () => message({ page: 'https://shop.example' }), 'bad_request'],
  // text
  ['no text', 'visitor', 'message:send', () => message({ text: undefined }), 'bad_request'],
  ['text that is a number', 'visitor', 'message:send', () => message({ text: 5 }), 'bad_request'],
  ['text that is a list', 'visitor', 'message:send', () => message({ text: ['hello'] }), 'bad_request'],
  ['empty text', 'visitor', 'message:send', () => message({ text: '' }), 'text_empty'],
  ['text of blanks', 'visitor', 'message:send', () => message({ text: ' \n\t \u00a0\u2003 ' }), 'text_empty'],
  ['text of invisible signs', 'visitor', 'message:send', () => message({ text: '\u200b\u200d\u2060\ufeff\u00ad' }), 'text_empty'],
  ['text with NUL', 'visitor', 'message:send', () => message({ text: 'a\u0000b' }), 'text_invalid'],
  ['text with an escape sequence', 'visitor', 'message:send', () => message({ text: '\u001b[31mred' }), 'text_invalid'],
  ['text with a carriage return', 'visitor', 'message:send', () => message({ text: 'a\r\nb' }), 'text_invalid'],
  ['half a character', 'visitor', 'message:send', () => message({ text: 'a\ud83db' }), 'text_invalid'],
  ['text that is one too long', 'visitor', 'message:send', () => message({ text: 'a'.repeat(TEXT_MAX + 1) }), 'text_too_long'],
  ['empty text to begin with', 'visitor', 'conversation:start', () => ({ clientId: name(), message: { clientId: name(), text: ' ' } }), 'text_empty'],
  ['empty text and a malformed id', 'visitor', 'message:send', () => message({ text: '', clientId: '' }), 'bad_request'],
  ['an empty note', 'agent', 'note:add', () => message({ text: '' }), 'text_empty'],
  ['a reply that is too long', 'agent', 'message:send', () => message({ text: 'a'.repeat(TEXT_MAX + 1) }), 'text_too_long'],
  // sizes
  ['a payload over the limit', 'visitor', 'message:send', () => message({ text: 'a'.repeat(PAYLOAD_MAX_BYTES) }), 'payload_too_large'],
  ['a payload over the limit in a field nobody knows', 'visitor', 'message:send', () => message({ more: 'a'.repeat(PAYLOAD_MAX_BYTES) }), 'payload_too_large'],
  ['a payload over the limit in bytes, not in characters', 'visitor', 'log:sync', () => ({ conversations: [], more: 'ü'.repeat(PAYLOAD_MAX_BYTES / 2) }), 'payload_too_large'],
  ['fifty thousand fields', 'visitor', 'message:send', () => Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`field${i}`, i])), 'payload_too_large'],
  ['a binary attachment over the limit', 'visitor', 'log:sync', () => ({ conversations: [], more: Buffer.alloc(PAYLOAD_MAX_BYTES + 1) }), 'payload_too_large'],
  ['51 conversations', 'visitor', 'log:sync', () => ({ conversations: Array.from({ length: 51 }, () => ({ id: name(), seq: 0 })) }), 'bad_request'],
  ['101 entries', 'visitor', 'history:load', () => ({ conversationId, before: 5, limit: 101 }), 'bad_request'],
  ['101 conversations of the inbox', 'agent', 'inbox:list', () => ({ filter: 'all', limit: 101 }), 'bad_request'],
  // numbers
  ['a negative seq', 'visitor', 'log:sync', () => ({ conversations: [{ id: conversationId, seq: -1 }] }), 'bad_request'],
  ['half a seq', 'visitor', 'log:sync', () => ({ conversations: [{ id: conversationId, seq: 0.5 }] }), 'bad_request'],
  ['a seq as text', 'visitor', 'read:mark', () => ({ conversationId, seen: '1' }), 'bad_request'],
  ['a seq beyond all numbers', 'visitor', 'read:mark', () => ({ conversationId, seen: 1e300 }), 'bad_request'],
  ['before the first', 'visitor', 'history:load', () => ({ conversationId, before: 0 }), 'bad_request'],
  ['no entries', 'visitor', 'history:load', () => ({ conversationId, before: 5, limit: 0 }), 'bad_request'],
  // profiles and events
  ['no profile', 'visitor', 'profile:set', () => ({}), 'bad_request'],
  ['a profile that is a list', 'visitor', 'profile:set', () => ({ profile: ['Mia'] }), 'bad_request'],
  ['a name with an escape sequence', 'visitor', 'profile:set', () => ({ profile: { name: '\u001b[31mMia' } }), 'bad_request'],
  ['an e-mail address with a line end', 'visitor', 'profile:set', () => ({ profile: { email: 'mia@example.com\nbcc: all@example.com' } }), 'bad_request'],
  ['an attribute that nests', 'visitor', 'profile:set', () => ({ profile: { attributes: { a: { b: 1 } } } }), 'bad_request'],
  ['an attribute with half a character in its name', 'visitor', 'profile:set', () => ({ profile: { attributes: { 'a\ud83d': 1 } } }), 'bad_request'],
  ['attributes over the limit of a payload', 'visitor', 'profile:set', () => ({ profile: { attributes: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, 'x'.repeat(1_000)])) } }), 'payload_too_large'],
  ['a tag that is a list', 'visitor', 'profile:set', () => ({ profile: { tags: [['vip']] } }), 'bad_request'],
  ['a name that is yes', 'visitor', 'profile:set', () => ({ profile: { name: true } }), 'bad_request'],
  ['a profile that is wrong, with a message', 'visitor', 'conversation:start', () => ({ clientId: name(), message: { clientId: name(), text: 'x' }, profile: { email: 'x' } }), 'bad_request'],
  ['an event without a name', 'visitor', 'event:track', () => ({ meta: {} }), 'bad_request'],
  ['an event with a list in it', 'visitor', 'event:track', () => ({ name: 'e', meta: { a: [] } }), 'bad_request'],
  ['erasing without meaning it', 'visitor', 'visitor:erase', () => ({}), 'bad_request'],
  ['a visitor who does not exist', 'agent', 'visitor:load', () => ({ visitorId: 'nobody' }), 'not_found'],
  ['a visitor with a quote', 'agent', 'visitor:load', () => ({ visitorId: "x' or '1'='1" }), 'bad_request'],
  // choices
  ['typing that is a text', 'visitor', 'typing:set', () => ({ conversationId, typing: 'yes' }), 'bad_request'],
  ['a status that does not exist', 'agent', 'status:set', () => message({ status: 'deleted' }), 'bad_request'],
  ['a filter that does not exist', 'agent', 'inbox:list', () => ({ filter: 'everything' }), 'bad_request'],
  ['a filter by the name of a method', 'agent', 'inbox:list', () => ({ filter: 'constructor' }), 'bad_request'],
  ['a member who does not exist', 'agent', 'conversation:assign', () => message({ memberId: 'nobody' }), 'not_found'],
  ['a page of the inbox that nothing can be after', 'agent', 'inbox:list', () => ({ filter: 'all', after: 'a\u0000b' }), 'bad_request'],
  ['a cursor with NUL', 'agent', 'inbox:sync', () => ({ cursor: '\u0000' }), 'bad_request'],
  ['an assignment to nothing', 'agent', 'conversation:assign', () => message({ memberId: undefined }), 'bad_request'],
  // files and ratings
  ['eleven files', 'visitor', 'message:send', () => message({ attachments: Array.from({ length: 11 }, () => name()) }), 'bad_request'],
  ['a file that is a path', 'visitor', 'message:send', () => message({ attachments: ['../../etc/passwd'] }), 'bad_request'],
  ['a file that is an object', 'agent', 'message:send', () => message({ attachments: [{ id: name() }] }), 'bad_request'],
  ['files that are no list', 'visitor', 'message:send', () => message({ attachments: name() }), 'bad_request'],
  ['a file that does not exist', 'visitor', 'message:send', () => message({ attachments: [name()] }), 'not_found'],
  ['no text and no file', 'visitor', 'conversation:start', () => ({ clientId: name(), message: { clientId: name(), text: ' ', attachments: [] } }), 'text_empty'],
  ['a note of nothing but a file', 'agent', 'note:add', () => message({ text: '', attachments: [name()] }), 'text_empty'],
  ['no score', 'visitor', 'rating:set', () => message({}), 'bad_request'],
  ['six stars', 'visitor', 'rating:set', () => message({ score: 6 }), 'bad_request'],
  ['half a star', 'visitor', 'rating:set', () => message({ score: 0.5 }), 'bad_request'],
  ['a comment that is too long', 'visitor', 'rating:set', () => message({ score: 5, comment: 'a'.repeat(RATING_COMMENT_MAX + 1) }), 'bad_request'],
  ['a comment with NUL', 'visitor', 'rating:set', () => message({ score: 5, comment: '\u0000' }), 'bad_request'],
  // events
  ['an unknown event', 'visitor', 'message:delete', () => ({}), 'unknown_event'],
  ['an agent\'s event in a visitor\'s namespace', 'visitor', 'note:add', () => message({}), 'unknown_event'],
  ['a visitor\'s event in an agent\'s namespace', 'agent', 'conversation:start', () => ({ clientId: name(), message: { clientId: name(), text: 'x' } }), 'unknown_event'],
  ['an event by the name of a method', 'visitor', 'constructor', () => ({}), 'unknown_event'],
  ['an event by the name of a prototype', 'visitor', '__proto__', () => ({}), 'unknown_event'],
  ['an event by the name of toString', 'visitor', 'toString', () => ({}), 'unknown_event'],
  ['an event called error', 'visitor', 'error', () => ({}), 'unknown_event'],
  ['an event without a name', 'visitor', '', () => ({}), 'unknown_event'],
  ['an event with a very long name', 'visitor', 'x'.repeat(50_000), () => ({}), 'unknown_event'],
  ['one of our own news', 'visitor', 'entry:created', () => ({ entry: {} }), 'unknown_event'],
];

describe('[S1] bad input', () => {
  for (const [what, who, event, payload, code] of cases) {
    it(`gets its code: ${what} → ${code}`, async () => {
      const answer = await (who === 'agent' ? agent : visitor).ask(event, payload());
      expect(answer).toMatchObject({ ok: false, error: { code, message: ERRORS[code] } });
    });
  }

  it('names the fields that are wrong, and repeats nothing of what was sent', async () => {
    const answer = await visitor.ask('message:send', message({ clientId: 'canary!', page: { url: 5 } }));
    expect(answer).toEqual({ ok: false, error: { code: 'bad_request', message: ERRORS.bad_request, details: { fields: ['clientId', 'page.url'] } } });
  });

  it('may be an event that is a number, or more arguments than one', async () => {
    expect(await visitor.ask(5 as unknown as string, {})).toMatchObject({ ok: false, error: { code: 'unknown_event' } });
    const send = message({ text: ' ' });
    expect(await visitor.ask('message:send', send, { text: 'hello' }, 'more')).toMatchObject({ ok: false, error: { code: 'text_empty' } });
  });

  it('ignores fields it does not know', async () => {
    expect(await visitor.ask('log:sync', { conversations: [], limit: 5, nested: { a: [1, 2, { b: null }] } })).toMatchObject({ ok: true });
  });

  it('without an acknowledgement is told request:failed, and nothing is carried out', async () => {
    visitor.socket.emit('message:send', message({ text: 'nobody will know whether this arrived' }));
    expect(await visitor.hears('request:failed')).toEqual({ event: 'message:send', error: { code: 'bad_request', message: ERRORS.bad_request } });
    visitor.socket.emit('x'.repeat(500));
    expect(await visitor.hears('request:failed', ({ event }) => event.startsWith('x'))).toMatchObject({ event: 'x'.repeat(64) });
  });

  it('does not end the connection: a good request is answered as ever', async () => {
    expect(visitor.socket.connected && agent.socket.connected).toBe(true);
  });

  it('stores nothing and is told to nobody', async () => {
    const { conversations } = await visitor.does('log:sync', { conversations: [] });
    expect(conversations).toHaveLength(1);
    expect(conversations[0].conversation).toMatchObject({ head: 1, status: 'open' });
    expect(conversations[0].catchup.entries.map(({ text }: { text: string }) => text)).toEqual(['the only message']);
    expect((await agent.does('inbox:list', { filter: 'all' })).conversations).toHaveLength(1);
    await witness.does('member:list', {});
    expect(witness.news.filter(({ event }) => !['session:started', 'member:updated'].includes(event))).toEqual([]);
  });
});

interface Bare { send(data: string | Uint8Array<ArrayBuffer>): void; heard: string[]; closed(): Promise<number>; close(): Promise<number> }

/** A bare WebSocket, for what no client library would send. */
async function bare(): Promise<Bare> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  const closed = new Promise<number>((resolve) => { socket.addEventListener('close', ({ code }) => resolve(code)); });
  socket.addEventListener('message', ({ data }) => heard.push(String(data)));
  await until(() => heard[0]?.startsWith('0'));
  socket.send(`40/visitor,${JSON.stringify({ protocol: 1, workspace: workspace.id })}`);
  await until(() => heard.some((packet) => packet.includes('session:started')));
  return { send: (data) => { if (socket.readyState === WebSocket.OPEN) socket.send(data); }, heard, closed: () => closed, close: () => { socket.close(); return closed; } };
}

const namespacesOfTheServer = (): string[] => [...(gateway.app.io as unknown as { _nsps: Map<string, unknown> })._nsps.keys()];

const readiness = async () => (await fetch(`${gateway.url}/readyz`)).status;

describe('[S1] packets that break the protocol', () => {
  const broken: Array<[string, Array<string | Uint8Array<ArrayBuffer>>]> = [
    ['no packet at all', ['hello']],
    ['an unknown type', ['49/visitor,[]']],
    ['broken JSON', ['42/visitor,0["log:sync",{"conv']],
    ['an event that is an object', ['42/visitor,0{"0":"log:sync"}']],
    ['a reserved event', ['42/visitor,["disconnect","x"]']],
    ['an event for the listeners of our own library', ['42/visitor,["newListener","x"]']],
    ['binary without an announcement', [new Uint8Array([1, 2, 3])]],
    ['an announcement of a thousand attachments', ['451000-/visitor,["log:sync",{"_placeholder":true,"num":0}]']],
    ['an attachment that does not exist', ['451-/visitor,["log:sync",{"_placeholder":true,"num":7}]', new Uint8Array([1])]],
    ['text between attachments', ['452-/visitor,["log:sync",{"_placeholder":true,"num":0}]', '42/visitor,["log:sync",{}]']],
    ['a second CONNECT', ['40/visitor,{}']],
    ['an event in a namespace that was not entered', ['42/agent,["member:list",{}]']],
    ['a ping in the wrong direction', ['2']],
    ['an attachment within lists, 20,000 deep', [`451-/visitor,["log:sync",${nested(20_000)},{"_placeholder":true,"num":0}]`, new Uint8Array([1])]],
  ];
  for (const [what, packets] of broken) {
    it(`close the connection and nothing else: ${what}`, async () => {
      const socket = await bare();
      for (const packet of packets) socket.send(packet);
      await socket.closed();
      expect(await readiness()).toBe(200);
    });
  }

  it('over PACKET_MAX_BYTES close the connection with 1009', async () => {
    const socket = await bare();
    socket.send(`42/visitor,0["message:send",{"text":"${'a'.repeat(PACKET_MAX_BYTES)}"}]`);
    expect(await socket.closed()).toBe(1009);
    expect(await readiness()).toBe(200);
  });

  const answered: Array<[string, string, keyof typeof ERRORS]> = [
    ['a payload just below the limit of packets', `{"text":"${'a'.repeat(PACKET_MAX_BYTES - 100)}"}`, 'payload_too_large'],
    ['a list of lists, 400,000 deep', nested(400_000), 'payload_too_large'],
    ['a list of lists, 20,000 deep', nested(20_000), 'bad_request'],
    ['an object with a list of lists, 20,000 deep', `{"conversationId":${nested(20_000)}}`, 'bad_request'],
  ];
  for (const [what, payload, code] of answered) {
    it(`are answered while they can be: ${what} → ${code}`, async () => {
      const socket = await bare();
      socket.send(`42/visitor,0["message:send",${payload}]`);
      expect(await until(() => socket.heard.find((packet) => packet.startsWith('43/visitor,0')))).toContain(`"code":"${code}"`);
      await socket.close();
    });
  }

  it('acknowledge what was never asked, or twice: ignored', async () => {
    const socket = await bare();
    for (const packet of ['43/visitor,0[]', '43/visitor,0[]', '43/visitor,99999999999999999999[1]']) socket.send(packet);
    socket.send('42/visitor,7["log:sync",{"conversations":[]}]');
    socket.send('42/visitor,7["log:sync",{"conversations":[]}]');
    await until(() => socket.heard.filter((packet) => packet.startsWith('43/visitor,7')).length === 2);
    expect(await readiness()).toBe(200);
    await socket.close();
  });

  it('of CONNECT to many unknown namespaces are refused one by one', async () => {
    const socket = await bare();
    for (let i = 0; i < 500; i += 1) socket.send(`40/nothing-${i},{}`);
    await until(() => socket.heard.filter((packet) => packet.startsWith('44/nothing-') && packet.includes('"code":"not_found"')).length === 500);
    expect(namespacesOfTheServer()).toEqual(['/', '/visitor', '/agent']);
    await socket.close();
  });

  it('of CONNECT to the same unknown namespace from several connections at once leave nothing behind', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, bare));
    for (const socket of sockets) for (let i = 0; i < 20; i += 1) socket.send('40/nothing,{}');
    for (const socket of sockets) socket.send(`40/${'n'.repeat(100_000)},{}`);
    for (const socket of sockets) await until(() => socket.heard.filter((packet) => packet.startsWith('44/n')).length === 21);
    expect(namespacesOfTheServer()).toEqual(['/', '/visitor', '/agent']);
    for (const socket of sockets) await socket.close();
  });

  it('of CONNECT whose connection ends before the answer leave nothing behind', async () => {
    const socket = await bare();
    for (let i = 0; i < 100; i += 1) socket.send(`40/gone-${i},{}`);
    await socket.close();
    await until(() => namespacesOfTheServer().join() === '/,/visitor,/agent');
  });
});

describe('[S1] memory', () => {
  it('does not grow by ten thousand unknown events, nor by hundreds of connections that send garbage', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const flood = async (events: number) => {
      for (let sent = 0; sent < events;) {
        const socket = await bare();
        for (let i = 0; i < 250; i += 1, sent += 1) socket.send(`42/visitor,${i}["event-${sent}",{"text":"${'x'.repeat(200)}"}]`);
        await socket.closed();
      }
    };
    const connections = () => gateway.app.io.engine.clientsCount;
    const usual = connections();
    await flood(1_000);
    const before = heap();
    await flood(10_000);
    await until(() => connections() <= usual);
    expect((heap() - before) / 1_048_576).toBeLessThan(8);
    expect(await readiness()).toBe(200);
  });
});
