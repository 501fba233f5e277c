import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wireError, type ErrorCode } from '../shared/errors.ts';
import { Outbox, type OutboxItem, type OutboxStorage } from '../shared/outbox.ts';
import type { Ack } from '../shared/protocol.ts';
import { until } from './harness/until.ts';

/** Storage that survives an outbox, as IndexedDB survives a page. */
class MemoryStorage implements OutboxStorage<string> {
  items: OutboxItem<string>[] = [];
  failing = false;
  #order = 0;

  async add(item: Omit<OutboxItem<string>, 'order'>): Promise<OutboxItem<string>> {
    if (this.failing) throw new Error('full');
    const stored = { ...item, order: ++this.#order };
    this.items = [...this.items, stored];
    return stored;
  }

  async update(item: OutboxItem<string>): Promise<void> {
    this.items = this.items.map((one) => (one.clientId === item.clientId ? item : one));
  }

  async remove(clientId: string): Promise<void> {
    if (this.failing) throw new Error('full');
    this.items = this.items.filter((one) => one.clientId !== clientId);
  }

  async all(): Promise<OutboxItem<string>[]> {
    return [...this.items];
  }
}

/** A gateway that commits what reaches it once per name (rule D2), and whose answers can get lost. */
class Log {
  readonly texts: string[] = [];
  readonly #names = new Set<string>();

