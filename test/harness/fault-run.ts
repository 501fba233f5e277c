/**
 * People who write while the gateway is killed: one run of a fault test. What they write, when they load their page again
 * and when the gateway dies follows from the seed; the rest is left to the machine.
 */
import { AgentClient } from './agent-client.ts';
import { differences, type View } from './compare-logs.ts';
import { startGateway } from './gateway.ts';
import { type Random, random } from './random.ts';
import { readLog } from './read-log.ts';
import { until } from './until.ts';
import { VisitorClient } from './visitor-client.ts';

export interface FaultPlan { seed: number; visitors: number; agents: number; messages: number; kills: number }

export interface FaultReport {
  /** Empty when all is well. */
  differences: string[];
  messages: number;
  kills: number;
  reloads: number;
  /** Messages written while there was no gateway. */
  writtenWhileDown: number;
}

/** As fast as people in a hurry, times many; the limits for them have tests of their own. */
const NO_LIMITS = '1000000/1000000';
const ENVIRONMENT = {
  HEARTBEAT_MS: '1000',
  RATE_VISITOR_MESSAGES: NO_LIMITS, RATE_VISITOR_REQUESTS: NO_LIMITS, RATE_MEMBER_REQUESTS: NO_LIMITS,
  RATE_CONNECTIONS: NO_LIMITS, RATE_HTTP: NO_LIMITS, RATE_SIGN_IN_IP: NO_LIMITS,
};
/** Nobody writes further ahead of the acknowledgements than this; while the gateway is down people go on for a while. */
const MOST_WAITING = { up: 4, down: 12 };
/** For the last messages to get through after the last kill; clients wait for up to 15 s between two attempts. */
const SETTLE_MS = 60_000;

/** What the writers ask and tell the run. */
interface Desk { mayWrite(waiting: number): boolean; note(what: 'message' | 'reload'): void }

export async function runFaults(plan: FaultPlan): Promise<FaultReport> {
  const chance = random(plan.seed);
  const gateway = await startGateway({ env: ENVIRONMENT });
  const { cookie } = await gateway.signIn();
  // Every other visitor has two tabs open and writes in both.
  const visitors = Array.from({ length: plan.visitors }, (_, index) => new VisitorClient({ url: gateway.url, name: `visitor ${index + 1}`, tabs: 1 + (index % 2) }));
  const agents = Array.from({ length: plan.agents }, (_, index) => new AgentClient({ url: gateway.url, cookie, name: `agent ${index + 1}` }));
  const people = [...visitors, ...agents];
  let down = false;
  const report: FaultReport = { differences: [], messages: 0, kills: 0, reloads: 0, writtenWhileDown: 0 };
  const desk: Desk = {
    mayWrite: (waiting) => waiting < (down ? MOST_WAITING.down : MOST_WAITING.up),
    note(what) {
      if (what === 'reload') report.reloads += 1;
      else report.messages += 1;
      if (what === 'message' && down) report.writtenWhileDown += 1;
    },
  };
  try {
    for (const one of people) one.start();
    const share = Math.ceil(plan.messages / people.length);
    const writing = Promise.all([
      ...visitors.map((visitor) => writeAsVisitor(visitor, share, random(chance.between(0, 2 ** 31)), desk)),
      ...agents.map((agent) => writeAsAgent(agent, share, random(chance.between(0, 2 ** 31)), desk)),
    ]);
    await Promise.all([writing, killAgainAndAgain()]);
    await settle();
    for (const one of people) one.stop();
    await gateway.stop();
    report.differences = [...people.flatMap((one) => one.refused.map((code) => `refused: ${one.name} was refused with ${code}`)), ...differences({ log: await readLog(gateway.dataDir), senders: people, views: views() })];
    return report;
  } finally {
    for (const one of people) one.stop();
    await gateway.kill();
  }

  async function killAgainAndAgain(): Promise<void> {
    const between = plan.messages / (plan.kills + 1);
    while (report.kills < plan.kills) {
      const enough = acknowledged() + chance.between(Math.ceil(between * 0.3), Math.ceil(between));
      await until(() => acknowledged() >= enough, { timeout: SETTLE_MS, every: 2, what: `${enough} acknowledgements` });
      await moment(chance, 0, 30);
      await gateway.kill();
      down = true;
      report.kills += 1;
      if (chance.next() < 0.3) {
        // Killed once more while it starts: it is in the middle of putting the database right.
        gateway.launch();
        await moment(chance, 30, 900);
        await gateway.kill();
      }
      await gateway.start();
      down = false;
    }
  }

  function acknowledged(): number {
    return people.reduce((sum, one) => sum + one.acknowledged.length, 0);
  }

  /** Until nothing waits and everybody shows what somebody who has just come in is told. */
  async function settle(): Promise<void> {
    await until(() => people.every((one) => one.waiting === 0), { timeout: SETTLE_MS, what: 'the last messages to be acknowledged' });
    const fresh = new AgentClient({ url: gateway.url, cookie, name: 'a fresh agent' });
    fresh.start();
    try {
      await until(async () => {
        for (const visitor of visitors) await visitor.loadAll();
        const log = Array.from(fresh.logs.values()).flat().map((entry) => ({ ...entry, text: entry.text ?? null }));
        const found = differences({ log, senders: people, views: views() });
        if (found.length > 0) throw new Error(found.join('\n'));
        return true;
      }, { timeout: SETTLE_MS, every: 100, what: 'all clients to show the log' });
    } catch {
      // What is wrong is found again in the stored log, and told from there.
    } finally {
      fresh.stop();
    }
  }

  function views(): View[] {
    return [
      ...visitors.flatMap((visitor) => Array.from({ length: visitor.tabs }, (_, tab): View => ({ name: `${visitor.name}, tab ${tab + 1},`, audience: 'visitor', conversations: visitor.shown(tab) }))),
      ...agents.map((agent): View => ({ name: agent.name, audience: 'agent', conversations: agent.shown() })),
    ];
  }
}

async function writeAsVisitor(visitor: VisitorClient, count: number, chance: Random, { mayWrite, note }: Desk): Promise<void> {
  for (let written = 1; written <= count; written += 1) {
    await until(() => mayWrite(visitor.waiting), { timeout: SETTLE_MS, every: 2, what: `${visitor.name}'s outbox to empty` });
    await visitor.say(`${visitor.name} writes ${written}`, chance.between(0, visitor.tabs - 1));
    note('message');
    if (chance.next() < 0.02) {
      visitor.reload(chance.between(0, visitor.tabs - 1));
      note('reload');
    }
  }
}

async function writeAsAgent(agent: AgentClient, count: number, chance: Random, { mayWrite, note }: Desk): Promise<void> {
  for (let written = 1; written <= count; written += 1) {
    await until(() => agent.logs.size > 0 && mayWrite(agent.waiting), { timeout: SETTLE_MS, every: 2, what: `${agent.name}'s outbox to empty` });
    const conversation = chance.pick(Array.from(agent.logs.keys()).toSorted());
    agent.say(chance.next() < 0.2 ? 'note:add' : 'message:send', conversation, `${agent.name} writes ${written}`);
    note('message');
    if (chance.next() < 0.01) {
      agent.reload();
      note('reload');
    }
  }
}

/** A moment by chance, so that the kill falls anywhere in what the gateway is doing. Nothing is waited for here. */
function moment(chance: Random, low: number, high: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, chance.between(low, high)));
}
