/** What a scenario works with: the world, its people, and how far they have come. */
import type { People } from './fault-people.ts';
import type { World } from './fault-world.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';

/** What a scenario did, counted. */
export interface Deeds { kills: number; freezes: number; restarts: number; partitions: number; jumps: number }

/** The part of a round's messages that is written when what was broken is whole again. */
const KEPT = 0.2;

export class Stage {
  readonly world: World;
  readonly people: People;
  readonly chance: Random;
  /** How often the scenario does what it does. */
  readonly rounds: number;
  readonly deeds: Deeds = { kills: 0, freezes: 0, restarts: 0, partitions: 0, jumps: 0 };
  readonly #patienceMs: number;

  constructor(options: { world: World; people: People; chance: Random; rounds: number; patienceMs: number }) {
    this.world = options.world;
    this.people = options.people;
    this.chance = options.chance;
    this.rounds = options.rounds;
    this.#patienceMs = options.patienceMs;
  }

  /**
   * Calls `disturb` once a round, spread over what is written: while it runs people write on, as far as they get and the round goes. A
   * little is kept for when it is over.
   */
  async eachRound(disturb: (round: number) => Promise<void>): Promise<void> {
    const { people, rounds } = this;
    for (let round = 0; round < rounds; round += 1) {
      const [from, to] = [round / rounds, (round + 1) / rounds];
      people.allow(to - (to - from) * KEPT);
      // Somewhere in the first part of the round: the machine decides where exactly, the seed where about.
      await this.acknowledged(from + (to - from) * (0.1 + 0.4 * this.chance.next()));
      await this.moment(0, 30);
      people.trouble = true;
      try {
        await disturb(round);
      } finally {
        people.trouble = false;
      }
      people.allow(to);
    }
  }

  /** Resolves when this part (0 to 1) of all messages has been acknowledged. */
  async acknowledged(part: number): Promise<void> {
    const enough = Math.floor(this.people.total * part);
    await until(() => this.people.acknowledged >= enough, { timeout: this.#patienceMs, every: 2, what: `${enough} acknowledgements` });
  }

  /** Resolves when all that may be written for the time being has been acknowledged: things go on, whatever is broken. */
  async allAcknowledged(): Promise<void> {
    await until(() => this.people.idle && this.people.waiting === 0, { timeout: this.#patienceMs, every: 2, what: 'what was written to be acknowledged' });
  }

  /** Resolves when everybody has something waiting, as far as they have anything to say; which takes something broken. */
  async everybodyWaits(): Promise<void> {
    await until(() => this.people.stuck && this.people.waiting > 0, { timeout: this.#patienceMs, every: 2, what: 'everybody to have something waiting' });
  }

  /** A moment by chance, so that what follows falls anywhere in what the gateway is doing. Nothing is waited for here. */
  moment(low: number, high: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.chance.between(low, high)));
  }
}
