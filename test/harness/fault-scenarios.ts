/** The ways in which things break. Each breaks something while people write, and leaves it whole. */
import type { PacketFaults } from './fault-lane.ts';
import type { Stage } from './fault-stage.ts';
import type { Dependency, WorldKind, WorldOptions } from './fault-world.ts';
import type { Gateway } from './gateway.ts';
import { until } from './until.ts';

export interface Scenario {
  name: string;
  /** What happens, for the table and the test's title: "while …". */
  sentence: string;
  worlds: readonly WorldKind[];
  /** What it wants of its world. */
  world?: Pick<WorldOptions, 'smallDisk' | 'jumpingClocks' | 'env'>;
  /** How many rounds a short run has; a long one has more. */
  rounds: number;
  /** Messages of a short run, where the scenario is slow. */
  messages?: number;
  /** Length of each message, where short ones would not do. */
  length?: number;
  play(stage: Stage): Promise<void>;
}

const BOTH: readonly WorldKind[] = ['pglite', 'cluster'];
const CLUSTER: readonly WorldKind[] = ['cluster'];

/** What the gateways owe each other, no heartbeat of a client shall make good for. */
const NO_HEARTBEAT = { env: { HEARTBEAT_MS: '600000' } };

/** Bad, but not so bad that everybody only waits. */
const BAD_WEATHER: PacketFaults = { drop: 0.004, duplicate: 0.04, delay: 0.06, reorder: 0.06 };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'packets', sentence: 'packets are lost, doubled, held up and overtaken, and connections break and fall silent', worlds: BOTH, rounds: 3,
    async play(stage) {
      const { proxy } = stage.world;
      proxy.faults = BAD_WEATHER;
      await stage.eachRound(async (round) => {
        if (round % 2 === 0) proxy.cut(0.5);
        else proxy.silence(0.3);
      });
    },
  },
  {
    name: 'tabs', sentence: 'tabs crash with messages waiting and others on the wire, and are opened again', worlds: BOTH, rounds: 3,
    play: (stage) => stage.eachRound(async () => {
      stage.world.proxy.silence();
      await stage.everybodyWaits();
      stage.people.reloadAll();
    }),
  },
  {
    name: 'kill', sentence: 'gateways are killed with kill -9', worlds: BOTH, rounds: 5,
    play: (stage) => stage.eachRound(async () => killAndStart(stage, stage.chance.pick(stage.world.gateways))),
  },
  {
    name: 'rolling', sentence: 'gateways are stopped and started in order, one after the other', worlds: BOTH, rounds: 2,
    play: (stage) => stage.eachRound(async () => {
      for (const gateway of stage.world.gateways) {
        await gateway.stop();
        stage.deeds.restarts += 1;
        await gateway.start();
      }
    }),
  },
  {
    name: 'frozen', sentence: 'a gateway is frozen until its clients have moved on, and thawed', worlds: BOTH, rounds: 1,
    play: (stage) => stage.eachRound(async () => {
      const gateway = stage.chance.pick(stage.world.gateways);
      const { size } = stage.world.proxy;
      gateway.signal('SIGSTOP');
      stage.deeds.freezes += 1;
      // Those on it notice that nothing is heard of it any more.
      await until(() => stage.world.proxy.size < size, { timeout: 60_000, what: 'somebody to leave the frozen gateway' });
      await stage.moment(2_000, 6_000);
      gateway.signal('SIGCONT');
    }),
  },
  {
    name: 'clock', sentence: 'the clocks of gateways jump a day ahead and back', worlds: BOTH, world: { jumpingClocks: true }, rounds: 4,
    play: (stage) => stage.eachRound(async () => {
      stage.chance.pick(stage.world.gateways).signal('SIGUSR2');
      stage.deeds.jumps += 1;
      if (stage.chance.next() < 0.5) stage.world.proxy.cut(0.5);
    }),
  },
  {
    name: 'disk', sentence: 'the disk of the database is full', worlds: BOTH, world: { smallDisk: true }, rounds: 1, messages: 200, length: 7_000,
    play: (stage) => stage.eachRound(async () => {
      const { disk, postgres } = stage.world;
      disk?.fill();
      // Nothing that is written finds room any more: it waits in the outboxes, and nobody is told otherwise.
      await stage.everybodyWaits();
      await stage.moment(500, 2_500);
      await disk?.clear();
      await postgres?.start();
    }),
  },
  {
    name: 'postgres-kill', sentence: 'Postgres is killed with kill -9 and started again', worlds: CLUSTER, rounds: 3,
    play: (stage) => stage.eachRound(async () => killDependency(stage, stage.world.postgres)),
  },
  {
    name: 'postgres-frozen', sentence: 'Postgres is frozen and thawed', worlds: CLUSTER, rounds: 1,
    play: (stage) => stage.eachRound(async () => freeze(stage, stage.world.postgres)),
  },
  {
    name: 'postgres-partition', sentence: 'the network between gateways and Postgres is cut and falls silent', worlds: CLUSTER, rounds: 2,
    play: (stage) => stage.eachRound(async (round) => {
      await partition(stage, stage.world.postgres, round, () => stage.moment(500, 3_000));
    }),
  },
  {
    name: 'redis-kill', sentence: 'Redis is killed with kill -9 and comes back empty', worlds: CLUSTER, world: NO_HEARTBEAT, rounds: 2,
    play: (stage) => stage.eachRound(async () => {
      await stage.world.redis?.kill();
      stage.deeds.kills += 1;
      await goesOnWithoutRedis(stage);
      await stage.world.redis?.start();
    }),
  },
  {
    name: 'redis-frozen', sentence: 'Redis is frozen and thawed', worlds: CLUSTER, world: NO_HEARTBEAT, rounds: 2,
    play: (stage) => stage.eachRound(async () => {
      stage.world.redis?.freeze();
      stage.deeds.freezes += 1;
      await goesOnWithoutRedis(stage);
      stage.world.redis?.thaw();
    }),
  },
  {
    name: 'redis-partition', sentence: 'the network between gateways and Redis is cut and falls silent', worlds: CLUSTER, world: NO_HEARTBEAT, rounds: 2,
    play: (stage) => stage.eachRound((round) => partition(stage, stage.world.redis, round, () => goesOnWithoutRedis(stage))),
  },
  {
    name: 'mixed', sentence: 'all of that happens at once', worlds: BOTH, world: { jumpingClocks: true }, rounds: 5,
    async play(stage) {
      const { world, chance } = stage;
      world.proxy.faults = BAD_WEATHER;
      await stage.eachRound(() => chance.pick(misfortunes(stage))());
    },
  },
];

