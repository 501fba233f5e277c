/** What the database's errors mean to the gateway: the one table of SQLSTATEs. Message texts are never looked at. */
import { StoreError } from './store.ts';

/** Raised by our own functions (supabase/migrations). A state is never given another meaning. */
const OWN: Readonly<Record<string, StoreError['code']>> = {
  /** No such thing in this workspace. */
  MD404: 'not_found',
  /** There already is one of this id, name or address. */
  MD409: 'conflict',
};

/** Two transactions got in each other's way and this one was undone: the same call can simply be made again. */
const LOST_RACE = new Set(['40001', '40P01', '55P03']);

/** Classes of states that say "not now" rather than "not so": connection, resources, shutdown, input and output, a standby server. */
const NOT_NOW = /^(?:08|53|57|58|25006|40|55P03)/;

/** How long a client had better wait when the database is away, in milliseconds. */
export const RETRY_AFTER_MS = 1_000;

/** The SQLSTATE of a driver's error; drivers agree on calling it `code`. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
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
