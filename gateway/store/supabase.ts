/**
 * The transport to a Supabase project: functions are called over HTTPS by supabase-js. As with a direct connection, a call whose answer was lost
 * rejects with `unavailable` although it may have been carried out; what is stored has a name (rule D2), so that asking again is safe.
 */
import { createClient } from '@supabase/supabase-js';
import type { Transport } from './rpc-store.ts';
import { sqlstateOf, storeErrorOf, unavailable } from './sql-errors.ts';
import { StoreError, type Rpc } from './store.ts';
import { SupabaseError } from './supabase-error.ts';

export interface SupabaseOptions {
  /** https://PROJECT.supabase.co */
  url: URL;
  secretKey: string;
  /** Most requests at once. */
  pool?: number;
  /** How long a call may take, in milliseconds, waiting for its turn included. */
  timeoutMs?: number;
}

const POOL = 10;
const TIMEOUT_MS = 5_000;

/** PostgREST has no database, no connection to it left, or does not know yet what is in it. */
const NOT_YET = /^PGRST00\d$/;

/** Makes a transport. Asks nothing yet. */
export function createSupabase({ url, secretKey, pool = POOL, timeoutMs = TIMEOUT_MS }: SupabaseOptions): Transport {
  const client = createClient(url.origin, secretKey, {
    db: { schema: 'miradesk' },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  const turns = new Turns(pool);
  let underWay = 0;
  let closed: Promise<void> | null = null;
  let whenIdle: (() => void) | undefined;

  const rpc: Rpc = async (fn, args) => {
    if (closed) throw unavailable('the database is closed');
    const over = AbortSignal.timeout(timeoutMs);
    underWay += 1;
    try {
      await turns.take(over);
      try {
        const { data, error, status } = await client.rpc(fn, args).abortSignal(over);
        if (error) throw storeErrorFrom(new SupabaseError(error.code ?? '', status, error.message));
        return data as unknown;
      } finally {
        turns.give();
      }
    } catch (error) {
      throw error instanceof StoreError ? error : unavailable('the database does not answer', error);
    } finally {
      underWay -= 1;
      if (underWay === 0) whenIdle?.();
    }
  };

  return {
    rpc,
    ping: async () => void (await rpc('ping', {})),
    close: () => (closed ??= (async () => {
      if (underWay > 0) await new Promise<void>((resolve) => { whenIdle = resolve; });
    })()),
  };
}

function storeErrorFrom(error: SupabaseError): StoreError {
  const sqlstate = sqlstateOf(error);
  if (sqlstate !== undefined) return storeErrorOf(sqlstate, error);
  // 401 and 403: the key was good when the gateway started; somebody is changing it.
  if (NOT_YET.test(error.code) || error.status === 0 || error.status >= 500 || [401, 403, 408, 429].includes(error.status)) {
    return unavailable(`Supabase does not answer as it should (${error.code || error.status})`, error);
  }
  return new StoreError('internal', `Supabase refused (${error.code || error.status})`, { cause: error });
}

/** So many at once, the others in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(free: number) {
    this.#free = free;
  }

  /** Resolves when it is one's turn; rejects when the signal says that it is too late for that. */
  take(over: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        over.removeEventListener('abort', late);
        resolve();
      };
      const late = (): void => {
        this.#waiting.delete(go);
        reject(new Error('no turn came in time'));
      };
      over.addEventListener('abort', late, { once: true });
      this.#waiting.add(go);
    });
  }

  give(): void {
    const [next] = this.#waiting;
    if (!next) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
