import { beforeEach, describe, expect, it } from 'vitest';
import { createLogs, type Log, type Logs } from '../console/logs.ts';
import type { Catchup, Entry } from '../shared/protocol.ts';
import { conversation, fakeConnection, message, news, ok, type FakeConnection } from './console-fakes.ts';

let connection: FakeConnection;
let logs: Logs;
let arrived: number[];
let taken: string[];

const run = (from: number, to: number): Entry[] => Array.from({ length: to - from + 1 }, (_, index) => message('a', from + index));
const seqs = (log: Log): number[] => log.timeline.value.entries.map(({ seq }) => seq);
const settle = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Answers every sync of conversation `a` with this. */
function caughtUp(catchup: (seq: number) => Catchup): void {
  connection.answer('log:sync', ({ conversations }) => ok({
    conversations: conversations.map(({ id, seq }) => ({ conversation: conversation(id), catchup: catchup(seq) })), gone: [],
  }));
}

beforeEach(() => {
  connection = fakeConnection();
  arrived = [];
  taken = [];
  logs = createLogs({ connection, inbox: { take: ({ id }) => taken.push(id) }, onEntry: (entry) => arrived.push(entry.seq) });
});

describe('the log of a conversation', () => {
  it('comes when it is opened, and brings what the list should know', async () => {
    caughtUp(() => ({ answer: 'start-over', entries: run(3, 5), earlier: true }));
    const log = logs.open('a');
    expect(log.state.value).toBe('loading');
    await settle();
    expect(log.state.value).toBe('ready');
    expect(seqs(log)).toEqual([3, 4, 5]);
    expect(log.timeline.value.earlier).toBe(true);
    expect(taken).toContain('a');
    // What was there before is no news to anybody.
    expect(arrived).toEqual([]);
  });

  it('is empty at once when it was erased, and stays so', async () => {
    caughtUp(() => ({ answer: 'start-over', entries: run(1, 2), earlier: false }));
    const log = logs.open('a');
    await settle();
    logs.erase(['a', 'not-here']);
    expect([log.state.value, seqs(log)]).toEqual(['erased', []]);
    connection.tell('entry:created', { entry: message('a', 1), conversation: news('a') });
    await logs.sync(['a']);
    expect([log.state.value, seqs(log)]).toEqual(['erased', []]);
  });

  it('tells one that was erased meanwhile from one that never was', async () => {
    caughtUp(() => ({ answer: 'start-over', entries: run(1, 2), earlier: false }));
    const log = logs.open('a');
    await settle();
    connection.answer('log:sync', ({ conversations }) => ok({ conversations: [], gone: conversations.map(({ id }) => id) }));
    const other = logs.open('b');
    await logs.sync();
    await settle();
    expect([log.state.value, other.state.value]).toEqual(['erased', 'missing']);
    expect(seqs(log)).toEqual([]);
  });

  it('grows with news, each entry once', async () => {
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(1, 2), earlier: false } : { answer: 'entries', entries: [] }));
    const log = logs.open('a');
    await settle();
    for (const seq of [3, 3, 2, 4]) connection.tell('entry:created', { entry: message('a', seq), conversation: news('a') });
    expect(seqs(log)).toEqual([1, 2, 3, 4]);
    expect(arrived).toEqual([3, 4]);
  });

  it('[D3] asks for what is missing when news have a gap', async () => {
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(1, 2), earlier: false } : { answer: 'entries', entries: run(seq + 1, 5) }));
    const log = logs.open('a');
    await settle();
    connection.tell('entry:created', { entry: message('a', 5), conversation: news('a') });
    await settle();
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5]);
    expect(connection.asked('log:sync').at(-1)).toEqual({ conversations: [{ id: 'a', seq: 2 }] });
  });

  it('asks once more when a gap shows while it is already asking', async () => {
    let head = 2;
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(1, head), earlier: false } : { answer: 'entries', entries: run(seq + 1, head) }));
    const log = logs.open('a');
    connection.tell('entry:created', { entry: message('a', 4), conversation: news('a') });
    head = 4;
    await settle();
    expect(seqs(log)).toEqual([1, 2, 3, 4]);
  });

  it('[D5] shows the newest page where the gateway says start over', async () => {
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(1, 2), earlier: false } : { answer: 'start-over', entries: run(700, 702), earlier: true }));
    const log = logs.open('a');
    await settle();
    await logs.sync();
    expect(seqs(log)).toEqual([700, 701, 702]);
    expect(arrived).toEqual([700, 701, 702]);
  });

  it('says that a conversation does not exist', async () => {
    connection.answer('log:sync', ({ conversations }) => ok({ conversations: [], gone: conversations.map(({ id }) => id) }));
    const log = logs.open('nonesuch');
    await settle();
    expect(log.state.value).toBe('missing');
  });

  it('waits while there is no connection, and asks when it is back', async () => {
    connection.state.value = { at: 'connecting' };
    caughtUp(() => ({ answer: 'start-over', entries: run(1, 1), earlier: false }));
    const log = logs.open('a');
    await settle();
    expect(connection.requests).toEqual([]);
    connection.state.value = { at: 'online' };
    await logs.sync();
    expect(log.state.value).toBe('ready');
  });

  it('survives a connection that is lost while it asks', async () => {
    const log = logs.open('a');
    await settle();
    expect(log.state.value).toBe('loading');
    caughtUp(() => ({ answer: 'start-over', entries: run(1, 1), earlier: false }));
    await logs.sync(['a']);
    expect(log.state.value).toBe('ready');
  });

  it('loads earlier pages once at a time, and stops at the beginning', async () => {
    caughtUp(() => ({ answer: 'start-over', entries: run(7, 9), earlier: true }));
    connection.answer('history:load', ({ before }) => ok(before === 7 ? { entries: run(4, 6), earlier: true } : { entries: run(1, 3), earlier: false }));
    const log = logs.open('a');
    await settle();
    await Promise.all([logs.loadEarlier('a'), logs.loadEarlier('a')]);
    expect(seqs(log)).toEqual([4, 5, 6, 7, 8, 9]);
    await logs.loadEarlier('a');
    await logs.loadEarlier('a');
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(connection.asked('history:load')).toHaveLength(2);
  });

  it('leaves no hole when the log is started over while an earlier page is on its way', async () => {
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(7, 9), earlier: true } : { answer: 'start-over', entries: run(700, 702), earlier: true }));
    const log = logs.open('a');
    await settle();
    connection.answer('history:load', async () => {
      await logs.sync();
      return ok({ entries: run(4, 6), earlier: true });
    });
    await logs.loadEarlier('a');
    expect(seqs(log)).toEqual([700, 701, 702]);
    expect(log.timeline.value.earlier).toBe(true);
  });

  it('lets go of old pages while its end is read', async () => {
    caughtUp((seq) => (seq === 0 ? { answer: 'start-over', entries: run(1, 450), earlier: false } : { answer: 'entries', entries: [] }));
    const log = logs.open('a');
    await settle();
    logs.trim('a');
    expect(seqs(log)).toEqual(run(301, 450).map(({ seq }) => seq));
    expect(log.timeline.value.earlier).toBe(true);
  });

  it('keeps the last few opened, and forgets the longest unused', async () => {
    caughtUp(() => ({ answer: 'start-over', entries: [], earlier: false }));
    for (let index = 0; index < 13; index += 1) logs.open(`c${index}`);
    await settle();
    connection.requests.length = 0;
    await logs.sync();
    const asked = connection.asked('log:sync')[0]?.conversations.map(({ id }) => id);
    expect(asked).toHaveLength(12);
    expect(asked).not.toContain('c0');
  });
});