  commit({ clientId, payload }: OutboxItem<string>): Ack<unknown> {
    if (!this.#names.has(clientId)) this.texts.push(payload);
    this.#names.add(clientId);
    return { ok: true, data: {} };
  }
}

const refused = (code: ErrorCode, retryAfterMs?: number): Ack<unknown> => ({ ok: false, error: wireError(code, retryAfterMs === undefined ? {} : { retryAfterMs }) });

function create(storage: MemoryStorage, send: (item: OutboxItem<string>) => Promise<Ack<unknown>>, wait: (ms: number) => Promise<void> = async () => {}) {
  const shown: string[][] = [];
  const outbox = new Outbox<string>({
    storage, send, wait,
    exclusively: (task) => task(),
    onChange: (items) => shown.push(items.map(({ payload, error }) => (error ? `${payload}: ${error.code}` : payload))),
  });
  const add = (text: string) => outbox.add({ clientId: `name-of-${text}`, payload: text, createdAt: 0 });
  return { outbox, add, shown };
}

describe('Outbox', () => {
  it('[D4] stores a message before it goes on the wire, and takes it out on its acknowledgement only', async () => {
    const storage = new MemoryStorage();
    const stored: number[] = [];
    let acknowledge: (ack: Ack<unknown>) => void = () => {};
    const { outbox, add } = create(storage, (item) => {
      stored.push(storage.items.filter(({ clientId }) => clientId === item.clientId).length);
      return new Promise((resolve) => { acknowledge = resolve; });
    });
    outbox.setOnline(true);
    await add('one');
    await until(() => stored.length === 1);
    expect(storage.items).toHaveLength(1);
    acknowledge({ ok: true, data: {} });
    await until(() => storage.items.length === 0);
    expect(stored).toEqual([1]);
  });

  it('[D4] keeps what waits while offline, and sends it in order when online', async () => {
    const storage = new MemoryStorage();
    const log = new Log();
    const { outbox, add } = create(storage, async (item) => log.commit(item));
    for (const text of ['one', 'two', 'three']) await add(text);
    expect(log.texts).toEqual([]);
    outbox.setOnline(true);
    await until(() => storage.items.length === 0);
    expect(log.texts).toEqual(['one', 'two', 'three']);
  });

  it('[D4] a new page sends what the old one left', async () => {
    const storage = new MemoryStorage();
    const log = new Log();
    const before = create(storage, () => Promise.reject(new Error('closed')));
    await before.add('one');
    before.outbox.stop();
    const after = create(storage, async (item) => log.commit(item));
    after.outbox.setOnline(true);
    await until(() => storage.items.length === 0);
    expect(log.texts).toEqual(['one']);
  });

  it('[D7] marks what was refused for good with the reason, goes on with the rest, and sends it again when asked', async () => {
    const storage = new MemoryStorage();
    const log = new Log();
    let forbidden = true;
    const { outbox, add, shown } = create(storage, async (item) => (forbidden && item.payload === 'one' ? refused('forbidden') : log.commit(item)));
    outbox.setOnline(true);
    await add('one');
    await add('two');
    await until(() => log.texts.length === 1);
    await until(() => shown.at(-1)?.join() === 'one: forbidden');
    forbidden = false;
    await outbox.retry('name-of-one');
    await until(() => storage.items.length === 0);
    expect(log.texts).toEqual(['two', 'one']);
  });

  it('[D7] gives a failed message back when asked', async () => {
    const storage = new MemoryStorage();
    const { outbox, add, shown } = create(storage, async () => refused('forbidden'));
    outbox.setOnline(true);
    await add('one');
    await until(() => shown.at(-1)?.join() === 'one: forbidden');
    await outbox.discard('name-of-one');
    expect(storage.items).toEqual([]);
    expect(shown.at(-1)).toEqual([]);
  });

  it.each(['rate_limited', 'overloaded', 'unavailable', 'internal'] satisfies ErrorCode[])('keeps a message waiting after %s, and waits as long as it is told', async (code) => {
    const storage = new MemoryStorage();
    const log = new Log();
    const waits: number[] = [];
    let busy = 2;
    const { outbox, add } = create(storage, async (item) => (busy-- > 0 ? refused(code, 1_234) : log.commit(item)), async (ms) => void waits.push(ms));
    outbox.setOnline(true);
    await add('one');
    await until(() => storage.items.length === 0);
    expect(waits).toEqual([1_234, 1_234]);
    expect(log.texts).toEqual(['one']);
  });

  it('waits longer from time to time while no answer comes', async () => {
    const storage = new MemoryStorage();
    const waits: number[] = [];
    const { outbox, add } = create(storage, () => Promise.reject(new Error('no answer')), async (ms) => {
      waits.push(ms);
      if (waits.length === 7) outbox.stop();
    });
    outbox.setOnline(true);
    await add('one');
    await until(() => waits.length === 7);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(storage.items).toHaveLength(1);
  });

  it('lets go of the lock at once when it goes offline while it waits for a retry', async () => {
    const storage = new MemoryStorage();
    let held = false;
    const outbox = new Outbox<string>({
      storage,
      send: async () => refused('overloaded', 60_000),
      onChange: () => {},
      async exclusively(task) {
        held = true;
        await task();
        held = false;
      },
    });
    outbox.setOnline(true);
    await outbox.add({ clientId: 'name-of-one', payload: 'one', createdAt: 0 });
    await until(() => held);
    await until(() => {
      outbox.setOnline(false);
      return !held;
    });
    expect(storage.items).toHaveLength(1);
  });

  it('[D4] tells its caller when a message could not be stored', async () => {
    const storage = new MemoryStorage();
    const { add } = create(storage, async () => ({ ok: true, data: {} }));
    storage.failing = true;
    await expect(add('one')).rejects.toThrow('full');
  });

  it('[D2] sends again, under the same name, what could not be taken out', async () => {
    const storage = new MemoryStorage();
    const log = new Log();
    const { outbox, add } = create(storage, async (item) => log.commit(item));
    await add('one');
    storage.failing = true;
    outbox.setOnline(true);
    await until(() => log.texts.length === 1);
    await outbox.flush();
    expect(storage.items).toHaveLength(1);
    storage.failing = false;
    await outbox.flush();
    expect(storage.items).toEqual([]);
    expect(log.texts).toEqual(['one']);
  });
});

describe('the outbox against a simple model', () => {
  /** What happens to one attempt to send, by chance. */
  const fates = ['committed', 'committed, answer lost', 'request lost', 'busy', 'unavailable'] as const;
  const actions = fc.array(fc.oneof(
    { weight: 5, arbitrary: fc.constant('write' as const) },
    { weight: 2, arbitrary: fc.constant('reload' as const) },
    { weight: 2, arbitrary: fc.constant('offline' as const) },
    { weight: 3, arbitrary: fc.constant('online' as const) },
    { weight: 4, arbitrary: fc.constant('breathe' as const) },
  ), { maxLength: 40 });

  it('[D2] [D4] every message is in the log once, in the order of writing, whatever is lost and whenever the page is reloaded', async () => {
    await fc.assert(fc.asyncProperty(actions, fc.infiniteStream(fc.constantFrom(...fates)), async (steps, chance) => {
      const storage = new MemoryStorage();
      const log = new Log();
      const written: string[] = [];
      let kind = false;

      async function send(item: OutboxItem<string>): Promise<Ack<unknown>> {
        await Promise.resolve();
        switch (kind ? 'committed' : chance.next().value) {
          case 'committed': return log.commit(item);
          case 'committed, answer lost': log.commit(item); throw new Error('lost');
          case 'busy': return refused('rate_limited', 10);
          case 'unavailable': return refused('unavailable');
          default: throw new Error('lost');
        }
      }
      // A tick between retries, so that other steps happen in between.
      const open = () => create(storage, send, () => new Promise((resolve) => { setImmediate(resolve); }));

      let page = open();
      for (const step of steps) {
        if (step === 'write') {
          written.push(`text ${written.length}`);
          await page.add(written.at(-1) as string);
        } else if (step === 'reload') {
          page.outbox.stop();
          page = open();
        } else if (step === 'breathe') await new Promise((resolve) => { setImmediate(resolve); });
        else page.outbox.setOnline(step === 'online');

        expect(new Set(log.texts).size).toBe(log.texts.length);
        expect(log.texts).toEqual(written.slice(0, log.texts.length));
        // Nothing is nowhere: what is not in the log yet is stored.
        const stored = storage.items.map(({ payload }) => payload);
        expect(written.filter((text) => !stored.includes(text) && !log.texts.includes(text))).toEqual([]);
      }
      kind = true;
      page.outbox.setOnline(true);
      await until(() => storage.items.length === 0, { every: 1 });
      page.outbox.stop();
      expect(log.texts).toEqual(written);
    }), { numRuns: 150 });
  });
});
