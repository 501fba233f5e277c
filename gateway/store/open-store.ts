/** Opens the store the settings ask for. For now there is one kind: PGlite under DATA_DIR. */
import { join } from 'node:path';
import { lockData } from './data-lock.ts';
import { openPGlite, type PGliteOptions } from './pglite.ts';
import { createStore } from './rpc-store.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  /** Where the data is kept; made when it is missing. */
  dataDir: string;
  /** Told what is being done, in words for the person who waits. */
  onProgress?(message: string): void;
  /** Told when the database stopped by itself and is being started again. */
  onCrash?(error: Error): void;
}

/**
 * Locks the data, opens the database, brings its schema up to date. Rejects with DataLockedError when another process
 * has it, with MigrationError when it belongs to a newer program, with what went wrong otherwise.
 */
export async function openStore({ dataDir, onProgress, onCrash }: OpenStoreOptions): Promise<Store> {
  const lock = await lockData(dataDir);
  try {
    const options: PGliteOptions = { dataDir: join(dataDir, 'db') };
    if (onProgress) options.onProgress = (step) => onProgress(sentenceFor(step.step, step.detail, dataDir));
    if (onCrash) options.onCrash = onCrash;
    const transport = await openPGlite(options);
    return createStore({
      ...transport,
      close: async () => {
        await transport.close();
        await lock.release();
      },
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function sentenceFor(step: 'creating' | 'opening' | 'migrating', detail: string, dataDir: string): string {
  switch (step) {
    case 'creating':
      return `Creating the database in ${dataDir} (once; takes a few seconds)`;
    case 'opening':
      return `Opening the database in ${dataDir}`;
    case 'migrating':
      return `Updating the database: ${detail}`;
  }
}
