/** Files in a bucket of Supabase Storage, through supabase-js, a folder for each workspace. Any number of gateways can use it. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createClient } from '@supabase/supabase-js';
import { StorageProblem, type ByteRange, type FileStorage } from '../file-storage.ts';

export interface SupabaseFilesOptions {
  /** https://PROJECT.supabase.co */
  url: URL;
  secretKey: string;
  /** Has to be private: people fetch files from the gateway, which says how browsers have to take them. */
  bucket: string;
}

/** What supabase-js says of a refusal. */
type StorageError = Error & { status?: number | undefined; statusCode?: string | undefined };

/** Asks nothing yet. The bucket is made when it is not there. */
export function supabaseFiles({ url, secretKey, bucket }: SupabaseFilesOptions): FileStorage {
  const { storage } = createClient(url.origin, secretKey, { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } });
  const pathOf = (workspaceId: string, fileId: string): string => {
    if (![workspaceId, fileId].every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id))) throw new StorageProblem('not an id of a file');
    return `${workspaceId}/${fileId}`;
  };
  let ready: Promise<void> | undefined;

  async function makeBucket(): Promise<void> {
    const { error } = await storage.getBucket(bucket);
    if (!error) return;
    if (!isMissing(error)) throw problem(error);
    const made = await storage.createBucket(bucket, { public: false });
    // Another gateway may have made it in this moment.
    if (made.error && (await storage.getBucket(bucket)).error) throw problem(made.error);
  }

  return {
    async put(workspaceId, fileId, body) {
      const path = pathOf(workspaceId, fileId);
      ready ??= makeBucket();
      await ready.catch((error: unknown) => {
        ready = undefined;
        throw error;
      });
      // On the disk first: nothing is sent of what breaks off, and a crowd of slow senders costs no memory.
      const directory = await mkdtemp(join(tmpdir(), 'miradesk-file-')).catch(cannotKeep);
      try {
        const file = await open(join(directory, 'part'), 'wx');
        try {
          for await (const chunk of body) await file.writeFile(chunk).catch(cannotKeep);
        } finally {
          await file.close();
        }
        const { error } = await storage.from(bucket).upload(path, await readFile(join(directory, 'part')), { contentType: 'application/octet-stream', upsert: false });
        if (error) throw problem(error);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
    async get(workspaceId, fileId, range) {
      const { data, error } = await storage.from(bucket).download(pathOf(workspaceId, fileId)).asStream();
      if (error) {
        if (isMissing(error)) return null;
        throw problem(error);
      }
      const whole = Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]);
      return range ? Readable.from(part(whole, range), { objectMode: false }) : whole;
    },
    async remove(workspaceId, fileId) {
      const { error } = await storage.from(bucket).remove([pathOf(workspaceId, fileId)]);
      if (error && !isMissing(error)) throw problem(error);
    },
  };
}

/** supabase-js knows no ranges; files are small enough to pass over what is not wanted. */
async function* part(whole: Readable, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of whole as AsyncIterable<Uint8Array>) {
    const wanted = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (wanted.length > 0) yield wanted;
    at += chunk.length;
    if (at > end) return;
  }
}

/** Storage answers with 400 for what is not there, and says 404 inside. */
function isMissing({ status, statusCode }: StorageError): boolean {
  return status === 404 || statusCode === '404' || statusCode === 'NoSuchKey' || statusCode === 'NoSuchBucket';
}

function cannotKeep(cause: unknown): never {
  throw new StorageProblem('the temporary directory does not work', { cause });
}

function problem(cause: StorageError): StorageProblem {
  return new StorageProblem('Supabase Storage does not work', { cause });
}
