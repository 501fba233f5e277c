/**
 * One direction of a connection that runs through a bad network: packets are lost, doubled, held up and overtaken by chance.
 * What a lane does with its packets follows from its numbers by chance alone.
 */
import type { Random } from './random.ts';

/** How likely each of these is for one packet, from 0 to 1. */
export interface PacketFaults {
  drop: number;
  duplicate: number;
  /** Held up, and everything after it with it: the order stays. */
  delay: number;
  /** Held up alone: what comes after it goes before it. */
  reorder: number;
}

export const NO_FAULTS: PacketFaults = { drop: 0, duplicate: 0, delay: 0, reorder: 0 };

/** What was done to packets. */
export interface PacketCounts { packets: number; dropped: number; duplicated: number; delayed: number; reordered: number }

export function noPackets(): PacketCounts {
  return { packets: 0, dropped: 0, duplicated: 0, delayed: 0, reordered: 0 };
}

/** How long packets are held up, in milliseconds. */
const HOLD_MS = { delay: 300, reorder: 120, duplicate: 60 };

interface LaneOptions<P> {
  chance: Random;
  /** Asked for each packet, so that the weather can change. */
  faults(): PacketFaults;
  counts: PacketCounts;
  deliver(packet: P): void;
}

export class Lane<P> {
  readonly #options: LaneOptions<P>;
  /** By the time at which they are due; those of the same time in the order in which they came. */
  #queue: Array<{ packet: P; due: number }> = [];
  /** Nothing that keeps its place may be delivered before this. */
  #after = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silent = false;
  #finish: (() => void) | undefined;

  constructor(options: LaneOptions<P>) {
    this.#options = options;
  }

  put(packet: P): void {
    if (this.#silent) return;
    const { chance, counts } = this.#options;
    const faults = this.#options.faults();
    const now = performance.now();
    counts.packets += 1;
    if (chance.next() < faults.drop) {
      counts.dropped += 1;
      return;
    }
    if (chance.next() < faults.reorder) {
      counts.reordered += 1;
      this.#add(packet, Math.max(now, this.#after) + chance.between(5, HOLD_MS.reorder));
    } else {
      if (chance.next() < faults.delay) {
        counts.delayed += 1;
        this.#after = Math.max(now, this.#after) + chance.between(5, HOLD_MS.delay);
      }
      this.#add(packet, Math.max(now, this.#after));
    }
    if (chance.next() < faults.duplicate) {
      counts.duplicated += 1;
      this.#add(packet, Math.max(now, this.#after) + chance.between(0, HOLD_MS.duplicate));
    }
    this.#pump();
  }

  /** From now on nothing comes through. */
  silence(): void {
    this.#silent = true;
    this.#queue = [];
  }

  /** Calls `then` when everything that is under way has been delivered. */
  finish(then: () => void): void {
    this.#finish = then;
    this.#pump();
  }

  /** Forgets what is under way. */
  end(): void {
    clearTimeout(this.#timer);
    this.silence();
    this.#finish = undefined;
  }

  #add(packet: P, due: number): void {
    const place = this.#queue.findLastIndex((one) => one.due <= due) + 1;
    this.#queue.splice(place, 0, { packet, due });
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue[0]; next && next.due <= performance.now(); next = this.#queue[0]) {
      this.#queue.shift();
      this.#options.deliver(next.packet);
    }
    const [next] = this.#queue;
    // A timer may come a little early, and is then set once more.
    if (next) this.#timer = setTimeout(() => this.#pump(), Math.max(1, next.due - performance.now()));
    else this.#finish?.();
  }
}
