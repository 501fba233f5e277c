/**
 * This gateway among the others that share its database: who else is there, whether they hear from each other at once, and what is done
 * while they do not (feed.ts). Everybody who does not hear says so in the database (`beat`), and then all of them ask it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Feed } from './feed.ts';
import type { Logger } from './logger.ts';
import type { Field } from './redis-link.ts';
import type { OtherGateway } from './store/cluster-store.ts';
import type { Store } from './store/store.ts';

/** What a gateway knows of the others; for metrics, health and clients. */
export interface ClusterState {
  gatewayId: string;
  /** What others do comes by asking the database, and so up to a few seconds late. */
  degraded: boolean;
  /** Why, in words for a log; empty when not degraded. */
  reason: string;
  /** Since when, in ISO 8601; null when not degraded. */
  since: string | null;
  /** How many gateways live, this one included. */
  gateways: number;
}

/** The way to the other gateways; redis-link.ts is one. */
export interface Link {
  readonly up: boolean;
  readonly reason: string;
  listen(listeners: { onChange(up: boolean, reason: string, lastGood: number): void; onMissed(): void; onField(field: Field): void }): void;
  publish(field: Field): void;
  close(): Promise<void>;
}

export interface ClusterListeners {
  onDegraded(degraded: boolean): void;
  /** Others came or went: who is at them may be others. */
  onOthers(): void;
  /** The database had forgotten this gateway, and with it its leases. */
  onForgotten(): void;
  /** Something that other gateways do not tell was asked for: a round of asking the database, about once a second while degraded. */
  onRound(): void;
  /** Another gateway published this. */
  onField(field: Field): void;
  /** The database answered. */
  onBeat(): void;
}

export interface Cluster {
  state(): ClusterState;
  /** Says for the first time that this gateway is there; waits a moment for the way to the others. */
  start(): Promise<void>;
  /** Tells the other gateways, if that works at the moment. */
  publish(field: Field): void;
  /** Takes this gateway away. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  store: Pick<Store, 'beat' | 'leave'>;
  gatewayId: string;
  /** Null: the gateways have only the database in common. */
  link: Link | null;
  feed: Feed;
  listeners: ClusterListeners;
  logger: Logger;
  /** Milliseconds between two beats, and between two rounds; shorter in tests. */
  everyMs?: number;
}

/** Between two beats and between two rounds. */
const EVERY_MS = 1_000;
/** Past cursors that are remembered, and how much before a trouble was noticed asking begins. */
const REMEMBERED_MS = 30_000;
const BEFORE_MS = 5_000;
/** How long a start waits for the way to the others. */
const START_MS = 1_500;
/** How long a stop waits for the database. */
const LEAVE_MS = 1_000;

interface Other extends OtherGateway {
  /** It was heard of twice, so it is no remainder of one that died. */
  alive: boolean;
}

