/**
 * One run of a fault test: people write, a scenario breaks things, and then everything is compared: what they sent, what they were
 * told, what they show, and what the log holds. What they write and what breaks follows from the seed; the rest is the machine's.
 */
import { differences } from './compare-logs.ts';
import { openClusterWorld } from './fault-cluster.ts';
import { type Clients, People } from './fault-people.ts';
import type { Scenario } from './fault-scenarios.ts';
import { Stage, type Deeds } from './fault-stage.ts';
import { openPGliteWorld, type World, type WorldKind, type WorldOptions } from './fault-world.ts';
import { NO_FAULTS } from './fault-lane.ts';
import type { ProxyCounts } from './fault-proxy.ts';
import { random } from './random.ts';
import { until } from './until.ts';

export interface FaultPlan {
  scenario: Scenario;
  world: WorldKind;
  seed: number;
  visitors: number;
  agents: number;
  messages: number;
  rounds: number;
  /** Gateways, where there can be more than one. */
  gateways?: number;
  /** How long anything may take to go on, in milliseconds; clients wait for up to 15 s between two attempts to connect. */
  patienceMs?: number;
  /** How long it may take at the end until everybody shows everything; as long as anything else. */
  settleMs?: number;
  /** Broken clients or gateways, to see them found out. */
  clients?: Partial<Clients>;
  program?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface FaultReport {
  /** Empty when all is well. */
  differences: string[];
  deeds: Deeds;
  network: ProxyCounts;
  messages: number;
  reloads: number;
  /** Messages written while something was broken. */
  inTrouble: number;
  /** Sessions that began anew. */
  reconnects: number;
  /** Syncs that brought what had been missed. */
  repaired: number;
  /** Longest time from an acknowledgement until all agents showed the entry, in milliseconds. */
  latestMs: number;
  tookMs: number;
  /** What the gateways logged last. */
  log: string;
}

const PATIENCE_MS = 90_000;

export async function runFaults(plan: FaultPlan): Promise<FaultReport> {
  const started = performance.now();
  const patienceMs = plan.patienceMs ?? PATIENCE_MS;
  const chance = random(plan.seed);
  const world = await openWorld(plan.world, {
    ...plan.scenario.world, seed: chance.between(0, 2 ** 31), ...pick(plan, 'gateways', 'program'), env: { ...plan.scenario.world?.env, ...plan.env },
  });
  const people = new People({ url: world.proxy.url, cookies: world.cookies, chance, patienceMs, ...pick(plan, 'visitors', 'agents', 'messages', 'clients'), ...pick(plan.scenario, 'length') });
  const stage = new Stage({ world, people, chance: random(chance.between(0, 2 ** 31)), rounds: plan.rounds, patienceMs });
  const clientsAtFirst = people.visitors.reduce((sum, { tabs }) => sum + tabs, 0) + people.agents.length;
  try {
    people.start();
    const found = await playAndCompare(world, people, stage, plan.scenario, plan.settleMs ?? patienceMs);
    return {
      differences: found,
      deeds: stage.deeds, network: world.proxy.counts,
      messages: people.counts.messages, reloads: people.counts.reloads, inTrouble: people.counts.inTrouble,
      reconnects: Math.max(0, people.sessions - clientsAtFirst - people.counts.reloads), repaired: people.repaired,
      latestMs: Math.round(people.latest), tookMs: Math.round(performance.now() - started),
      log: world.gateways.map(({ stderr }, index) => `gateway ${index + 1}:\n${stderr.slice(-4_000)}`).join('\n'),
    };
  } finally {
    people.stop();
    await world.discard();
  }
}

async function playAndCompare(world: World, people: People, stage: Stage, scenario: Scenario, settleMs: number): Promise<string[]> {
  let stuck: string | undefined;
  try {
    await Promise.all([people.write(), scenario.play(stage)]);
    world.proxy.faults = NO_FAULTS;
    await settle(people, settleMs);
  } catch (error) {
    // Told with everything else that is wrong, which may say why.
    stuck = `stuck: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { waiting } = people;
  people.stop();
  await world.stop();
  const found = differences({ log: await world.readLog(), senders: people.senders(), views: people.views() });
  const replayed = await world.replay();
  return [
    ...(stuck === undefined ? [] : [stuck]),
    ...(waiting === 0 ? [] : [`waiting: ${waiting} messages were still waiting at the end`]),
    ...people.all.flatMap((one) => one.refused.map((code) => `refused: ${one.name} was refused with ${code}`)),
    ...found,
    ...(replayed === null ? [] : [`replay: ${replayed}`]),
  ];
}

/** Until nothing waits and everybody shows what somebody who has just come in is told. */
async function settle(people: People, patienceMs: number): Promise<void> {
  const fresh = people.freshAgent();
  fresh.start();
  try {
    await until(() => people.waiting === 0, { timeout: patienceMs, what: 'the last messages to be acknowledged' });
    await until(async () => {
      for (const visitor of people.visitors) await visitor.loadAll();
      const log = Array.from(fresh.logs.values()).flat().map((entry) => ({ ...entry, text: entry.text ?? null }));
      const [difference] = differences({ log, senders: people.senders(), views: people.views() });
      if (difference !== undefined) throw new Error(difference);
      // Asked again: a tab that was loaded anew at the very end says that nothing waits until it has read its outbox, and sends that then.
      if (people.waiting > 0) throw new Error(`${people.waiting} messages are waiting`);
      return true;
    }, { timeout: patienceMs, every: 100, what: 'all clients to show the log' });
  } finally {
    fresh.stop();
  }
}

function openWorld(kind: WorldKind, options: WorldOptions): Promise<World> {
  return kind === 'pglite' ? openPGliteWorld(options) : openClusterWorld(options);
}

/** These fields, where they are set. */
function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>;
}
