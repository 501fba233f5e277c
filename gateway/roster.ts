/**
 * Which members have windows at a place (in the inbox, or at a conversation), here and at the other gateways. A lease says so to the others
 * (leases.ts); each gateway tells its own clients what changed for them. Coming is told at once, going after a grace: a reload, or a move to
 * another gateway, is no going away.
 */
import type { MemberRef } from '../shared/protocol.ts';
import type { Leases } from './leases.ts';
import type { Logger } from './logger.ts';
import type { Place } from './store/cluster-store.ts';

export interface RosterOptions {
  leases: Leases;
  logger: Logger;
  /** How long somebody may be away before it is told, in milliseconds. */
  graceMs: number;
  /** Somebody came or went: `present` are all who are there now. Called only for places that have windows here. */
  onChange(workspaceId: string, place: Place, change: { came: MemberRef[]; went: MemberRef[]; present: MemberRef[] }): void;
  /** Who is there changed because of this gateway; others want to look. */
  wake(workspaceId: string, place: Place): void;
}

interface Window { member: MemberRef; count: number; leased: boolean }

interface Spot {
  workspaceId: string;
  place: Place;
  /** By member: those with windows here, and those whose lease has still to be given back. */
  windows: Map<string, Window>;
  /** Who is told to be there. */
  told: Map<string, MemberRef>;
  leaving: Map<string, NodeJS.Timeout>;
  /** One question to the database at a time, so that answers come in order. */
  busy: Promise<void> | null;
  look: boolean;
}

export class Roster {
  readonly #options: RosterOptions;
  readonly #spots = new Map<string, Spot>();
  #closed = false;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** A window of a member is at the place. Resolves when that is known to all. */
  arrived(workspaceId: string, place: Place, member: MemberRef): Promise<void> {
    const spot = this.#spot(workspaceId, place);
    const known = spot.windows.get(member.id);
    if (known) known.count += 1;
    else spot.windows.set(member.id, { member: { id: member.id, name: member.name }, count: 1, leased: false });
    this.#greet(spot, [{ id: member.id, name: member.name }]); // whatever becomes of the database
    return this.#settle(spot);
  }

  /** It is not any more. */
  left(workspaceId: string, place: Place, memberId: string): void {
    const spot = this.#spots.get(keyOf(workspaceId, place));
    const known = spot?.windows.get(memberId);
    if (!spot || !known || known.count === 0) return;
    known.count -= 1;
    if (known.count === 0) void this.#settle(spot);
  }

  /** Who is there, as it is told to clients: with those who just went. */
  async present(workspaceId: string, place: Place): Promise<MemberRef[]> {
    const spot = this.#spots.get(keyOf(workspaceId, place));
    if (!spot) return this.#options.leases.holders(workspaceId, place);
    await this.#look(spot);
    return [...spot.told.values()];
  }

  /** Looks again who is there, if anybody here wants to know. */
  refresh(workspaceId: string, place: Place): void {
    const spot = this.#spots.get(keyOf(workspaceId, place));
    if (spot) void this.#look(spot);
  }

  refreshAll(): void {
    for (const spot of this.#spots.values()) void this.#look(spot);
  }

  /** Tries again what the database did not take. */
  retry(): void {
    for (const spot of this.#spots.values()) if (unsettled(spot).length > 0) void this.#settle(spot);
  }

  /** The leases are gone: takes them again. */
  retake(): void {
    for (const spot of this.#spots.values()) for (const window of spot.windows.values()) window.leased = false;
    this.retry();
  }

  close(): void {
    this.#closed = true;
    for (const { leaving } of this.#spots.values()) for (const timer of leaving.values()) clearTimeout(timer);
    this.#spots.clear();
  }

  #spot(workspaceId: string, place: Place): Spot {
    const key = keyOf(workspaceId, place);
    const known = this.#spots.get(key);
    if (known) return known;
    const spot: Spot = { workspaceId, place, windows: new Map(), told: new Map(), leaving: new Map(), busy: null, look: false };
    this.#spots.set(key, spot);
    return spot;
  }

  #look(spot: Spot): Promise<void> {
    spot.look = true;
    return this.#settle(spot);
  }

  /** Brings the leases to what is so, and looks who is there; until nothing is left to do. */
  #settle(spot: Spot): Promise<void> {
    spot.busy ??= this.#work(spot)
      .catch((error: unknown) => this.#options.logger.debug({ err: error }, 'a lease could not be changed'))
      .finally(() => {
        spot.busy = null;
        this.#forgetEmpty(spot);
      });
    return spot.busy;
  }

  async #work(spot: Spot): Promise<void> {
    const { leases, wake } = this.#options;
    const { workspaceId, place } = spot;
    let changed = false;
    try {
      for (;;) {
        const [next] = unsettled(spot);
        if (next) {
          const here = next.count > 0;
          const holders = await (here ? leases.take(workspaceId, place, next.member) : leases.drop(workspaceId, place, next.member));
          next.leased = here;
          if (!here && next.count === 0) spot.windows.delete(next.member.id);
          changed = true;
          this.#take(spot, holders);
        } else if (spot.look) {
          spot.look = false;
          this.#take(spot, await leases.holders(workspaceId, place));
        } else return;
      }
    } finally {
      if (changed && !this.#closed) wake(workspaceId, place);
    }
  }

  /** Compares who is there with who was told to be. */
  #take(spot: Spot, holders: readonly MemberRef[]): void {
    if (this.#closed) return;
    const present = new Map(holders.map((member) => [member.id, member]));
    // Whoever has a window here is here, whatever the database has heard of it.
    for (const { member, count } of spot.windows.values()) if (count > 0) present.set(member.id, member);
    for (const [id, member] of spot.told) {
      if (present.has(id) || spot.leaving.has(id)) continue;
      spot.leaving.set(id, setTimeout(() => {
        spot.leaving.delete(id);
        spot.told.delete(id);
        this.#tell(spot, [], [member]);
        this.#forgetEmpty(spot);
      }, this.#options.graceMs));
    }
    this.#greet(spot, [...present.values()]);
  }

  /** These are there. */
  #greet(spot: Spot, present: readonly MemberRef[]): void {
    const came = present.filter(({ id }) => !spot.told.has(id));
    for (const member of present) {
      clearTimeout(spot.leaving.get(member.id));
      spot.leaving.delete(member.id);
      spot.told.set(member.id, member);
    }
    if (came.length > 0) this.#tell(spot, came, []);
  }

  #tell(spot: Spot, came: MemberRef[], went: MemberRef[]): void {
    this.#options.onChange(spot.workspaceId, spot.place, { came, went, present: [...spot.told.values()] });
  }

  /** Nobody here wants to know any more. */
  #forgetEmpty(spot: Spot): void {
    if (spot.busy || spot.windows.size > 0) return;
    for (const timer of spot.leaving.values()) clearTimeout(timer);
    this.#spots.delete(keyOf(spot.workspaceId, spot.place));
  }
}

function keyOf(workspaceId: string, place: Place): string {
  return `${workspaceId} ${place ?? ''}`;
}

/** Members whose lease is not as it should be. */
function unsettled(spot: Spot): Window[] {
  return [...spot.windows.values()].filter(({ count, leased }) => leased !== count > 0);
}
