/** Takes away files that nobody sent within a day, and what was forgotten or erased while this could not be done at once. */
import { removeFiles, type FileStorage } from './file-storage.ts';
import type { Logger } from './logger.ts';
import type { Store } from './store/store.ts';

const EVERY_MS = 3_600_000;
const BATCH = 100;
/** In one go; the next hour goes on. */
const BATCHES_MAX = 50;

export interface FileSweep {
  /** Sweeps now, and from then on every hour. */
  start(): void;
  /** Waits for a sweep that is under way. */
  close(): Promise<void>;
}

export function createFileSweep({ store, storage, logger }: { store: Pick<Store, 'staleFiles' | 'dropFiles'>; storage: FileStorage; logger: Logger }): FileSweep {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let underway = Promise.resolve();

  async function sweep(): Promise<void> {
    let removed = 0;
    try {
      for (let batch = 0; batch < BATCHES_MAX && !closed; batch += 1) {
        const stale = await store.staleFiles(BATCH);
        let gone = 0;
        for (const [workspace, files] of Object.entries(Object.groupBy(stale, (file) => file.workspace))) {
          const ids = await removeFiles(storage, workspace, (files ?? []).map(({ id }) => id), (error) => logger.warn({ err: error }, 'a file could not be removed'));
          await store.dropFiles(workspace, ids);
          gone += ids.length;
        }
        removed += gone;
        if (stale.length < BATCH || gone === 0) break;
      }
    } catch (error) {
      logger.warn({ err: error }, 'unsent files could not be swept; the next hour tries again');
    }
    if (removed > 0) logger.info({ files: removed }, 'swept files that were not sent');
  }

  const run = (): void => { underway = underway.then(sweep); };
  return {
    start() {
      run();
      timer = setInterval(run, EVERY_MS);
      timer.unref();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await underway;
    },
  };
}
