export interface Throttled {
  (): void;
  cancel(): void;
}

/**
 * Runs a task soon after it is asked for, at most once in `everyMs`: at once when it has not run lately, else when the time is over.
 * Asking while it already waits changes nothing.
 */
export function createThrottle(task: () => void, everyMs: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  const throttled = (): void => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      ranAt = performance.now();
      task();
    }, Math.max(0, ranAt + everyMs - performance.now()));
  };
  return Object.assign(throttled, { cancel: () => clearTimeout(timer) });
}
