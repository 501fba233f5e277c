/** What the database's errors mean to the gateway: the one table of SQLSTATEs. Message texts are never looked at. */
import { StoreError } from './store.ts';

/** Raised by our own functions (supabase/migrations). A state is never given another meaning. */
const OWN: Readonly<Record<string, StoreError['code']>> = {
  /** No such thing in this workspace: as the outcome of one command of a batch, and of a whole call. */
  MD404: 'not_found',
  PT404: 'not_found',
  /** There already is one of this id, name or address. */
  MD409: 'conflict',
  PT409: 'conflict',
};

/**
 * Two transactions got in each other's way and this one was undone: the same call can simply be made again. A key that is there already (23505) is such
 * a race, too, for the functions look before they store: the same message came by two gateways at one moment, and the second look finds it. So is a
 * visitor who is not there any more (23503): they were erased, or taken over, while their conversation was being started.
 */
const LOST_RACE = new Set(['40001', '40P01', '55P03', '23505', '23503']);

/**
 * Classes of states that say "not now" rather than "not so": connection, resources, shutdown, input and output, a standby server; and a user or
 * database that is refused, for the gateway was let in when it started.
 */
const NOT_NOW = /^(?:08|28|3D|53|57|58|25006|25P0[34]|40|55P03)/;

/** How long a client had better wait when the database is away, in milliseconds. */
export const RETRY_AFTER_MS = 1_000;

/** The SQLSTATE of a driver's error; drivers agree on calling it `code`. So does the system (EPIPE), but without a digit. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Turns an error of the database into one of the store's. Without a state (undefined) the database did not answer at all. */
export function storeErrorOf(sqlstate: string | undefined, cause?: unknown): StoreError {
  const own = sqlstate === undefined ? undefined : OWN[sqlstate];
  if (own) return new StoreError(own, own === 'not_found' ? 'not found' : 'already there', { cause });
  if (sqlstate === undefined || NOT_NOW.test(sqlstate)) return unavailable(`the database does not answer (${sqlstate ?? 'no connection'})`, cause);
  return new StoreError('internal', `the database refused (${sqlstate})`, { cause });
}

/** The error of a database that is not there at the moment. */
export function unavailable(message: string, cause?: unknown): StoreError {
  return new StoreError('unavailable', message, { retryAfterMs: RETRY_AFTER_MS, cause });
}

/** True when nothing is wrong with the call but that another one was quicker. */
export function isLostRace(error: unknown): boolean {
  return error instanceof StoreError && LOST_RACE.has(sqlstateOf(error.cause) ?? '');
}
