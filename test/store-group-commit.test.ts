import { describe, expect, test } from 'vitest';
import { GroupCommit, type Outcome } from '../gateway/store/group-commit.ts';
import { storeErrorOf } from '../gateway/store/sql-errors.ts';
import type { StoreError } from '../gateway/store/store.ts';
import { until } from './harness/until.ts';

interface Call { workspaceId: string; commands: string[]; answer(outcomes?: Array<Outcome<string>>): void; fail(error: unknown): void }

/** A database whose commits end when the test says so. */
function fakeDatabase(options: Partial<ConstructorParameters<typeof GroupCommit<string, string>>[0]> = {}) {
  const calls: Call[] = [];
  const commits = new GroupCommit<string, string>({
    commit: (workspaceId, commands) => new Promise((resolve, reject) => {
      calls.push({ workspaceId, commands, answer: (outcomes = commands.map((command) => `${command}!`)) => resolve(outcomes), fail: reject });
    }),
    sizeOf: (command) => command.length,
    ...options,
  });
  const call = async (index: number): Promise<Call> => until(() => calls[index], { every: 1, what: `call ${index}` });
  return { commits, calls, call };
}

const sqlError = (code: string): StoreError => storeErrorOf(code, Object.assign(new Error('x'), { code }));
const codes = async (promises: Array<Promise<string>>): Promise<string[]> =>
  (await Promise.allSettled(promises)).map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as StoreError).code));

