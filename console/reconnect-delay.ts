const FIRST_MS = 500;
const LAST_MS = 15_000;

/**
 * How long to wait before connecting again, in milliseconds. Pauses double up to a limit; `random` (0 to 1) spreads the clients, so that a
 * gateway that comes back is not met by all of them at once. `asked`: what the gateway asked to wait; never come earlier.
 */
export function reconnectDelay(attempt: number, random: number, asked?: number): number {
  if (asked !== undefined) return Math.round(asked * (1 + random));
  return Math.round(Math.min(LAST_MS, FIRST_MS * 2 ** attempt) * (0.5 + random / 2));
}
