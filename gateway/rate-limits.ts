/** How much is let through: token buckets, with memory for the busy ones only. */
import type { Rate } from './config.ts';
import { RequestError } from './request-errors.ts';

interface Bucket { tokens: number; at: number }

/**
 * A bucket for each key. A bucket holds `burst` tokens and refills at `perSecond`; a full one is as good as none and is forgotten.
 * At most `max` keys are kept; past that the longest unused goes.
 */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #max: number;
  /** The longest unused first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, options: { now?: () => number; max?: number } = {}) {
    this.#rate = rate;
    this.#now = options.now ?? (() => performance.now());
    this.#max = options.max ?? 100_000;
  }

  /** How many keys it remembers. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes tokens; answers 0, or how many milliseconds to wait until there will be enough (and takes none). */
  take(key: string, tokens = 1): number {
    const now = this.#now();
    const bucket = this.#refilled(key, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    this.#forgetIdle(now);
    if (bucket.tokens < tokens) return Math.ceil(((tokens - bucket.tokens) / this.#rate.perSecond) * 1_000);
    bucket.tokens -= tokens;
    return 0;
  }

  /** Like take, but rejects with rate_limited. */
  claim(key: string, tokens = 1): void {
    const retryAfterMs = this.take(key, tokens);
    if (retryAfterMs > 0) throw new RequestError('rate_limited', { retryAfterMs });
  }

  /** Gives back what was taken for something that turned out not to count. */
  refund(key: string, tokens = 1): void {
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + tokens);
  }

  #refilled(key: string, now: number): Bucket {
    const { burst, perSecond } = this.#rate;
    const bucket = this.#buckets.get(key);
    if (!bucket) return { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    return bucket;
  }

  /** Looks at a few of the longest unused at every turn, so that no turn is slow and no timer is needed. */
  #forgetIdle(now: number): void {
    const fullAfterMs = (this.#rate.burst / this.#rate.perSecond) * 1_000;
    let looks = 3;
    for (const [key, { at }] of this.#buckets) {
      if (looks-- === 0 || (now - at < fullAfterMs && this.#buckets.size <= this.#max)) return;
      this.#buckets.delete(key);
    }
  }
}
