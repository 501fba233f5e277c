/** The time by the gateway's clock, so that "2 min ago" is right also on a device whose own clock is wrong. */
import { signal, type ReadonlySignal } from '@preact/signals';

const TICK_MS = 20_000;
let offset = 0;
const ticking = signal(Date.now());

/** Now, in milliseconds since 1970; what is shown from it is shown anew every 20 seconds. */
export const now: ReadonlySignal<number> = ticking;

/** Learns the gateway's time. */
export function setServerTime(iso: string): void {
  offset = Date.parse(iso) - Date.now();
  tick();
}

function tick(): void {
  ticking.value = Date.now() + offset;
}

/** Keeps the time going. Returns the way to stop. */
export function startClock(): () => void {
  tick();
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}
