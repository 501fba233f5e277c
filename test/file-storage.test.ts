/** What every place for files must do, and what a disk does besides. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskStorage, removeFiles, StorageProblem, type FileStorage } from '../gateway/file-storage.ts';
import { createFileSweep } from '../gateway/file-sweep.ts';
import { supabaseFiles } from '../gateway/store/supabase-files.ts';
import { createLogger } from '../gateway/logger.ts';
import { openTestDatabase, testWorkspace } from './harness/store.ts';
import { startSupabase } from './harness/supabase.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

async function* bytes(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function read(storage: FileStorage, workspace: string, id: string, range?: { start: number; end: number }): Promise<string | null> {
  const stream = await storage.get(workspace, id, range);
  return stream && (await buffer(stream)).toString();
}

interface Opened { storage: FileStorage; close?(): Promise<void> }

async function openOnSupabase(): Promise<Opened> {
  const supabase = await startSupabase();
  return { storage: supabaseFiles({ url: supabase.url, secretKey: supabase.secretKey, bucket: 'files-of-people' }), close: () => supabase.stop() };
}

describe.each<[string, () => Promise<Opened>]>([
  ['a disk', async () => ({ storage: diskStorage(join(temporaryDirectory('files'), 'not', 'there', 'yet')) })],
  ['Supabase', openOnSupabase],
])('files on %s', (_, open) => {
  let opened: Opened;
  let storage: FileStorage;
  beforeAll(async () => {
    opened = await open();
    storage = opened.storage;
  });
  afterAll(() => opened.close?.());

  it('are given back as they came, whole or in part', async () => {
    const id = nanoid();
    await storage.put('ws', id, bytes('0123', '', '456789'));
    expect(await read(storage, 'ws', id)).toBe('0123456789');
    expect(await read(storage, 'ws', id, { start: 2, end: 4 })).toBe('234');
  });

  it('[D8] are those of one workspace', async () => {
    const id = nanoid();
    await storage.put('one', id, bytes('mine'));
    expect(await read(storage, 'other', id)).toBeNull();
    await storage.remove('other', id);
    expect(await read(storage, 'one', id)).toBe('mine');
  });

  it('are there whole or not at all', async () => {
    const id = nanoid();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the sender went away');
    }
    await expect(storage.put('ws', id, broken())).rejects.toThrow('the sender went away');
    expect(await read(storage, 'ws', id)).toBeNull();
    await storage.put('ws', id, bytes('whole'));
    expect(await read(storage, 'ws', id)).toBe('whole');
  });

  it('are removed, and removing what is not there is no mistake', async () => {
    const ids = Array.from({ length: 20 }, () => nanoid());
    for (const id of ids) await storage.put('ws', id, bytes(id));
    expect((await removeFiles(storage, 'ws', [...ids, 'never-there'], (error) => expect.unreachable(String(error)))).toSorted()).toEqual([...ids, 'never-there'].toSorted());
    for (const id of ids) expect(await read(storage, 'ws', id)).toBeNull();
  });

  it('have ids that lead nowhere else', async () => {
    for (const [workspace, id] of [['..', 'x'], ['ws', '../x'], ['ws', ''], ['', 'x'], ['ws', 'a/b'], ['ws', 'x.part']] as const) {
      await expect(storage.get(workspace, id)).rejects.toBeInstanceOf(StorageProblem);
      await expect(storage.put(workspace, id, bytes('x'))).rejects.toBeInstanceOf(StorageProblem);
      await expect(storage.remove(workspace, id)).rejects.toBeInstanceOf(StorageProblem);
    }
  });
});

describe('the disk', () => {
  it('holds nothing but the file, and what a crash left of an upload goes with it', async () => {
    const directory = temporaryDirectory('files');
    const storage = diskStorage(directory);
    await storage.put('ws', 'whole', bytes('x'));
    expect(await readdir(join(directory, 'ws'))).toEqual(['whole']);
    await writeFile(join(directory, 'ws', 'half.part'), 'ha');
    await storage.remove('ws', 'half');
    expect(await readdir(join(directory, 'ws'))).toEqual(['whole']);
  });

  it('says when it does not work, without what it was about', async () => {
    const file = join(temporaryDirectory('files'), 'a-file');
    await writeFile(file, '');
    await expect(diskStorage(file).put('ws', 'x', bytes('x'))).rejects.toBeInstanceOf(StorageProblem);
  });
});

describe('the sweep', () => {
  it('takes away what was not sent within a day or was to go, and nothing else', async () => {
    const directory = temporaryDirectory('files');
    const storage = diskStorage(directory);
    const opened = await openTestDatabase();
    const { store, query } = opened;
    await store.createWorkspace(testWorkspace('ws'));
    const owner = { kind: 'visitor', id: 'vera' } as const;
    for (const id of ['sent', 'fresh', 'old', 'half', 'forgotten']) {
      await store.addFile('ws', { id, owner });
      await storage.put('ws', id, bytes(id));
      if (id !== 'half') await store.completeFile('ws', id, { name: 'a.txt', type: 'text/plain', size: 1 });
    }
    await store.append('ws', { kind: 'start', author: { ...owner, name: null }, clientId: nanoid(), conversationId: nanoid(), conversationClientId: nanoid(), text: '', attachments: ['sent'], page: null });
    await store.forgetFile('ws', 'forgotten', owner);
    await query("update miradesk.files set created_at = now() - interval '25 hours' where id <> 'fresh'");

    const sweep = createFileSweep({ store, storage, logger: createLogger('silent') });
    sweep.start();
    await until(async () => (await readdir(join(directory, 'ws'))).length === 2, { what: 'the sweep' });
    await sweep.close();
    expect((await readdir(join(directory, 'ws'))).toSorted()).toEqual(['fresh', 'sent']);
    expect((await query<{ id: string }>('select id from miradesk.files order by id')).map(({ id }) => id)).toEqual(['fresh', 'sent']);
    await opened.close();
  });

  it('leaves for the next time what cannot be removed now', async () => {
    const opened = await openTestDatabase();
    const { store } = opened;
    await store.createWorkspace(testWorkspace('ws'));
    const owner = { kind: 'visitor', id: 'vera' } as const;
    await store.addFile('ws', { id: 'stuck', owner });
    await store.forgetFile('ws', 'stuck', owner);
    let tries = 0;
    const storage = { ...diskStorage(temporaryDirectory('files')), remove: async () => { tries += 1; throw new StorageProblem('stuck'); } };
    const sweep = createFileSweep({ store, storage, logger: createLogger('silent') });
    sweep.start();
    await until(() => tries === 1, { what: 'the sweep to try' });
    await sweep.close();
    expect(tries).toBe(1);
    expect(await store.staleFiles(10)).toEqual([{ workspace: 'ws', id: 'stuck' }]);
    await opened.close();
  });

  it('finds the files of a visitor for whoever erases them', async () => {
    const opened = await openTestDatabase();
    const { store, query } = opened;
    await store.createWorkspace(testWorkspace('ws'));
    await store.addMember('ws', { id: 'ada', name: 'Ada', email: 'ada@ws.example', role: 'owner', passwordHash: '' });
    const [vera, ada] = [{ kind: 'visitor', id: 'vera', name: null }, { kind: 'agent', id: 'ada', name: 'Ada' }] as const;
    for (const [id, { kind, id: by }] of [['from-vera', vera], ['from-ada', ada], ['not-sent', vera], ['not-sent-by-ada', ada], ['of-another', { kind: 'visitor', id: 'walt' }]] as const) {
      await store.addFile('ws', { id, owner: { kind, id: by } });
      await store.completeFile('ws', id, { name: 'a.txt', type: 'text/plain', size: 1 });
    }
    await store.append('ws', { kind: 'start', author: vera, clientId: nanoid(), conversationId: 'first', conversationClientId: nanoid(), text: '', attachments: ['from-vera'], page: null });
    await store.append('ws', { kind: 'message', author: ada, clientId: nanoid(), conversationId: 'first', text: 'Here', attachments: ['from-ada'], page: null });
    const [row] = await query<{ files: string[] }>("select miradesk.files_of_visitor('ws', 'vera') as files");
    expect(row?.files.toSorted()).toEqual(['from-ada', 'from-vera', 'not-sent']);
    await opened.close();
  });
});
