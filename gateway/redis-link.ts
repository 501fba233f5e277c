/**
 * The gateway's link to the others over Redis: one stream that all of them write to and read. It never waits and never gathers what
 * cannot be sent: while Redis does not answer, what is published is dropped, and everybody is told, so that the database is asked instead.
 *
 * Whether it works is tried, not believed: twice a second each gateway writes something and has to read it back. Entries of a gateway are
 * numbered, so that a reader notices what got lost (a stream that was trimmed or emptied, a write that failed).
 */
import { Redis, type RedisOptions } from 'ioredis';
import { BoundedMap } from './bounded-map.ts';

/** One thing that a gateway published: a name, and what belongs to it. */
export type Field = readonly [name: string, value: string];

export interface RedisLinkOptions {
  url: string;
  /** This gateway among the others. */
  gatewayId: string;
  /** Reads at other names than other installations in the same Redis; each database of a Redis is a world of its own anyway. */
  stream?: string;
}

export interface RedisLinkListeners {
  /** Works, or does not any more; `reason` is for a log, `lastGood` when it was last seen working (performance.now()). */
  onChange(up: boolean, reason: string, lastGood: number): void;
  /** Something that another gateway published was not received. */
  onMissed(): void;
  /** What another gateway published, in its order. */
  onField(field: Field): void;
}

/** How often it is tried. */
const PROBE_MS = 500;
/** So long a probe may take. */
const PATIENCE_MS = 1_000;
/** A connection that did not begin to work for so long is given up. */
const ATTEMPT_MS = 2_000;
/** Not more than this waits for Redis to take it. */
const PENDING_MAX_BYTES = 16 * 1024 * 1024;
/** One entry of the stream holds what was published in one turn of the event loop, but not more than this. */
const ENTRY_MAX_FIELDS = 200;
const ENTRY_MAX_BYTES = 512 * 1024;
/** What is older is of no use to anybody: readers that are further behind ask the database. */
const KEPT_MS = 15_000;
const BEHIND_MAX_MS = 5_000;
/** Entries that one read answers, and how long it waits for the first. */
const READ_MAX = 200;
const BLOCK_MS = 5_000;
/** How long the last things may take to be sent. */
const GOODBYE_MS = 300;

/** An entry as Redis answers it: its id and its fields and values in turn. */
type RawEntry = [id: string, fields: string[]];

/** The connections of one attempt: one writes, the other waits for what is written. */
interface Pair { writer: Redis; reader: Redis; since: number; ready: boolean; over: boolean }

export class RedisLink {
  readonly #gatewayId: string;
  readonly #stream: string;
  readonly #redisOptions: Omit<RedisOptions, 'replyMapping'>;
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  readonly #numbers = new BoundedMap<string, number>({ max: 1_000 });
  #listeners: RedisLinkListeners | undefined;
  #pair: Pair | undefined;
  #up = false;
  #closed = false;
  #reason = 'not connected yet';
  #lastGood = performance.now();
  #lastTick = performance.now();
  #probe: { number: number; sentAt: number } | undefined;
  #number = 0;
  #offset: string | undefined;
  #newest = 0;
  #pendingBytes = 0;
  #gathered: Field[] = [];
  #gatheredBytes = 0;
  #flushing = false;

