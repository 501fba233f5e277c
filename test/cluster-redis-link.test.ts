/** The link between gateways on a real Redis: what is published arrives, what cannot be published is dropped, and what got lost is noticed. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisLink, type Field } from '../gateway/redis-link.ts';
import { startRedis, type Redis } from './harness/redis.ts';
import { until } from './harness/until.ts';

let redis: Redis;
const links: RedisLink[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});
afterAll(() => redis.kill());

/** A link that works, and what came over it. */
async function open(gatewayId: string, stream: string) {
  const link = new RedisLink({ url: redis.url, gatewayId, stream });
  links.push(link);
  const heard: Field[] = [];
  const changes: boolean[] = [];
  let missed = 0;
  link.listen({ onChange: (up) => void changes.push(up), onMissed: () => { missed += 1; }, onField: (field) => void heard.push(field) });
  await until(() => link.up, { every: 5 });
  return { link, heard, changes, missed: () => missed };
}

const values = (heard: readonly Field[]): string[] => heard.map(([, value]) => value);

describe('the link', () => {
  it('brings everything to the others in its order, from the very first, and nothing to its sender', async () => {
    const [one, two] = [await open('one', 'order'), await open('two', 'order')];
    const sent = Array.from({ length: 5_000 }, (_, index) => `message ${index}`);
    for (const value of sent) one.link.publish(['x', value]);
    await until(() => two.heard.length >= sent.length);
    expect(values(two.heard)).toEqual(sent);
    expect(one.heard).toEqual([]);
    expect([one.missed(), two.missed()]).toEqual([0, 0]);
  });

  it('brings large things and many small ones in entries of a bounded size', async () => {
    const [one, two] = [await open('one', 'large'), await open('two', 'large')];
    const large = 'x'.repeat(300_000);
    for (let count = 0; count < 5; count += 1) one.link.publish(['large', large]);
    for (let count = 0; count < 1_000; count += 1) one.link.publish(['small', '']);
    await until(() => two.heard.length === 1_005);
    expect(values(two.heard.slice(0, 5)).every((value) => value === large)).toBe(true);
  });

  it('goes on where it was after a short break of the connection', async () => {
    const [one, two] = [await open('one', 'break'), await open('two', 'break')];
    one.link.publish(['x', 'before']);
    await until(() => two.heard.length === 1);
    await redis.ask((client) => client.call('CLIENT', ['KILL', 'TYPE', 'normal']));
    await until(() => one.changes.includes(false) && two.changes.includes(false) && one.link.up);
    one.link.publish(['x', 'after']);
    await until(() => values(two.heard).includes('after'));
    expect(values(two.heard)).toEqual(['before', 'after']);
  });

  it('says within two seconds that Redis is frozen, gathers nothing for it, and works again by itself', async () => {
    const [one, two] = [await open('one', 'frozen'), await open('two', 'frozen')];
    redis.freeze();
    try {
      const since = performance.now();
      await until(() => !one.link.up && !two.link.up, { every: 5 });
      expect(performance.now() - since).toBeLessThan(2_000 + 3_000); // and room for a busy machine
      const before = process.memoryUsage().heapUsed;
      for (let count = 0; count < 100_000; count += 1) one.link.publish(['x', `${count} ${'y'.repeat(1_000)}`]);
      await new Promise((resolve) => { setImmediate(resolve); });
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(80 * 1024 * 1024); // of the 200 MB that it was
    } finally {
      redis.thaw();
    }
    await until(() => one.link.up && two.link.up);
    one.link.publish(['x', 'after']);
    await until(() => two.heard.length > 0);
    expect(values(two.heard)).toEqual(['after']);
    expect(two.missed()).toBeGreaterThan(0);
    expect([one.changes, two.changes]).toEqual([[true, false, true], [true, false, true]]);
  });

  it('works again on a Redis that comes back empty', async () => {
    const [one, two] = [await open('one', 'empty'), await open('two', 'empty')];
    await redis.kill();
    await until(() => !one.link.up && !two.link.up);
    await redis.start();
    await until(() => one.link.up && two.link.up);
    one.link.publish(['x', 'after']);
    await until(() => two.heard.length === 1);
  });

  it('notices what was taken out of the stream before it was read', async () => {
    const [one, two] = [await open('one', 'trimmed'), await open('two', 'trimmed')];
    // In one step, so that nobody reads in between.
    await redis.ask((client) => client.call('EVAL', [`
      redis.call('XADD', KEYS[1], '*', 'from', 'three', 'number', '1')
      local gone = redis.call('XADD', KEYS[1], '*', 'from', 'three', 'number', '2', 'x', 'lost')
      redis.call('XDEL', KEYS[1], gone)
      redis.call('XADD', KEYS[1], '*', 'from', 'three', 'number', '3', 'x', 'kept')`, '1', 'trimmed']));
    for (const { heard, missed } of [one, two]) {
      await until(() => missed() === 1);
      expect(values(heard)).toEqual(['kept']);
    }
  });

  it('keeps the stream short', async () => {
    const one = await open('one', 'short');
    await until(async () => (await redis.ask((client) => client.xlen('short'))) > 1);
    // As if what is there had been written half a minute ago.
    await redis.ask((client) => client.call('EVAL', [`
      redis.call('DEL', KEYS[1])
      for index = 1, 1000 do redis.call('XADD', KEYS[1], (ARGV[1] - 30000) .. '-' .. index, 'from', 'old', 'number', index) end`, '1', 'short', String(Date.now())]));
    await until(async () => (await redis.ask((client) => client.xlen('short'))) < 500);
    expect(one.link.up).toBe(true);
  });
});

describe('a Redis that does not let us in', () => {
  it('is told as it is, and never works', async () => {
    await redis.ask((client) => client.call('CONFIG', ['SET', 'requirepass', 'kettle']));
    try {
      const link = new RedisLink({ url: redis.url, gatewayId: 'one' });
      links.push(link);
      await until(() => /NOAUTH/.test(link.reason));
      expect(link.up).toBe(false);
      const right = new RedisLink({ url: redis.url.replace('//', '//:kettle@'), gatewayId: 'two' });
      links.push(right);
      await until(() => right.up);
    } finally {
      await redis.ask(async (client) => {
        await client.call('AUTH', ['kettle']);
        await client.call('CONFIG', ['SET', 'requirepass', '']);
      });
    }
  });
});
