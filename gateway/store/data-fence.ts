/**
 * What the thread of the database asks before it writes: is the data folder still ours? A process may have stood still for so long (frozen with
 * its container, on a machine that slept) that another one took it for dead and has taken its place. It must not write one byte then.
 *
 * The lock's holder looks after its lock every other second and notes here, in memory that threads share, when and with which file it last found it
 * right. The thread compares: one look at the file's number for each call, which costs some microseconds.
 */
import { statSync } from 'node:fs';

export interface Fence {
  /** The lock file. */
  file: string;
  /** When the lock was last found to be ours, in nanoseconds since the machine started and in milliseconds since 1970, and the file's number. */
  state: SharedArrayBuffer;
}

/** Less than the silence after which others take a holder for dead. */
const TRUSTED_MS = 8_000n;

export function makeFence(file: string): Fence {
  return { file, state: new SharedArrayBuffer(3 * 8) };
}

/** Notes that the lock was ours when `look` began; see lookNow. */
export function renewFence({ file, state }: Fence, look: Look): void {
  const values = new BigInt64Array(state);
  Atomics.store(values, 2, statSync(file, { bigint: true }).ino);
  Atomics.store(values, 1, look.wall);
  Atomics.store(values, 0, look.monotonic);
}

/** Nothing may be written until it is renewed. */
export function closeFence({ state }: Fence): void {
  Atomics.store(new BigInt64Array(state), 0, 0n);
}

interface Look { monotonic: bigint; wall: bigint }

/** The moment a look begins: what it finds is known to have been so at this time, not later. */
export function lookNow(): Look {
  return { monotonic: process.hrtime.bigint(), wall: BigInt(Date.now()) };
}

/** True when the lock was found right a short while ago. */
export function isTrusted({ state }: Fence): boolean {
  const values = new BigInt64Array(state);
  const { monotonic, wall } = lookNow();
  const found = Atomics.load(values, 0);
  // By both clocks: one stands still while the machine sleeps, the other may be set.
  return found !== 0n && monotonic - found < TRUSTED_MS * 1_000_000n && wall - Atomics.load(values, 1) < TRUSTED_MS;
}

/** True when the folder is ours to write in. */
export function holds(fence: Fence): boolean {
  if (!isTrusted(fence)) return false;
  const file = statSync(fence.file, { bigint: true, throwIfNoEntry: false });
  return file !== undefined && file.size > 0n && file.ino === Atomics.load(new BigInt64Array(fence.state), 2);
}
