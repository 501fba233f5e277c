/** The two ways into the log: which commands take the quick one, and that nothing is lost between them. */
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf, splitBatch } from '../gateway/store/append-messages.ts';
import { createStore } from '../gateway/store/rpc-store.ts';
import type { AppendCommand, Rpc, Store } from '../gateway/store/store.ts';
import { openTestStore, testMember, testWorkspace, type TestStore } from './harness/store.ts';

const visitor = { kind: 'visitor', id: 'vera', name: null } as const;

function message(conversationId: string, text = 'Hello', clientId = nanoid()): AppendCommand {
  return { kind: 'message', author: visitor, conversationId, clientId, text, page: null };
}

function start(conversationId: string, author = visitor): AppendCommand {
  return { kind: 'start', author, conversationId, conversationClientId: nanoid(), clientId: nanoid(), text: 'Hello', page: null };
}

describe('which way a command goes', () => {
  it('messages and notes go the quick way, each for itself', () => {
    const note: AppendCommand = { kind: 'note', author: { kind: 'agent', id: 'ada', name: 'Ada' }, conversationId: 'a', clientId: nanoid(), text: 'psst' };
    expect(splitBatch([message('a'), note, message('b')])).toEqual({ messages: [0, 1, 2], others: [] });
  });

  it('[D3] all commands of a conversation go the same way, so that their order stays', () => {
    const close: AppendCommand = { kind: 'status', author: { kind: 'agent', id: 'ada', name: 'Ada' }, conversationId: 'a', clientId: nanoid(), status: 'closed' };
    expect(splitBatch([message('a'), message('b'), close, message('a'), start('c')])).toEqual({ messages: [1], others: [0, 2, 3, 4] });
  });

  it('[D2] a name that occurs twice goes where the second one finds the first', () => {
    expect(splitBatch([message('a', 'Hello', 'the-same-name'), message('a', 'Hello', 'the-same-name'), message('b')])).toEqual({ messages: [2], others: [0, 1] });
  });

  it('the same name of two authors is two names', () => {
    const other: AppendCommand = { kind: 'message', author: { kind: 'agent', id: 'ada', name: 'Ada' }, conversationId: 'b', clientId: 'the-same-name', text: 'Hello', page: null };
    expect(splitBatch([message('a', 'Hello', 'the-same-name'), other]).others).toEqual([]);
  });

  it('what lists show is only sent along where it is not the whole text', () => {
    const long = 'word '.repeat(200);
    expect(columnsOf([message('a', 'short') as never, message('a', long) as never]).preview).toEqual([null, expect.stringMatching(/^word word/)]);
  });
});

describe('through the store', () => {
  let opened: TestStore;
  let store: Store;
  const calls: string[] = [];
  let fail: string | null = null;
  beforeAll(async () => {
    opened = await openTestStore();
    const rpc: Rpc = (fn, args) => {
      calls.push(fn);
      if (fn === fail) return Promise.reject(new Error('the connection broke'));
      return opened.rpc(fn, args);
    };
    store = createStore({ rpc, ping: async () => {}, close: () => opened.close() });
    await store.createWorkspace(testWorkspace());
    await store.addMember('demo', testMember({ id: 'ada' }));
    await store.append('demo', start('first'));
    await store.append('demo', start('second'));
  });
  afterAll(() => store.close());

  function callsOf(commands: AppendCommand[]): Promise<{ results: Array<PromiseSettledResult<Awaited<ReturnType<Store['append']>>>>; calls: string[] }> {
    calls.length = 0;
    return Promise.allSettled(commands.map((command) => store.append('demo', command))).then((results) => ({ results, calls: [...calls] }));
  }

  it('a hundred messages at once are one call', async () => {
    const { results, calls: made } = await callsOf(Array.from({ length: 100 }, (_, index) => message(index % 2 === 0 ? 'first' : 'second', `number ${index}`)));
    expect(made).toEqual(['append_messages']);
    const first = results.flatMap((result) => (result.status === 'fulfilled' && result.value.entry?.conversationId === 'first' ? [result.value.entry] : []));
    expect(first.map(({ seq, prev }) => seq - prev)).toEqual(Array.from({ length: 50 }, () => 1));
  });

  it('[D2] a repetition among them is answered with the entry that is there, and told to nobody', async () => {
    const once = message('first', 'once');
    const { results: [before] } = await callsOf([once]);
    const { results, calls: made } = await callsOf([message('second'), once, message('first')]);
    expect(made).toEqual(['append_messages', 'append_entries']);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const [, again] = results;
    expect(again).toMatchObject({ value: { repeated: true, added: [], entry: before?.status === 'fulfilled' ? before.value.entry : null } });
  });

  it('a visitor\'s messages to a closed conversation open it once, and stay in order', async () => {
    await store.append('demo', { kind: 'status', author: { kind: 'agent', id: 'ada', name: 'Ada' }, conversationId: 'first', clientId: nanoid(), status: 'closed' });
    const { results } = await callsOf([message('first', 'one'), message('second'), message('first', 'two')]);
    const added = results.flatMap((result) => (result.status === 'fulfilled' ? result.value.added : [])).filter(({ conversationId }) => conversationId === 'first');
    expect(added.map((entry) => (entry.kind === 'message' ? entry.text : entry.kind))).toEqual(['status', 'one', 'two']);
    expect(added.map(({ seq, prev }) => seq - prev)).toEqual([1, 1, 1]);
  });

  it('[D8] what is refused does nothing to the others', async () => {
    const { results } = await callsOf([message('first', 'mine'), message('nobody-s'), { ...message('second'), author: { kind: 'visitor', id: 'somebody-else', name: null } }]);
    expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'not_found' } }, { status: 'rejected', reason: { code: 'not_found' } }]);
  });

  it('[D1] what the quick way committed is acknowledged, also when the other way fails', async () => {
    const once = message('first', 'again');
    await store.append('demo', once);
    fail = 'append_entries';
    try {
      const { results } = await callsOf([once, message('second', 'sound')]);
      expect(results).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: { repeated: false, entry: { text: 'sound' } } }]);
    } finally {
      fail = null;
    }
  });
});
