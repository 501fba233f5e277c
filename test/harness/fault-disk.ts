/**
 * A small disk that a test can fill: a tmpfs. Mounting takes rights. Root has them; anybody else gets them in a namespace of their own,
 * whose files others reach through /proc. Where neither is allowed, `smallDisk` says so.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { forgetProcess, noteProcess } from './workplace.ts';

const run = promisify(execFile);

export interface SmallDisk {
  readonly directory: string;
  /** Writes until nothing goes any more; at once, so that nobody else writes meanwhile. */
  fill(): void;
  /** Gives the room back. */
  clear(): Promise<void>;
  /** Ends it; everything on it is gone. */
  release(): Promise<void>;
}

export class NoSmallDisk extends Error {}

/** A disk of so many megabytes at `directory`, which is there and empty. Rejects with NoSmallDisk where the system allows none. */
export async function smallDisk(directory: string, megabytes: number): Promise<SmallDisk> {
  const { place, release } = process.getuid?.() === 0 ? await mounted(directory, megabytes) : await inNamespace(directory, megabytes);
  const filler = join(place, 'filler');
  return {
    directory: place,
    release,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (const block of [Buffer.alloc(1024 * 1024), Buffer.alloc(4 * 1024)]) fillWith(file, block);
      } finally {
        closeSync(file);
      }
    },
    clear: () => rm(filler, { force: true }),
  };
}

function fillWith(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

async function mounted(directory: string, megabytes: number): Promise<{ place: string; release(): Promise<void> }> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', directory]);
  } catch (error) {
    throw new NoSmallDisk('This system lets root mount nothing, so there is no disk that could be filled.', { cause: error });
  }
  return { place: directory, release: async () => void (await run('umount', ['-l', directory])) };
}

/** The mount lives as long as the process that made it, and nobody else sees it. */
async function inNamespace(directory: string, megabytes: number): Promise<{ place: string; release(): Promise<void> }> {
  const keeper = spawn('unshare', ['-Urm', 'sh', '-c', `mount -t tmpfs -o size=${megabytes}m,mode=700 tmpfs "$0" && echo ready && exec sleep 100000`, directory], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ready = await Promise.race([once(keeper.stdout, 'data').then(() => true), once(keeper, 'exit').then(() => false), once(keeper, 'error').then(() => false)]);
  if (!ready || keeper.pid === undefined) throw new NoSmallDisk('This system lets only root mount anything, so there is no disk that could be filled. Run the tests as root for that.');
  const { pid } = keeper;
  noteProcess(pid, 'sleep');
  return {
    place: `/proc/${pid}/root${directory}`,
    async release() {
      keeper.kill('SIGKILL');
      if (keeper.exitCode === null && keeper.signalCode === null) await once(keeper, 'exit');
      forgetProcess(pid);
    },
  };
}
