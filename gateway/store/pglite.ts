/**
 * The transport to PGlite: Postgres inside this process, in a thread of its own (pglite-worker.ts). When that thread dies, what was
 * under way is answered with `unavailable` and a new one is started; the database repairs itself from its own log as after any crash.
 * A thread that answers nothing any more (on a full disk, PGlite can turn in circles) is ended, which is then such a death.
 */
import { Worker } from 'node:worker_threads';
import type { Fence } from './data-fence.ts';
import { MigrationError, readMigrations } from './migrate.ts';
import type { PGliteNews, PGliteRequest, PGliteWorkerData } from './pglite-worker.ts';
import { storeErrorOf, unavailable } from './sql-errors.ts';
import type { Rpc } from './store.ts';

export interface PGliteOptions {
  /** Folder of the database, made when it is missing; null: in memory, gone when closed. */
  dataDir: string | null;
  /** A file made by `dump`, which a new database starts from; quicker than from nothing. */
  seed?: string | null;
  onProgress?(step: Extract<PGliteNews, { kind: 'progress' }>): void;
  /** Tells whether the folder may be written. `onFenced` is called when it says no; calls wait some seconds for it to say yes again. */
  fence?: Fence | null;
  onFenced?(): void;
  /** After how many seconds without any answer, while one is waited for, the thread is given up. */
  patienceSeconds?: number;
  /** How often dead rows, and the bytes of what was erased, are taken out of the files: a minute, unless said otherwise. */
  tidyEveryMs?: number;
  /** Called when the thread died and a new one is being started. */
  onCrash?(error: Error): void;
}

export interface PGliteTransport {
  rpc: Rpc;
  /** Rejects with `unavailable` while the database is not there. */
  ping(): Promise<void>;
  /** Writes a dump that `seed` takes. */
  dump(file: string): Promise<void>;
  /** Lets what was asked for be done, closes the database in good order and ends the thread. */
  close(): Promise<void>;
}

interface Pending { resolve(result: string): void; reject(error: unknown): void }

const NAME = /^[a-z][a-z0-9_]*$/;
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 5_000;
const PATIENCE_SECONDS = 15;
const TIDY_EVERY_MS = 60_000;

// Leaves one type's requests without their id, for each of them.
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Opens the database and brings its schema up to date. Rejects with MigrationError or with what PGlite says. */
export async function openPGlite(options: PGliteOptions): Promise<PGliteTransport> {
  const patience = options.patienceSeconds ?? PATIENCE_SECONDS;
  const data: PGliteWorkerData = { dataDir: options.dataDir, seed: options.seed ?? null, migrations: await readMigrations(), fence: options.fence ?? null, tidyEveryMs: options.tidyEveryMs ?? TIDY_EVERY_MS };
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let worker: Worker | null = null;
  let closing: Promise<void> | null = null;
  let ended = false;
  let restart: NodeJS.Timeout | undefined;
  // Seconds are counted, not compared: when the whole process was stopped for a while, the thread was, too.
  let silentSeconds = 0;
  const watch = setInterval(() => {
    silentSeconds = pending.size > 0 ? silentSeconds + 1 : 0;
    if (silentSeconds > patience) void worker?.terminate();
  }, 1_000);
  watch.unref();

  /** Starts a thread; resolves when it is ready. */
  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: data });
      let failure: Error | undefined;
      thread.on('message', (news: PGliteNews) => {
        switch (news.kind) {
          case 'progress':
            options.onProgress?.(news);
            break;
          case 'ready':
            worker = thread;
            resolve();
            break;
          case 'fenced':
            options.onFenced?.();
            break;
          case 'failed':
            failure = news.refused ? new MigrationError(news.message) : new Error(`The database could not be opened: ${news.message}`);
            void thread.terminate();
            break;
          case 'answer':
            settle(news.id)?.resolve(news.result);
            break;
          case 'error':
            settle(news.id)?.reject(storeErrorOf(news.sqlstate, Object.assign(new Error(news.message), { code: news.sqlstate })));
            break;
        }
      });
      thread.on('error', (error) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      thread.on('exit', (code) => {
        failure ??= new Error(`The database's thread ended with code ${code}.`);
        if (worker === thread) {
          worker = null;
          lost(silentSeconds > patience ? new Error('The database did not answer any more. Is there room on the disk?', { cause: failure }) : failure);
        }
        reject(failure);
      });
    });
  }

  function settle(id: number): Pending | undefined {
    silentSeconds = 0;
    const entry = pending.get(id);
    pending.delete(id);
    return entry;
  }

  function lost(error: Error): void {
    for (const entry of pending.values()) entry.reject(unavailable('the database stopped', error));
    pending.clear();
    silentSeconds = 0;
    if (closing || ended) return;
    options.onCrash?.(error);
    // What was in memory only is gone for good; an empty database in its place would be a lie.
    if (options.dataDir === null) ended = true;
    else startAgain(FIRST_RESTART_MS);
  }

  function startAgain(waitMs: number): void {
    restart = setTimeout(() => {
      start().then(
        () => { if (closing) void worker?.terminate(); },
        () => { if (!closing) startAgain(Math.min(waitMs * 2, LAST_RESTART_MS)); },
      );
    }, waitMs);
  }

  function ask(request: Unnumbered<PGliteRequest>): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!worker) {
        reject(unavailable(ended ? 'the database is closed' : 'the database is starting again'));
        return;
      }
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      worker.postMessage({ ...request, id: lastId });
    });
  }

  const rpc: Rpc = async (fn, args) => {
    const names = Object.keys(args);
    if (![fn, ...names].every((name) => NAME.test(name))) throw new TypeError(`not the name of a function or argument: ${[fn, ...names].join(' ')}`);
    const values = Object.values(args).map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value));
    return JSON.parse(await ask({ kind: 'call', fn, names, values }));
  };

  async function end(): Promise<void> {
    clearTimeout(restart);
    // The thread does one thing after the other, so everything asked for before is done before this.
    await ask({ kind: 'close' }).catch(() => {});
    ended = true;
    clearInterval(watch);
    await worker?.terminate();
  }

  await start();
  return {
    rpc,
    ping: async () => void (await rpc('ping', {})),
    dump: async (file) => void (await ask({ kind: 'dump', file })),
    close: () => (closing ??= end()),
  };
}