export function createCluster(options: ClusterOptions): Cluster {
  const { store, gatewayId, link, feed, listeners, logger, everyMs = EVERY_MS } = options;
  const cursors: Array<{ at: number; cursor: string }> = [];
  let others = new Map<string, Other>();
  let degraded: { since: string; reason: string } | null = null;
  /** Asking begins here, performance.now(); undefined: there is nothing to ask. */
  let askFrom: number | undefined;
  /** Grows with every reason to ask. */
  let reasons = 0;
  let beating = false;
  let beatAgain = false;
  let asking = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let warned = false;
  let started = false;
  let closed = false;
  const timer = setInterval(() => void tick(), everyMs);

  const alive = (): Other[] => [...others.values()].filter((other) => other.alive);

  /** What is wrong with this gateway itself; others are told. */
  function ownTrouble(): string {
    if (link) return link.up ? '' : `Redis: ${link.reason}`;
    return alive().length > 0 ? 'several gateways share the database, and REDIS_URL is not set' : '';
  }

  function judge(): void {
    if (!started) return;
    const own = ownTrouble();
    const reason = own || (alive().some((other) => other.degraded) ? 'another gateway does not hear from the others' : '');
    if (reason === '' && degraded) {
      logger.info({ since: degraded.since }, 'gateways hear from each other again');
      degraded = null;
      listeners.onDegraded(false);
      ask(performance.now()); // once more, for what was written before everybody was told again
    } else if (reason !== '' && !degraded) {
      degraded = { since: new Date().toISOString(), reason };
      if (link || !warned) logger.warn({ reason }, 'degraded: news of other gateways are asked of the database');
      warned = true;
      listeners.onDegraded(true);
    } else if (degraded && reason !== '') degraded.reason = reason;
  }

  /** Asks the database for what changed since a little before that moment. */
  function ask(trouble: number): void {
    askFrom = Math.min(askFrom ?? trouble, trouble);
    reasons += 1;
    void round();
  }

  function cursorBefore(moment: number): string | undefined {
    const before = cursors.findLast(({ at }) => at <= moment - BEFORE_MS) ?? cursors[0];
    return before?.cursor;
  }

  async function beat(): Promise<void> {
    if (beating) {
      beatAgain = true;
      return;
    }
    beating = true;
    try {
      do {
        beatAgain = false;
        const at = performance.now();
        const own = ownTrouble() !== '';
        const answer = await store.beat(gatewayId, own);
        if (closed) return;
        take(at, answer);
        // What is now known of the others may be a trouble of this one.
        if ((ownTrouble() !== '') !== own) beatAgain = true;
      } while (beatAgain);
    } catch (error) {
      logger.debug({ err: error }, 'the database did not take the beat');
    } finally {
      beating = false;
    }
  }

  function take(at: number, answer: Awaited<ReturnType<Store['beat']>>): void {
    cursors.push({ at, cursor: answer.cursor });
    // The last one of before is kept, however old: the database may have been away, or this process asleep.
    while (cursors.length > 2 && (cursors[1]?.at ?? at) < at - REMEMBERED_MS) cursors.shift();
    if (!answer.known) listeners.onForgotten();
    const before = others;
    others = new Map(answer.others.map((other) => {
      const known = before.get(other.id);
      return [other.id, { ...other, alive: known !== undefined && (known.alive || known.seenAt !== other.seenAt) }];
    }));
    const came = [...others.keys()].some((id) => !before.has(id));
    const went = [...before.keys()].filter((id) => !others.has(id));
    if (came || went.length > 0) listeners.onOthers();
    // What one that died had committed but not told, and, without Redis, what a new one commits before it has been heard of twice.
    if (went.length > 0 || (came && !link)) ask(at - BEFORE_MS);
    judge();
    listeners.onBeat();
  }

  async function round(): Promise<void> {
    if (asking || closed) return;
    asking = true;
    askedAt = performance.now();
    const reasonsBefore = reasons;
    try {
      const since = cursorBefore(askFrom ?? askedAt);
      if (since === undefined) return;
      await feed.round(since);
      listeners.onRound();
      // Until all is well every round goes on where the one before ended; for clients that have come since then, a little before they came.
      if (reasons === reasonsBefore) {
        askFrom = undefined;
        if (!degraded) feed.forget();
      }
    } catch (error) {
      logger.debug({ err: error }, 'the database could not be asked what changed');
    } finally {
      asking = false;
    }
  }

  async function tick(): Promise<void> {
    // Where it hangs, the others are asked all the same.
    void beat();
    if (degraded) askFrom ??= performance.now();
    if (askFrom !== undefined && performance.now() - askedAt >= everyMs / 2) await round();
  }

  link?.listen({
    onChange(up, reason, lastGood) {
      if (closed) return;
      logger.debug({ up, reason }, 'the link to the other gateways');
      judge();
      if (!up) ask(lastGood);
      void beat(); // so that the others know at once
    },
    onMissed: () => ask(performance.now()),
    onField: (field) => listeners.onField(field),
  });

  return {
    state: () => ({ gatewayId, degraded: degraded !== null, reason: degraded?.reason ?? '', since: degraded?.since ?? null, gateways: 1 + others.size }),
    async start() {
      await beat();
      const deadline = performance.now() + START_MS;
      while (link && !link.up && performance.now() < deadline) await wait(25);
      started = true;
      judge();
    },
    publish: (field) => link?.publish(field),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      await link?.close();
      // Where the database does not take it, the others find out by themselves.
      const late = new AbortController();
      const left = store.leave(gatewayId).catch((error: unknown) => logger.debug({ err: error }, 'the database did not take the leave'));
      await Promise.race([left, wait(LEAVE_MS, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
    },
  };
}
