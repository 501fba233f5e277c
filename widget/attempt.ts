/** The value, or null where asking for it throws or there is none. Merely looking at a forbidden storage throws. */
export function attempt<T>(ask: () => T | null | undefined): T | null {
  try {
    return ask() ?? null;
  } catch {
    return null;
  }
}
