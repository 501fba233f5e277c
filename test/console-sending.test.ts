// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutboxStorage } from '../console/outbox-storage.ts';
import { createSending, type Outgoing, type Sending } from '../console/sending.ts';
import type { Entry } from '../shared/protocol.ts';
import { fakeConnection, fakeStorage, message, ok, type FakeConnection } from './console-fakes.ts';
import { until } from './harness/until.ts';

let storage: ReturnType<typeof fakeStorage>;
let connection: FakeConnection;
const opened: Sending[] = [];
let sent: Entry[];

/** A window of the same member. */
function open(through = connection): Sending {
  const sending = createSending({ connection: through, storage, owner: 'demo:ana', onSent: (entry) => sent.push(entry) });
  opened.push(sending);
  return sending;
}

const reply = (text: string): Outgoing => ({ mode: 'reply', conversationId: 'a', text });
const names = (): string[] => connection.asked('message:send').map(({ text }) => text);

/** Answers messages as a gateway does: each name is stored once. */
function gatewayIsThere(): Map<string, string> {
  const log = new Map<string, string>();
  const store = ({ clientId, text }: { clientId: string; text: string }) => {
    if (!log.has(clientId)) log.set(clientId, text);
    return ok({ entry: message('a', log.size, { clientId, text }) });
  };
  connection.answer('message:send', store);
  connection.answer('note:add', store);
  return log;
}

beforeEach(() => {
  storage = fakeStorage();
  connection = fakeConnection();
  sent = [];
});
afterEach(() => {
  for (const one of opened.splice(0)) one.dispose();
});

describe('sending', () => {
  it('[D7] shows a message as waiting until the log has it, and never in neither place', async () => {
    gatewayIsThere();
    const sending = open();
    await sending.send(reply('Hello'));
    await until(() => sending.items.value.length === 0);
    expect(sent.map((entry) => ('text' in entry ? entry.text : ''))).toEqual(['Hello']);
    expect(storage.length).toBe(0);
  });

  it('sends a note as a note', async () => {
    gatewayIsThere();
    const sending = open();
    await sending.send({ mode: 'note', conversationId: 'a', text: 'For us' });
    await until(() => sending.items.value.length === 0);
    expect(connection.asked('note:add')).toMatchObject([{ text: 'For us', conversationId: 'a' }]);
    expect(names()).toEqual([]);
  });

  it('[D4] keeps what was written while the gateway was away, through a reload, and sends it in order', async () => {
    connection.state.value = { at: 'waiting', until: 0 };
    const before = open();
    for (const text of ['one', 'two', 'three']) await before.send(reply(text));
    before.dispose();
    const after = open();
    await until(() => after.items.value.length === 3);
    expect(names()).toEqual([]);
    const log = gatewayIsThere();
    connection.state.value = { at: 'online' };
    await until(() => after.items.value.length === 0);
    expect([...log.values()]).toEqual(['one', 'two', 'three']);
  });

  it('[D2] sends again under the same name when the answer was lost', async () => {
    const log = gatewayIsThere();
    const whole = connection.request;
    let lost = 0;
    connection.request = async (event, payload) => {
      const ack = await whole(event, payload);
      if (lost++ === 0) throw new Error('The connection was lost on the way back.');
      return ack;
    };
    const sending = open();
    await sending.send(reply('once'));
    await until(() => sending.items.value.length === 0);
    expect(names()).toEqual(['once', 'once']);
    expect([...log.values()]).toEqual(['once']);
  });

  it('[D7] shows what cannot be sent, with the reason, until it is retried or deleted', async () => {
    connection.answer('message:send', () => ({ ok: false, error: { code: 'not_found', message: 'This does not exist, or not any more.' } }));
    const sending = open();
    await sending.send(reply('to nobody'));
    await until(() => sending.items.value[0]?.error);
    expect(sending.items.value[0]?.error?.code).toBe('not_found');
    gatewayIsThere();
    sending.retry(sending.items.value[0]?.clientId ?? '');
    await until(() => sending.items.value.length === 0);
    expect(sent).toHaveLength(1);

    connection.answer('message:send', () => ({ ok: false, error: { code: 'not_found', message: 'Gone.' } }));
    await sending.send(reply('again'));
    await until(() => sending.items.value[0]?.error);
    sending.discard(sending.items.value[0]?.clientId ?? '');
    await until(() => sending.items.value.length === 0);
  });

  it('does not blame a message for a session that ended', async () => {
    connection.answer('message:send', () => ({ ok: false, error: { code: 'sign_in_required', message: 'Please sign in.' } }));
    const sending = open();
    await sending.send(reply('later'));
    await until(() => names().length > 0);
    expect(sending.items.value[0]?.error).toBeUndefined();
    expect(storage.length).toBe(1);
  });

  it('says so when the browser cannot store it, and sends nothing', async () => {
    gatewayIsThere();
    const sending = open();
    storage.full = true;
    await expect(sending.send(reply('too much'))).rejects.toThrow(/quota/);
    expect(names()).toEqual([]);
  });

  it('shows what another window wrote, and that it is gone when that one sent it', async () => {
    connection.state.value = { at: 'waiting', until: 0 };
    const [here, there] = [open(), open()];
    await there.send(reply('from there'));
    dispatchEvent(new StorageEvent('storage', { key: storage.key(0), newValue: storage.getItem(storage.key(0) ?? '') }));
    await until(() => here.items.value.length === 1);
    expect(here.items.value[0]?.payload.text).toBe('from there');
    there.discard(there.items.value[0]?.clientId ?? '');
    dispatchEvent(new StorageEvent('storage', { key: 'miradesk-console:outbox:demo:ana:x', newValue: null }));
    await until(() => here.items.value.length === 0);
  });
});

describe('the storage of the outbox', () => {
  const item = (clientId: string, createdAt: number) => ({ clientId, createdAt, payload: clientId });

  it('keeps the order of writing, also when the clock goes back', async () => {
    const outbox = createOutboxStorage<string>(storage, 'box:');
    for (const [name, moment] of [['first', 500], ['second', 100], ['third', 100]] as const) await outbox.add(item(name, moment));
    expect((await outbox.all()).map(({ clientId }) => clientId)).toEqual(['first', 'second', 'third']);
  });

  it('sees what other windows stored, and orders it alike everywhere', async () => {
    const [one, other] = [createOutboxStorage<string>(storage, 'box:'), createOutboxStorage<string>(storage, 'box:')];
    await one.add(item('b', 1));
    storage.setItem('box:a', JSON.stringify({ ...item('a', 1), order: 1 }));
    expect((await other.all()).map(({ clientId }) => clientId)).toEqual(['a', 'b']);
  });

  it('does not bring back what was removed, and leaves other things alone', async () => {
    const outbox = createOutboxStorage<string>(storage, 'box:');
    storage.setItem('other', 'x');
    const stored = await outbox.add(item('a', 1));
    await outbox.remove('a');
    await outbox.update({ ...stored, error: { code: 'not_found', message: 'Gone.' } });
    expect(await outbox.all()).toEqual([]);
    expect(storage.getItem('other')).toBe('x');
  });

  it('passes over what is no item', async () => {
    const outbox = createOutboxStorage<string>(storage, 'box:');
    storage.setItem('box:broken', '{');
    storage.setItem('box:other', '{"order":"1"}');
    await outbox.add(item('a', 1));
    expect((await outbox.all()).map(({ clientId }) => clientId)).toEqual(['a']);
  });
});