/** What can happen in a mixed run, each of it whole again when it resolves. */
function misfortunes(stage: Stage): Array<() => Promise<void>> {
  const { world: { proxy, gateways, redis, postgres }, chance, deeds } = stage;
  const any: Array<() => Promise<void>> = [
    () => killAndStart(stage, chance.pick(gateways)),
    async () => {
      const gateway = chance.pick(gateways);
      await gateway.stop();
      deeds.restarts += 1;
      await gateway.start();
    },
    async () => proxy.cut(0.6),
    async () => proxy.silence(0.4),
    async () => {
      chance.pick(gateways).signal('SIGUSR2');
      deeds.jumps += 1;
    },
    async () => {
      const gateway = chance.pick(gateways);
      gateway.signal('SIGSTOP');
      deeds.freezes += 1;
      await stage.moment(500, 4_000);
      gateway.signal('SIGCONT');
    },
  ];
  if (!redis || !postgres) return any;
  return [...any,
    () => killDependency(stage, postgres),
    () => killDependency(stage, redis),
    async () => {
      redis.freeze();
      deeds.freezes += 1;
      await stage.moment(500, 4_000);
      redis.thaw();
    },
    () => partition(stage, chance.pick([redis, postgres]), chance.between(0, 1), () => stage.moment(500, 3_000)),
  ];
}

async function killAndStart(stage: Stage, gateway: Gateway): Promise<void> {
  await gateway.kill();
  stage.deeds.kills += 1;
  if (stage.chance.next() < 0.3) {
    // Killed once more while it starts: it is in the middle of putting the database right.
    gateway.launch();
    await stage.moment(30, 900);
    await gateway.kill();
    stage.deeds.kills += 1;
  }
  await gateway.start();
}

async function killDependency(stage: Stage, server: Dependency | undefined): Promise<void> {
  await server?.kill();
  stage.deeds.kills += 1;
  await stage.moment(100, 1_500);
  await server?.start();
}

async function freeze(stage: Stage, server: Dependency | undefined): Promise<void> {
  server?.freeze();
  stage.deeds.freezes += 1;
  await stage.moment(2_000, 6_000);
  server?.thaw();
}

async function partition(stage: Stage, server: Dependency | undefined, round: number, meanwhile: () => Promise<void>): Promise<void> {
  if (round % 2 === 0) server?.network.cut();
  else server?.network.silence();
  stage.deeds.partitions += 1;
  await meanwhile();
  server?.network.heal();
}

/**
 * Without Redis messages are committed and reach everybody, wherever they are connected: the gateways ask the database. Nobody writes any
 * more by then, so no later message gives away that one is missing.
 */
async function goesOnWithoutRedis(stage: Stage): Promise<void> {
  await stage.allAcknowledged();
  await stage.people.everybodyShows();
}
