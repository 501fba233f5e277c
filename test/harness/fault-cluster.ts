/** The world of several gateways: each a process of its own, on one Postgres and one Redis, each reaching both through relays of its own. */
import { Client } from 'pg';
import type { LogEntry } from './compare-logs.ts';
import { smallDisk } from './fault-disk.ts';
import { FaultProxy } from './fault-proxy.ts';
import { addSecondMember, type Dependency, ENVIRONMENT, programOf, replay, signInBoth, type World, type WorldOptions } from './fault-world.ts';
import { Gateway } from './gateway.ts';
import { POSTGRES_PASSWORD, POSTGRES_USER, startPostgres } from './postgres.ts';
import { type Random, random } from './random.ts';
import { startRedis } from './redis.ts';
import { Relay } from './relay.ts';
import { temporaryDirectory } from './workplace.ts';

/** Megabytes; an empty cluster takes 40. */
const DISK_MB = 200;

/** Opens it. What goes wrong on the way is undone. */
export async function openClusterWorld(options: WorldOptions): Promise<World> {
  const chance = random(options.seed);
  const undo: Array<() => Promise<unknown>> = [];
  const discard = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const disk = options.smallDisk ? await smallDisk(temporaryDirectory('disk'), DISK_MB) : undefined;
    if (disk) undo.push(() => disk.release());
    const [postgres, redis] = await Promise.all([
      startPostgres(disk ? { directory: disk.directory, settings: { max_wal_size: '64MB' } } : {}),
      startRedis(),
    ]);
    undo.push(() => postgres.kill(), () => {
      redis.thaw();
      return redis.kill();
    });
    const databaseUrl = await postgres.createDatabase('miradesk');
    const gateways: Gateway[] = [];
    const roads: Record<'postgres' | 'redis', Relay[]> = { postgres: [], redis: [] };
    for (let index = 0; index < (options.gateways ?? 2); index += 1) {
      const [toPostgres, toRedis] = await Promise.all([Relay.start({ port: postgres.port }), Relay.start({ port: redis.port })]);
      undo.push(() => toPostgres.stop(), () => toRedis.stop());
      roads.postgres.push(toPostgres);
      roads.redis.push(toRedis);
      const gateway = new Gateway({
        program: programOf(options),
        env: {
          ...ENVIRONMENT, ...options.env, REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
          DATABASE_URL: `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${toPostgres.port}/miradesk`,
        },
      });
      gateways.push(gateway);
      undo.push(() => {
        gateway.signal('SIGCONT');
        return gateway.kill();
      });
    }
    await Promise.all(gateways.map((gateway) => gateway.start()));
    await addSecondMember({ dataDir: '', databaseUrl });
    const proxy = await FaultProxy.open({ seed: options.seed, origins: () => gateways.map(({ url }) => url) });
    undo.push(() => proxy.close());
    return {
      kind: 'cluster', proxy, gateways, disk, discard,
      cookies: await signInBoth(proxy),
      postgres: {
        kill: () => postgres.kill(),
        // It may have ended by itself: a server whose disk is full does.
        start: async () => { if (!postgres.running) await postgres.start(); },
        freeze: () => void postgres.freeze(),
        thaw: () => postgres.thaw(),
        network: networkOf(roads.postgres, chance),
      },
      redis: {
        kill: () => redis.kill(), start: () => redis.start(), freeze: () => redis.freeze(), thaw: () => redis.thaw(),
        network: networkOf(roads.redis, chance),
      },
      stop: async () => void (await Promise.all(gateways.map((gateway) => gateway.stop()))),
      readLog: () => readStoredLog(databaseUrl),
      replay: () => replay({ DATABASE_URL: databaseUrl }),
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** The stretches of network to one server. What breaks, breaks for at least one gateway, and not always for all. */
function networkOf(relays: readonly Relay[], chance: Random): Dependency['network'] {
  const some = (): Relay[] => {
    const sure = chance.pick(relays);
    return relays.filter((relay) => relay === sure || chance.next() < 0.5);
  };
  return {
    silence: () => { for (const relay of some()) relay.silence(); },
    cut: () => { for (const relay of some()) relay.cut(); },
    heal: () => { for (const relay of relays) relay.heal(); },
  };
}

async function readStoredLog(databaseUrl: string): Promise<LogEntry[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<LogEntry>(`
      select conversation_id as "conversationId", seq, kind, client_id as "clientId", body as text
      from miradesk.entries order by conversation_id, seq`);
    return rows;
  } finally {
    await client.end();
  }
}
