export interface UntilOptions {
  /** Milliseconds after which it gives up; generous, because a busy machine is slow and a passing test never waits for it. */
  timeout?: number;
  /** Milliseconds between two looks. */
  every?: number;
  /** What is waited for, for the message when it does not come. */
  what?: string;
}

/** Thrown by a condition that can never come true any more; `until` passes it on at once. */
export class Hopeless extends Error {}

type Falsy = false | null | undefined | 0 | '';

/**
 * Polls until the condition answers something truthy, and answers that. A condition that throws is asked again;
 * when the time is over its last error says why. The way tests wait: for a condition, never for a time.
 */
export async function until<T>(condition: () => T | Promise<T>, options: UntilOptions = {}): Promise<Exclude<T, Falsy>> {
  const { timeout = 30_000, every = 20, what = 'the condition' } = options;
  const deadline = performance.now() + timeout;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, Falsy>;
      lastError = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      lastError = error;
    }
    if (performance.now() > deadline) {
      const because = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new Error(`Waited ${timeout} ms for ${what}${because}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