  constructor({ url, gatewayId, stream = 'miradesk' }: RedisLinkOptions) {
    this.#url = url;
    this.#gatewayId = gatewayId;
    this.#stream = stream;
    this.#redisOptions = {
      lazyConnect: true,
      // This class decides when to connect again, and nothing waits for that.
      retryStrategy: null, enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0,
      enableReadyCheck: false, disableClientInfo: true, connectTimeout: ATTEMPT_MS, protocol: 2, connectionName: `miradesk-${gatewayId}`,
    };
    this.#timer = setInterval(() => this.#tick(), PROBE_MS);
    this.#open();
  }

  /** What is published reaches the others. */
  get up(): boolean {
    return this.#up;
  }

  /** Why it does not work. */
  get reason(): string {
    return this.#reason;
  }

  listen(listeners: RedisLinkListeners): void {
    this.#listeners = listeners;
  }

  /** Publishes to the other gateways, in the order of the calls; drops it where that is not possible at the moment. */
  publish(field: Field): void {
    this.#gathered.push(field);
    this.#gatheredBytes += field[0].length + field[1].length;
    if (this.#gathered.length >= ENTRY_MAX_FIELDS || this.#gatheredBytes >= ENTRY_MAX_BYTES) this.#flush();
    else if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => this.#flush());
    }
  }

  /** Sends what is left, if that goes quickly, and lets go of Redis. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    clearInterval(this.#timer);
    const pair = this.#pair;
    if (pair?.ready && this.#up) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, GOODBYE_MS); });
      await Promise.race([pair.writer.ping().then(() => {}, () => {}), late]);
      clearTimeout(timer);
    }
    this.#letGo();
  }

  #flush(): void {
    this.#flushing = false;
    const fields = this.#gathered;
    const bytes = this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (fields.length === 0 || this.#closed) return;
    if (this.#up) this.#write(fields, bytes);
    // Counted all the same: whoever does hear of us notices that something is missing.
    else this.#number += 1;
  }

  #write(fields: readonly Field[], bytes: number): void {
    const pair = this.#pair;
    const number = (this.#number += 1);
    if (!pair?.ready) return;
    this.#pendingBytes += bytes;
    const trim = this.#newest > 0 ? ['MINID', '~', String(this.#newest - KEPT_MS)] : ['MAXLEN', '~', '10000'];
    pair.writer.call('XADD', [this.#stream, ...trim, '*', 'from', this.#gatewayId, 'number', String(number), ...fields.flat()])
      .catch((error: unknown) => this.#fail(pair, error))
      .finally(() => { this.#pendingBytes -= bytes; });
    if (this.#pendingBytes > PENDING_MAX_BYTES) this.#down('it takes too little of what is sent to it', pair);
  }

  #tick(): void {
    const now = performance.now();
    const sinceTick = now - this.#lastTick;
    this.#lastTick = now;
    const pair = this.#pair;
    if (sinceTick > BEHIND_MAX_MS) {
      // This process was stopped, or its machine asleep: the others have moved on.
      this.#down('this gateway was asleep', pair);
    } else if (this.#probe && now - this.#probe.sentAt > PATIENCE_MS && sinceTick < PATIENCE_MS) {
      // Not where it was this gateway that had no time to look.
      this.#down('it does not answer', undefined);
    }
    if (!this.#pair || this.#pair.over || (!this.#up && now - this.#pair.since > ATTEMPT_MS)) this.#open();
    else if (this.#pair.ready && !this.#probe) this.#try();
  }

  #try(): void {
    this.#probe = { number: this.#number + 1, sentAt: performance.now() };
    this.#write([['probe', '']], 8);
  }

  #open(): void {
    this.#letGo();
    const pair: Pair = { writer: new Redis(this.#url, this.#redisOptions), reader: new Redis(this.#url, this.#redisOptions), since: performance.now(), ready: false, over: false };
    this.#pair = pair;
    for (const client of [pair.writer, pair.reader]) {
      client.on('error', (error) => this.#fail(pair, error));
      client.on('close', () => this.#fail(pair, new Error('the connection was lost')));
    }
    this.#read(pair).catch((error: unknown) => this.#fail(pair, error));
  }

  #letGo(): void {
    const pair = this.#pair;
    this.#probe = undefined;
    this.#pair = undefined;
    if (!pair) return;
    pair.over = true;
    for (const client of [pair.writer, pair.reader]) {
      client.disconnect();
      // A goodbye would wait for an answer that may never come.
      (client as unknown as { stream?: { destroy(): void } }).stream?.destroy();
    }
  }

  #fail(pair: Pair, error: unknown): void {
    if (pair.over || pair !== this.#pair) return;
    this.#down(error instanceof Error ? error.message : String(error), pair);
  }

  /** `over`: the connections that are of no use any more. */
  #down(reason: string, over: Pair | undefined): void {
    if (over) over.over = true;
    this.#reason = reason;
    if (!this.#up || this.#closed) return;
    this.#up = false;
    this.#listeners?.onChange(false, reason, this.#lastGood);
  }

  async #read(pair: Pair): Promise<void> {
    await Promise.all([pair.writer.connect(), pair.reader.connect()]);
    if (pair.over) return;
    await this.#findPlace(pair.reader);
    pair.ready = true;
    this.#try();
    while (!pair.over && !this.#closed) {
      const answer = await pair.reader.call('XREAD', ['COUNT', String(READ_MAX), 'BLOCK', String(BLOCK_MS), 'STREAMS', this.#stream, this.#offset ?? '0-0']) as Array<[string, RawEntry[]]> | null;
      if (pair.over) return;
      for (const [, entries] of answer ?? []) for (const entry of entries) this.#take(entry);
    }
  }

  /**
   * Where to read on: where this gateway was, so that a short break costs nothing, unless it is far behind or the stream is a new one. Always a
   * place by its id: with `$`, what is written between two reads would be passed over.
   */
  async #findPlace(reader: Redis): Promise<void> {
    const [newest] = await reader.call('XREVRANGE', [this.#stream, '+', '-', 'COUNT', '1']) as RawEntry[];
    const last = newest ? newest[0] : '0-0';
    const [lastAt, at] = [timeOf(last), timeOf(this.#offset ?? '0-0')];
    if (this.#offset === undefined || at > lastAt || lastAt - at > BEHIND_MAX_MS) this.#offset = last;
    this.#newest = lastAt;
  }

  #take([id, fields]: RawEntry): void {
    this.#offset = id;
    this.#newest = timeOf(id);
    const [, from = '', , numberText = ''] = fields;
    const number = Number(numberText);
    if (from === this.#gatewayId) {
      if (this.#probe && number >= this.#probe.number) this.#answered();
      return;
    }
    const before = this.#numbers.get(from);
    this.#numbers.set(from, number);
    if (before !== undefined && number !== before + 1) this.#listeners?.onMissed();
    for (let index = 4; index + 1 < fields.length; index += 2) {
      const name = fields[index] ?? '';
      if (name !== 'probe') this.#listeners?.onField([name, fields[index + 1] ?? '']);
    }
  }

  /** Both ways work: what was written has been read. */
  #answered(): void {
    this.#lastGood = this.#probe?.sentAt ?? this.#lastGood;
    this.#probe = undefined;
    if (this.#up || this.#closed) return;
    this.#up = true;
    this.#listeners?.onChange(true, '', this.#lastGood);
  }
}

/** The time in a stream's id, in milliseconds of Redis's clock. */
function timeOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}
