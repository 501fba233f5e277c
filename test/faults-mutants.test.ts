/**
 * The fault tests, tested: gateways and clients with a mistake in them, planted one at a time, and each has to be found. The same run
 * without a mistake finds nothing.
 */
import { describe, expect, it } from 'vitest';
import type { Clients } from './harness/fault-people.ts';
import { runFaults } from './harness/fault-run.ts';
import type { Scenario } from './harness/fault-scenarios.ts';
import { ForgetfulVisitor, HastyAgent } from './harness/mutant-clients.ts';
import { chooseSeed } from './harness/random.ts';

const seed = chooseSeed();

/** A little of everything that each mistake needs to show: doubled packets, a gateway killed in mid-sentence, pages loaded again with messages waiting. */
const TROUBLE: Scenario = {
  name: 'trouble', sentence: 'packets are doubled, the gateway is killed and pages are loaded again', worlds: ['pglite'], rounds: 2,
  async play(stage) {
    const { world, people } = stage;
    world.proxy.faults = { drop: 0, duplicate: 0.05, delay: 0.02, reorder: 0 };
    await stage.eachRound(async () => {
      for (const gateway of world.gateways) await gateway.kill();
      stage.deeds.kills += 1;
      await stage.everybodyWaits();
      for (const visitor of people.visitors) for (let tab = 0; tab < visitor.tabs; tab += 1) visitor.reload(tab);
      for (const gateway of world.gateways) await gateway.start();
    });
  },
};

/** What stands before the colon of each difference: its kind. */
async function kindsFound(mistake: { clients?: Partial<Clients>; gateway?: string }): Promise<Set<string>> {
  const { differences } = await runFaults({
    scenario: TROUBLE, world: 'pglite', seed, visitors: 4, agents: 2, messages: 150, rounds: TROUBLE.rounds,
    program: ['test/harness/mutant-gateway.ts'], env: { MUTANT: mistake.gateway ?? 'none' },
    // Some mistakes keep clients waiting for ever; what is found does not depend on how long that is.
    ...(mistake.clients || mistake.gateway ? { patienceMs: 30_000, settleMs: 4_000 } : {}),
    ...(mistake.clients ? { clients: mistake.clients } : {}),
  });
  return new Set(differences.map((sentence) => sentence.split(':')[0] ?? ''));
}

describe(`the fault tests (MIRADESK_SEED=${seed})`, () => {
  it('find nothing where there is no mistake', async () => {
    expect(await kindsFound({})).toEqual(new Set());
  }, 300_000);

  it.each([
    ['a gateway that acknowledges before the commit', 'ack before the commit', 'acknowledged'],
    ['a gateway that does not recognise what was sent before', 'no de-duplication', 'doubled'],
    ['a gateway that loses broadcasts and does not repair it', 'broadcasts lost without repair', 'shown'],
    ['a gateway that skips a seq', 'a seq skipped', 'acknowledged'],
  ])('find %s', async (_, gateway, kind) => {
    expect(await kindsFound({ gateway })).toContain(kind);
  }, 300_000);

  it.each([
    ['a visitor\'s client that forgets its outbox when the page is loaded again', { Visitor: ForgetfulVisitor }, 'lost'],
    ['an agent\'s client that sends the newest first', { Agent: HastyAgent }, 'order'],
  ] satisfies Array<[string, Partial<Clients>, string]>)('find %s', async (_, clients, kind) => {
    expect(await kindsFound({ clients })).toContain(kind);
  }, 300_000);
});
