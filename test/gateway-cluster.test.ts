/** When a gateway counts as degraded, and from where it asks the database then; with a database, a link and other gateways played by the test. */
import { afterEach, describe, expect, it } from 'vitest';
import { createCluster, type Cluster, type Link } from '../gateway/cluster.ts';
import { createLogger } from '../gateway/logger.ts';
import type { OtherGateway } from '../gateway/store/cluster-store.ts';
import { Told } from '../gateway/told.ts';
import { until } from './harness/until.ts';

const EVERY_MS = 10;
const open: Cluster[] = [];
afterEach(async () => {
  for (const cluster of open.splice(0)) await cluster.close();
});

function play({ linked = true } = {}) {
  const world = {
    others: [] as OtherGateway[], known: true, beats: [] as boolean[], rounds: [] as number[], cursor: 100, failing: false,
    news: [] as boolean[], changedOthers: 0, forgotten: 0, forgets: 0, left: 0,
  };
  let listeners: Parameters<Link['listen']>[0] | undefined;
  const link = linked ? {
    up: true, reason: '',
    listen: (given: NonNullable<typeof listeners>) => { listeners = given; },
    publish: () => {}, close: async () => {},
    turn(up: boolean): void {
      link!.up = up;
      link!.reason = up ? '' : 'it does not answer';
      listeners?.onChange(up, link!.reason, performance.now());
    },
    missed: () => listeners?.onMissed(),
  } : null;
  const cluster = createCluster({
    gatewayId: 'me', link, everyMs: EVERY_MS, logger: createLogger('silent'),
    store: {
      async beat(_, degraded) {
        if (world.failing) throw new Error('away');
        world.beats.push(degraded);
        for (const other of world.others) if (!other.id.startsWith('dead')) other.seenAt += 1;
        return { cursor: String((world.cursor += 1)), known: world.known, others: world.others.map((other) => ({ ...other })) };
      },
      leave: async () => { world.left += 1; },
    },
    feed: {
      async round(since) {
        if (world.failing) throw new Error('away');
        world.rounds.push(Number(since));
      },
      forget: () => { world.forgets += 1; },
    },
    listeners: {
      onDegraded: (degraded) => world.news.push(degraded), onOthers: () => { world.changedOthers += 1; }, onForgotten: () => { world.forgotten += 1; },
      onRound: () => {}, onField: () => {}, onBeat: () => {},
    },
  });
  open.push(cluster);
  return { cluster, world, link };
}

const beatsFrom = (world: { beats: boolean[] }, count: number): Promise<unknown> => {
  const from = world.beats.length;
  return until(() => world.beats.length >= from + count, { every: 2 });
};