describe('group commit', () => {
  test('[D1] answers nothing before its batch is committed, and then each with its own', async () => {
    const { commits, call } = fakeDatabase();
    const answered: string[] = [];
    const both = ['a', 'b'].map(async (command) => answered.push(await commits.append('w', command)));
    const batch = await call(0);
    expect([batch.commands, answered]).toEqual([['a', 'b'], []]);
    batch.answer();
    await Promise.all(both);
    expect(answered).toEqual(['a!', 'b!']);
  });

  test('while one batch is in flight the next one gathers, in the order of the calls', async () => {
    const { commits, calls, call } = fakeDatabase();
    const first = commits.append('w', '0');
    const inFlight = await call(0);
    const rest = ['1', '2', '3'].map((command) => commits.append('w', command));
    await Promise.resolve();
    expect(calls).toHaveLength(1);
    inFlight.answer();
    expect((await call(1)).commands).toEqual(['1', '2', '3']);
    (await call(1)).answer();
    expect(await Promise.all([first, ...rest])).toEqual(['0!', '1!', '2!', '3!']);
  });

  test('[D8] a batch holds one workspace’s commands, and workspaces do not wait for each other', async () => {
    const { commits, call } = fakeDatabase();
    const [a, b, c] = [commits.append('one', 'a'), commits.append('two', 'b'), commits.append('one', 'c')];
    expect([(await call(0)).commands, (await call(1)).commands]).toEqual([['a', 'c'], ['b']]);
    (await call(1)).answer();
    expect(await b).toBe('b!');
    (await call(0)).answer();
    expect(await Promise.all([a, c])).toEqual(['a!', 'c!']);
  });

  test('a batch has at most so many commands and so many characters', async () => {
    const { commits, call } = fakeDatabase({ batchMax: 3, batchSizeMax: 10 });
    const all = Promise.all(['1', '2', '3', '4', 'x'.repeat(8), 'y'.repeat(30), 'z'].map((command) => commits.append('w', command)));
    const sizes: number[] = [];
    for (let index = 0; sizes.reduce((sum, size) => sum + size, 0) < 7; index += 1) {
      const batch = await call(index);
      sizes.push(batch.commands.length);
      batch.answer();
    }
    expect(sizes).toEqual([3, 2, 1, 1]);
    await all;
  });

  test('a full queue says so and when to come back, and takes again when there is room', async () => {
    const { commits, call } = fakeDatabase({ queueMax: 3 });
    const waiting = ['1', '2', '3'].map((command) => commits.append('w', command));
    await expect(commits.append('other', '4')).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: expect.any(Number) });
    (await call(0)).answer();
    await Promise.all(waiting);
    const later = commits.append('w', '5');
    (await call(1)).answer();
    expect(await later).toBe('5!');
  });

  test('[D8] a workspace that sends too much leaves room for the others, by commands and by characters', async () => {
    for (const options of [{ queueMax: 100 }, { queueSizeMax: 100 }]) {
      const { commits, call } = fakeDatabase(options);
      const flood = codes(Array.from({ length: 200 }, () => commits.append('loud', 'x')));
      const second = codes(Array.from({ length: 200 }, () => commits.append('louder', 'x')));
      const quiet = commits.append('quiet', '1');
      for (let index = 0; index < 3; index += 1) (await call(index)).answer();
      expect(await quiet).toBe('1!');
      const [taken, takenOfSecond] = [await flood, await second].map((results) => results.filter((result) => result === 'x!').length);
      expect([taken, takenOfSecond]).toEqual([75, 19]);
      // All of it is free again.
      const later = codes(Array.from({ length: 200 }, () => commits.append('loud', 'x')));
      (await call(3)).answer();
      expect((await later).filter((result) => result === 'x!')).toHaveLength(75);
    }
  });

  test('the queue is bounded by characters, too', async () => {
    const { commits, call } = fakeDatabase({ queueSizeMax: 10 });
    const first = commits.append('w', 'x'.repeat(9));
    await expect(commits.append('w', 'yy')).rejects.toMatchObject({ code: 'overloaded' });
    (await call(0)).answer();
    await first;
  });

  test('one command the database cannot take does not spoil the others, nor their order', async () => {
    const { commits, calls, call } = fakeDatabase();
    const all = ['a', 'poison', 'b'].map((command) => commits.append('w', command));
    (await call(0)).fail(sqlError('22P05'));
    (await call(1)).answer();
    (await call(2)).fail(sqlError('22P05'));
    (await call(3)).answer();
    expect(await codes(all)).toEqual(['a!', 'internal', 'b!']);
    expect(calls.map(({ commands }) => commands)).toEqual([['a', 'poison', 'b'], ['a'], ['poison'], ['b']]);
  });

  test('a lost connection fails the batch at once: nobody knows whether it was committed, so it is the senders who repeat', async () => {
    const { commits, calls, call } = fakeDatabase();
    const all = ['a', 'b'].map((command) => commits.append('w', command));
    (await call(0)).fail(sqlError('08006'));
    expect(await codes(all)).toEqual(['unavailable', 'unavailable']);
    expect(calls).toHaveLength(1);
  });

  test('a connection lost among single commands fails the rest', async () => {
    const { commits, calls, call } = fakeDatabase();
    const all = ['a', 'b', 'c'].map((command) => commits.append('w', command));
    (await call(0)).fail(sqlError('XX000'));
    (await call(1)).answer();
    (await call(2)).fail(sqlError('57P01'));
    expect(await codes(all)).toEqual(['a!', 'unavailable', 'unavailable']);
    expect(calls).toHaveLength(3);
  });

  test('a batch that lost a race with another gateway’s is tried again whole', async () => {
    const { commits, calls, call } = fakeDatabase();
    const all = ['a', 'b'].map((command) => commits.append('w', command));
    (await call(0)).fail(sqlError('40P01'));
    (await call(1)).answer();
    expect(await codes(all)).toEqual(['a!', 'b!']);
    expect(calls.map(({ commands }) => commands)).toEqual([['a', 'b'], ['a', 'b']]);
  });

  test('an error of one command is that command’s', async () => {
    const { commits, call } = fakeDatabase();
    const all = ['a', 'b'].map((command) => commits.append('w', command));
    (await call(0)).answer([storeErrorOf('MD404'), 'b!']);
    expect(await codes(all)).toEqual(['not_found', 'b!']);
  });

  test('whatever else is thrown becomes internal', async () => {
    const { commits, call } = fakeDatabase();
    const one = commits.append('w', 'a');
    (await call(0)).fail(new TypeError('a mistake of ours'));
    expect(await codes([one])).toEqual(['internal']);
  });

  test('closing waits for what is under way and refuses what comes after', async () => {
    const { commits, call } = fakeDatabase();
    const first = commits.append('w', 'a');
    const batch = await call(0);
    const second = commits.append('w', 'b');
    let closed = false;
    const closing = commits.close().then(() => { closed = true; });
    await expect(commits.append('w', 'c')).rejects.toMatchObject({ code: 'unavailable' });
    batch.answer();
    expect(await first).toBe('a!');
    expect(closed).toBe(false);
    (await call(1)).answer();
    expect(await second).toBe('b!');
    await closing;
    await commits.close();
  });
});
