/**
 * What goes over the sockets, counted. Everything is a plain number in a place that was made at the start: counting happens for
 * every request, reading now and then. Names that clients make up share one place, so that nobody can make the counts grow.
 */
import { ERRORS, type ErrorCode } from '../shared/errors.ts';
import { agentRequests, visitorRequests, type Catchup } from '../shared/protocol.ts';
import { Buckets, SECONDS } from './store/buckets.ts';

/** How a request or handshake ended. */
export type Result = ErrorCode | 'ok';

const RESULTS: readonly Result[] = ['ok', ...Object.keys(ERRORS) as ErrorCode[]];
const PLACES = Object.fromEntries(RESULTS.map((result, place) => [result, place])) as Record<Result, number>;

/** Counts by result. */
export class Results {
  readonly #counts = new Float64Array(RESULTS.length);
  readonly #listed: ReadonlySet<Result>;

  /** `listed`: those that are listed before they occur, so that whoever watches for their first occurrence sees a step. */
  constructor(listed: readonly Result[]) {
    this.#listed = new Set(listed);
  }

  count(result: Result): void {
    const place = PLACES[result];
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  /** Those that occurred, and those that are always listed. */
  *[Symbol.iterator](): Generator<[Result, number]> {
    for (const [place, result] of RESULTS.entries()) {
      const count = this.#counts[place] as number;
      if (count > 0 || this.#listed.has(result)) yield [result, count];
    }
  }
}

/** Told of every request of a namespace, once, when its acknowledgement is sent. `event` may be any text. */
export interface RequestObserver {
  answered(event: string, result: Result, ms: number): void;
}

/** What an alert may wait for; others come with a connection that does something wrong. */
const WATCHED: readonly Result[] = ['ok', 'overloaded', 'unavailable', 'internal'];

interface EventCounts { results: Results; seconds: Buckets }

export class RequestCounts implements RequestObserver {
  readonly #byEvent: ReadonlyMap<string, EventCounts>;
  readonly #unknown: EventCounts = { results: new Results(['unknown_event']), seconds: new Buckets(SECONDS) };

  /** `events`: the names that are counted by themselves. */
  constructor(events: readonly string[]) {
    this.#byEvent = new Map(events.map((event) => [event, { results: new Results(WATCHED), seconds: new Buckets(SECONDS) }]));
  }

  answered(event: string, result: Result, ms: number): void {
    const counts = this.#byEvent.get(event) ?? this.#unknown;
    counts.results.count(result);
    counts.seconds.observe(ms / 1_000);
  }

  *[Symbol.iterator](): Generator<[event: string, counts: EventCounts]> {
    yield* this.#byEvent;
    yield ['unknown', this.#unknown];
  }
}

/** What `log:sync` answered: whether a client had missed something, on coming back or later. */
export class SyncCounts {
  /** Clients that came back, by what they had missed. */
  readonly resumes = { nothing: 0, entries: 0, 'start-over': 0 };
  /** Conversations of which a connected client missed something. */
  gapsRepaired = 0;
  readonly #asked = new WeakSet<object>();

  /** `connection`: whose it is. `known`: what the client has of each conversation; 0 is none of it, so it misses nothing. */
  answered(connection: object, known: ReadonlyArray<{ id: string; seq: number }>, answers: ReadonlyArray<{ conversation: { id: string }; catchup: Catchup }>): void {
    const first = !this.#asked.has(connection);
    if (first) this.#asked.add(connection);
    let cameBack = first && known.some(({ seq }) => seq > 0);
    let missed: keyof SyncCounts['resumes'] = 'nothing';
    for (const { conversation, catchup } of answers) {
      if (catchup.answer === 'entries' && catchup.entries.length === 0) continue;
      const seq = known.find(({ id }) => id === conversation.id)?.seq;
      if (seq === 0) continue;
      if (!first && seq !== undefined) this.gapsRepaired += 1;
      // A visitor on a new page names nothing, and gets all.
      cameBack ||= first;
      if (catchup.answer === 'start-over' || missed === 'nothing') missed = catchup.answer;
    }
    if (cameBack) this.resumes[missed] += 1;
  }
}

/** News that were told to a room or to a whole namespace, by name. */
export class NewsCounts {
  readonly #byName = new Map<string, number>();

  /** `usual`: names that are listed from the beginning, so that their first occurrence shows as a step. */
  constructor(usual: readonly string[]) {
    for (const name of usual) this.#byName.set(name, 0);
  }

  /** Names of news are ours, so there are few. */
  told(name: string): void {
    this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1);
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.#byName.entries();
  }
}

/** What is used here of a namespace's adapter: everything that is told to a room goes through it once on its way out. */
interface Broadcasting { adapter: { broadcast(packet: { data?: unknown }, options: never): unknown } }

/** Counts what is told through a namespace's rooms. */
export function countNews({ adapter }: Broadcasting, counts: NewsCounts): void {
  const { broadcast } = adapter;
  adapter.broadcast = function counted(packet, options) {
    const name: unknown = Array.isArray(packet.data) ? packet.data[0] : undefined;
    if (typeof name === 'string') counts.told(name);
    return broadcast.call(this, packet, options);
  };
}

/** The traffic of one namespace. */
export interface SideTraffic { requests: RequestCounts; handshakes: Results; syncs: SyncCounts; news: NewsCounts }

/** All of it, for one application. */
export interface Traffic {
  visitors: SideTraffic;
  agents: SideTraffic;
  /** Handshakes that asked for a namespace that is not there. */
  elsewhere: Results;
}

const USUAL_NEWS = ['entry:created', 'read:updated', 'typing:updated', 'service:updated', 'server:closing'];

export function createTraffic(): Traffic {
  const side = (requests: object, news: readonly string[]): SideTraffic =>
    ({ requests: new RequestCounts(Object.keys(requests)), handshakes: new Results([...WATCHED, 'origin_not_allowed']), syncs: new SyncCounts(), news: new NewsCounts(news) });
  return {
    visitors: side(visitorRequests, USUAL_NEWS),
    agents: side(agentRequests, [...USUAL_NEWS, 'member:updated', 'viewing:updated']),
    elsewhere: new Results(['not_found']),
  };
}