describe('a gateway', () => {
  it('that hears from the others asks the database for nothing', async () => {
    const { cluster, world } = play();
    world.others = [{ id: 'other', degraded: false, seenAt: 1 }];
    await cluster.start();
    await beatsFrom(world, 5);
    expect(cluster.state()).toMatchObject({ degraded: false, reason: '', since: null, gateways: 2 });
    expect([world.rounds, world.news]).toEqual([[], []]);
  });

  it('whose link breaks tells the others, asks from before it, and once more when all is well', async () => {
    const { cluster, world, link } = play();
    await cluster.start();
    await beatsFrom(world, 3);
    link?.turn(false);
    expect(cluster.state()).toMatchObject({ degraded: true, reason: 'Redis: it does not answer', since: expect.any(String) });
    await until(() => world.beats.at(-1) === true && world.rounds.length > 2);
    // The clock of the test is young: the oldest cursor there is.
    expect(world.rounds[0]).toBe(101);
    const asked = world.rounds.length;
    link?.turn(true);
    expect(cluster.state().degraded).toBe(false);
    await until(() => world.rounds.length > asked && world.forgets > 0);
    await beatsFrom(world, 3);
    const settled = world.rounds.length;
    await beatsFrom(world, 4);
    expect(world.rounds.length).toBe(settled);
    expect(world.news).toEqual([true, false]);
    expect(world.beats.at(-1)).toBe(false);
  });

  it('of which another says that it does not hear asks too, without saying so of itself', async () => {
    const { cluster, world } = play();
    world.others = [{ id: 'other', degraded: true, seenAt: 1 }];
    await cluster.start();
    await until(() => cluster.state().degraded && world.rounds.length > 1);
    expect(world.beats.some(Boolean)).toBe(false);
    for (const other of world.others) other.degraded = false;
    await until(() => !cluster.state().degraded);
    expect(world.news).toEqual([true, false]);
  });

  it('does not believe one that only ever says the same: it is what a dead one left', async () => {
    const { cluster, world } = play();
    world.others = [{ id: 'dead', degraded: true, seenAt: 1 }];
    await cluster.start();
    await beatsFrom(world, 6);
    expect(cluster.state().degraded).toBe(false);
    world.others = [];
    await beatsFrom(world, 2);
    // What it may have committed without telling is asked for once.
    await until(() => world.rounds.length === 1);
    expect(world.changedOthers).toBe(2);
  });

  it('without a link is degraded as soon as it is not alone, and only then', async () => {
    const { cluster, world } = play({ linked: false });
    await cluster.start();
    await beatsFrom(world, 3);
    expect(cluster.state()).toMatchObject({ degraded: false, gateways: 1 });
    world.others = [{ id: 'other', degraded: false, seenAt: 1 }];
    await until(() => cluster.state().degraded);
    expect(cluster.state().reason).toContain('REDIS_URL is not set');
    await until(() => world.beats.at(-1) === true);
    world.others = [];
    await until(() => !cluster.state().degraded);
    await until(() => world.beats.at(-1) === false);
  });

  it('that missed something asks once', async () => {
    const { cluster, world, link } = play();
    await cluster.start();
    await beatsFrom(world, 2);
    link?.missed();
    await until(() => world.rounds.length === 1);
    await beatsFrom(world, 4);
    expect(world.rounds).toHaveLength(1);
    expect(world.news).toEqual([]);
  });

  it('goes on asking where the database was away meanwhile', async () => {
    const { cluster, world, link } = play();
    await cluster.start();
    await beatsFrom(world, 2);
    world.failing = true;
    link?.missed();
    link?.turn(false);
    link?.turn(true);
    world.failing = false;
    await until(() => world.rounds.length > 0);
    expect(world.rounds[0]).toBe(101);
  });

  it('that was forgotten hears of it, and one that stops leaves', async () => {
    const { cluster, world } = play();
    await cluster.start();
    world.known = false;
    await until(() => world.forgotten > 0);
    await cluster.close();
    expect(world.left).toBe(1);
    const { length } = world.beats;
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(world.beats.length).toBe(length);
  });
});

describe('what clients were told', () => {
  const news = (seq: number): unknown[] => ['entry:created', { entry: { id: `c.${seq}` } }];

  it('is told once, in each namespace', () => {
    const told = new Told();
    expect([told.note('/agent', news(1)), told.note('/agent', news(1)), told.note('/visitor', news(1)), told.note('/agent', news(2))]).toEqual([true, false, true, true]);
    expect([told.has('/agent', { id: 'c.2' }), told.has('/visitor', { id: 'c.2' })]).toEqual([true, false]);
    expect([told.note('/agent', ['typing:updated', {}]), told.note('/agent', ['typing:updated', {}]), told.note('/agent', undefined)]).toEqual([true, true, true]);
  });

  it('is forgotten after a while, and a part of it where it is very much', () => {
    let clock = 0;
    const told = new Told(() => clock);
    told.note('/agent', news(1));
    clock = 40_000;
    told.note('/agent', news(2));
    expect(told.has('/agent', { id: 'c.1' })).toBe(true);
    clock = 80_000;
    told.note('/agent', news(3));
    expect(told.has('/agent', { id: 'c.1' })).toBe(false);
    for (let seq = 10; seq < 70_000; seq += 1) told.note('/agent', news(seq));
    expect([told.has('/agent', { id: 'c.3' }), told.has('/agent', { id: 'c.69999' })]).toEqual([false, true]);
  });
});
