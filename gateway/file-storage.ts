/**
 * Where the bytes of files are. Three methods, so that there can be another place than a disk; what a file is and who may have it is the store's to know.
 * The ids are ours, never a client's words.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** From one byte to another, both of them included. */
export interface ByteRange { start: number; end: number }

export interface FileStorage {
  /** Stores what comes under this id, whole or not at all. Rejects as the body does. */
  put(workspaceId: string, fileId: string, body: AsyncIterable<Uint8Array>): Promise<void>;
  /** Null when there is none of this id. */
  get(workspaceId: string, fileId: string, range?: ByteRange): Promise<Readable | null>;
  /** Also when there is none, or only a part of it. */
  remove(workspaceId: string, fileId: string): Promise<void>;
}

/** The storage cannot take or give a file now. */
export class StorageProblem extends Error {
  override readonly name = 'StorageProblem';
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** What stays free for everything else that lives on that disk, the database first of all. */
const KEEP_FREE_BYTES = 256 * 1024 * 1024;

/** Files in a directory, a directory of its own for each workspace. Gateways that share a database have to share it, too. */
export function diskStorage(directory: string): FileStorage {
  function pathOf(workspaceId: string, fileId: string): string {
    if (!ID.test(workspaceId) || !ID.test(fileId)) throw new StorageProblem('not an id of a file');
    return join(directory, workspaceId, fileId);
  }

  /** Under another name until all of it is on the disk; a crash leaves what `remove` takes away. */
  const partOf = (path: string): string => `${path}.part`;

  async function write(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(partOf(path), 'wx').catch(problem);
    try {
      for await (const chunk of body) await file.writeFile(chunk).catch(problem);
      await file.sync().catch(problem);
    } finally {
      await file.close();
    }
    await rename(partOf(path), path).catch(problem);
  }

  return {
    async put(workspaceId, fileId, body) {
      const path = pathOf(workspaceId, fileId);
      await mkdir(dirname(path), { recursive: true }).catch(problem);
      const { bavail, bsize } = await statfs(dirname(path)).catch(problem);
      if (bavail * bsize < KEEP_FREE_BYTES) throw new StorageProblem('the disk is almost full');
      try {
        await write(path, body);
      } catch (error) {
        await rm(partOf(path), { force: true });
        throw error;
      }
    },
    async get(workspaceId, fileId, range) {
      const path = pathOf(workspaceId, fileId);
      const there = await stat(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : problem(error)));
      return there ? createReadStream(path, range) : null;
    },
    async remove(workspaceId, fileId) {
      const path = pathOf(workspaceId, fileId);
      await Promise.all([path, partOf(path)].map((one) => rm(one, { force: true })));
    },
  };
}

function problem(error: unknown): never {
  throw new StorageProblem('the file storage does not work', { cause: error });
}

/** Removes the bytes of many files, a few at a time. Answers those that are gone; `onProblem` hears of the others. */
export async function removeFiles(storage: FileStorage, workspaceId: string, fileIds: readonly string[], onProblem: (error: unknown) => void): Promise<string[]> {
  const gone: string[] = [];
  const waiting = [...fileIds];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      try {
        await storage.remove(workspaceId, id);
        gone.push(id);
      } catch (error) {
        onProblem(error);
      }
    }
  }));
  return gone;
}
