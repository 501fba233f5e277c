/**
 * The outbox in two tabs over each of the storages it has, against the simplest model of it: a list. Everything that takes time (a step of
 * the storage, a request, its answer, a pause) ends in an order by chance, and tabs die at any moment between two steps.
 */
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutboxStorage } from '../console/outbox-storage.ts';
import { wireError } from '../shared/errors.ts';
import { Outbox, type OutboxItem, type OutboxStorage } from '../shared/outbox.ts';
import type { Ack } from '../shared/protocol.ts';
import { createWaitingRoom } from '../widget/outbox-storage.ts';
import { fakeStorage } from './console-fakes.ts';

const FATES = ['committed', 'committed, answer lost', 'request lost', 'busy', 'unavailable'] as const;
type Fate = typeof FATES[number];

const tick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** A tab: everything it waits for ends in the scheduler's order, or never, once it is dead. */
class Tab {
  readonly outbox: Outbox<string>;
  #alive = true;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const storage = world.open();
    const step = <T>(run: () => Promise<T>): Promise<T> => this.#lives(world.turn()).then(run).then((done) => this.#lives(world.turn().then(() => done)));
    this.outbox = new Outbox<string>({
      storage: {
        add: (item) => step(() => storage.add(item)),
        update: (item) => step(() => storage.update(item)),
        remove: (clientId) => step(() => storage.remove(clientId)),
        all: () => step(() => storage.all()),
      },
      send: (item) => this.#lives(world.send(item)),
      exclusively: (task) => world.lock(this, task),
      onChange: () => {},
      wait: () => this.#lives(world.turn()),
    });
  }

  /** What was begun on the wire or in the storage may still happen; the tab does not hear of it. */
  die(): void {
    this.#alive = false;
    this.#world.release(this);
  }

  async #lives<T>(what: Promise<T>): Promise<T> {
    const result = await what.catch((error: unknown) => (this.#alive ? Promise.reject(error as Error) : never<T>()));
    return this.#alive ? result : never<T>();
  }
}

/** What the tabs share: the storage, the lock, and a gateway that commits each name once. */
class World {
  readonly log: string[] = [];
  readonly open: () => OutboxStorage<string>;
  calm = false;
  readonly #names = new Set<string>();
  readonly #scheduler: fc.Scheduler;
  readonly #fates: Iterator<Fate>;
  #holder: Tab | null = null;
  #queue: Array<{ tab: Tab; begin(): void }> = [];

  constructor(open: () => OutboxStorage<string>, scheduler: fc.Scheduler, fates: Iterator<Fate>) {
    this.open = open;
    this.#scheduler = scheduler;
    this.#fates = fates;
  }

  turn(): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve());
  }

  async send({ clientId, payload }: OutboxItem<string>): Promise<Ack<unknown>> {
    const fate = this.calm ? 'committed' : this.#fates.next().value as Fate;
    await this.turn();
    if (fate.startsWith('committed') && !this.#names.has(clientId)) {
      this.#names.add(clientId);
      this.log.push(payload);
    }
    await this.turn();
    if (fate === 'committed') return { ok: true, data: {} };
    if (fate === 'busy') return { ok: false, error: wireError('rate_limited', { retryAfterMs: 10 }) };
    if (fate === 'unavailable') return { ok: false, error: wireError('unavailable') };
    throw new Error('lost');
  }

  async lock(tab: Tab, task: () => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#queue.push({ tab, begin: resolve });
      this.#next();
    });
    try {
      await task();
    } finally {
      this.release(tab);
    }
  }

  /** A tab's lock goes with it. */
  release(tab: Tab): void {
    this.#queue = this.#queue.filter((one) => one.tab !== tab);
    if (this.#holder === tab) this.#holder = null;
    this.#next();
  }

  #next(): void {
    if (this.#holder) return;
    const next = this.#queue.shift();
    this.#holder = next?.tab ?? null;
    next?.begin();
  }
}

const tab = fc.nat(1);
const steps = fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), tab, createdAt: fc.nat(1_000) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('breathe' as const), turns: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('online' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('offline' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('die' as const), tab }) },
), { minLength: 5, maxLength: 50, size: 'max' });

/** Something that was written: begun, and confirmed (the composer was cleared), at moments counted by the model. */
interface Written { text: string; begun: number; confirmed: number }

const STORAGES: Array<[string, () => () => OutboxStorage<string>]> = [
  ['IndexedDB, as the widget uses it', () => {
    const factory = new IDBFactory();
    return () => createWaitingRoom<string>({ name: 'box', factory, mayHoldItems: () => true, onChange: () => {} });
  }],
  ['localStorage, as the console uses it', () => {
    const storage = fakeStorage();
    return () => createOutboxStorage<string>(storage, 'box:');
  }],
];

describe.each(STORAGES)('the outbox in two tabs over %s', (_, storageOf) => {
  it('[D2] [D4] what was confirmed is in the log once, after everything that was confirmed before it was written', async () => {
    await fc.assert(fc.asyncProperty(steps, fc.scheduler(), fc.infiniteStream(fc.constantFrom(...FATES)), async (script, scheduler, fates) => {
      const world = new World(storageOf(), scheduler, fates);
      const tabs: [Tab, Tab] = [new Tab(world), new Tab(world)];
      const written: Written[] = [];
      let moment = 0;
      const turns = async (count: number): Promise<void> => {
        for (let turn = 0; turn < count; turn += 1) {
          // The databases' own steps are not the scheduler's.
          for (let own = 0; own < 3; own += 1) await tick();
          if (scheduler.count() > 0) await scheduler.waitOne();
        }
      };

      for (const step of script) {
        moment += 1;
        switch (step.kind) {
          case 'write': {
            const one: Written = { text: `text ${written.length}`, begun: moment, confirmed: Number.POSITIVE_INFINITY };
            written.push(one);
            void tabs[step.tab as 0 | 1].outbox.add({ clientId: `name-${written.length}`, payload: one.text, createdAt: step.createdAt }).then(() => { one.confirmed = moment; });
            break;
          }
          case 'breathe': await turns(step.turns); break;
          case 'online': tabs[step.tab as 0 | 1].outbox.setOnline(true); break;
          case 'offline': tabs[step.tab as 0 | 1].outbox.setOnline(false); break;
          case 'die':
            tabs[step.tab as 0 | 1].die();
            tabs[step.tab as 0 | 1] = new Tab(world);
            break;
        }
        expect(new Set(world.log).size).toBe(world.log.length);
      }

      // The weather clears up, both tabs are gone, and one is opened again.
      world.calm = true;
      for (const one of tabs) one.die();
      const last = new Tab(world);
      last.outbox.setOnline(true);
      const look = world.open();
      for (let patience = 0; patience < 2_000; patience += 1) {
        await turns(1);
        if (scheduler.count() === 0 && (await look.all()).length === 0) break;
      }
      expect(await look.all()).toEqual([]);
      const place = new Map(world.log.map((text, index) => [text, index]));
      expect(place.size).toBe(world.log.length);
      const confirmed = written.filter((one) => one.confirmed < Number.POSITIVE_INFINITY);
      for (const one of confirmed) {
        expect(place.has(one.text), `${one.text} is in the log`).toBe(true);
        for (const later of written) {
          if (later.begun > one.confirmed && place.has(later.text)) expect(place.get(later.text), `${later.text} comes after ${one.text}`).toBeGreaterThan(place.get(one.text) ?? 0);
        }
      }
    }), { numRuns: 150 });
  });
});
