/** The requests being worked on, so that a stop can let them finish. */
export class WorkInHand {
  /** How long clients that come during the stop are told to wait. */
  readonly retryAfterMs = 1_000;
  readonly #pending = new Set<Promise<void>>();
  #ending = false;

  /** From now on requests that were not begun are refused. */
  get ending(): boolean {
    return this.#ending;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Counts the work until it is done. */
  async track(work: Promise<void>): Promise<void> {
    this.#pending.add(work);
    try {
      await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  /** Refuses new work and waits for what was begun, at most `timeoutMs`. Answers whether all of it ended. */
  async end(timeoutMs: number): Promise<boolean> {
    this.#ending = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => { timer = setTimeout(resolve, timeoutMs); });
    await Promise.race([Promise.all(this.#pending), timeout]);
    clearTimeout(timer);
    return this.#pending.size === 0;
  }
}
