/** Counts of values by size, as a histogram of Prometheus wants them. Counting one costs a few comparisons and makes nothing. */
export class Buckets {
  /** Upper bounds, ascending; what is above the last one is counted apart. */
  readonly bounds: readonly number[];
  /** How many values fell into each bucket (not added up), the last one without a bound. */
  readonly counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** All values together. */
  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] as number)) place += 1;
    counts[place] = (counts[place] as number) + 1;
    this.#sum += value;
  }
}

/** From a millisecond to the ten seconds after which a client asks again. */
export const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
