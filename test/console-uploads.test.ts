// @vitest-environment happy-dom
/** Files on their way into a reply: their true state, whatever happens to the connection, the gateway, or the person's mind. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileTransfer } from '../console/file-transfer.ts';
import { createUploads, type Uploads } from '../console/uploads.ts';
import { wireError } from '../shared/errors.ts';
import { FILE_MAX_BYTES } from '../shared/limits.ts';
import { fakeConnection, type FakeConnection } from './console-fakes.ts';
import { until } from './harness/until.ts';

interface Sent { name: string; progress(part: number): void; answers(answer: Awaited<FileTransfer['answer']>): void; stopped: boolean }

let connection: FakeConnection;
let uploads: Uploads;
let sent: Sent[];
let deleted: string[];

beforeEach(() => {
  connection = fakeConnection();
  sent = [];
  deleted = [];
  vi.stubGlobal('fetch', async (path: string, { method }: RequestInit) => {
    deleted.push(`${method} ${path}`);
    return new Response(null, { status: 204 });
  });
  uploads = createUploads({
    connection,
    sendFile(file, progress) {
      const { promise, resolve } = Promise.withResolvers<Awaited<FileTransfer['answer']>>();
      const one: Sent = { name: file.name, progress, answers: resolve, stopped: false };
      sent.push(one);
      return { answer: promise, stop: () => { one.stopped = true; resolve({ ok: false, unreachable: true }); } };
    },
  });
});
afterEach(() => {
  uploads.dispose();
  vi.unstubAllGlobals();
});

const file = (name: string, size = 5): File => new File([new Uint8Array(size)], name);
const attachment = (name: string) => ({ id: `id-of-${name}`, name, type: 'image/png', size: 5 });
const states = () => uploads.all.value.map(({ state }) => state);

describe('an upload', () => {
  it('[D7] says how far it is, and is ready when the gateway has it', async () => {
    uploads.add('a', [file('kettle.png')]);
    sent[0]?.progress(0.4);
    expect(uploads.all.value).toMatchObject([{ conversationId: 'a', name: 'kettle.png', size: 5, state: { at: 'uploading', progress: 0.4 } }]);
    sent[0]?.answers({ ok: true, data: { file: attachment('kettle.png') } });
    await until(() => states()[0]?.at === 'ready');
    expect(states()).toEqual([{ at: 'ready', attachment: attachment('kettle.png') }]);
  });

  it('that cannot succeed is not begun', () => {
    uploads.add('a', [file('empty.png', 0), file('huge.png', FILE_MAX_BYTES + 1), file('fits.png', FILE_MAX_BYTES)]);
    expect(sent.map(({ name }) => name)).toEqual(['fits.png']);
    expect(states().slice(0, 2)).toMatchObject([{ at: 'failed', reason: 'empty', again: false }, { at: 'failed', reason: { code: 'file_too_large' }, again: false }]);
  });

  it('that failed is tried again where that may help', async () => {
    uploads.add('a', [file('one.png'), file('two.html')]);
    sent[0]?.answers({ ok: false, status: 503, error: wireError('unavailable', { retryAfterMs: 5 }) });
    sent[1]?.answers({ ok: false, status: 415, error: wireError('file_type_not_allowed') });
    await until(() => states().every(({ at }) => at === 'failed'));
    expect(states()).toMatchObject([{ again: true }, { again: false }]);
    uploads.retry(uploads.all.value[0]?.key ?? 0);
    expect(states()[0]).toEqual({ at: 'uploading', progress: 0 });
    sent[2]?.answers({ ok: true, data: { file: attachment('one.png') } });
    await until(() => states()[0]?.at === 'ready');
  });

  it('that found no gateway goes again by itself when the connection is back', async () => {
    uploads.add('a', [file('one.png')]);
    connection.state.value = { at: 'connecting' };
    sent[0]?.answers({ ok: false, unreachable: true });
    await until(() => states()[0]?.at === 'failed');
    expect(sent).toHaveLength(1);
    connection.state.value = { at: 'online' };
    expect(sent).toHaveLength(2);
  });

  it('is stopped, or taken back, when its writer changes their mind', async () => {
    uploads.add('a', [file('going.png'), file('there.png')]);
    sent[1]?.answers({ ok: true, data: { file: attachment('there.png') } });
    await until(() => states()[1]?.at === 'ready');
    for (const { key } of uploads.all.value) uploads.remove(key);
    expect(uploads.all.value).toEqual([]);
    expect(sent[0]?.stopped).toBe(true);
    expect(deleted).toEqual(['DELETE /api/files/id-of-there.png']);
  });
});

describe('the files of a reply', () => {
  it('are those of its conversation; they leave with it, and stay at the gateway', async () => {
    uploads.add('a', [file('a.png')]);
    uploads.add('b', [file('b.png')]);
    for (const one of sent) one.answers({ ok: true, data: { file: attachment(one.name) } });
    await until(() => states().every(({ at }) => at === 'ready'));
    uploads.take('a');
    expect(uploads.all.value.map(({ conversationId }) => conversationId)).toEqual(['b']);
    expect(deleted).toEqual([]);
    uploads.restore('a', [attachment('a.png')]);
    expect(uploads.all.value.map(({ name, state }) => [name, state.at])).toEqual([['b.png', 'ready'], ['a.png', 'ready']]);
  });

  it('have room for ten, in each conversation', () => {
    const many = Array.from({ length: 8 }, (_, index) => file(`${index}.png`));
    expect([uploads.add('a', many), uploads.add('a', many), uploads.add('b', many)]).toEqual([0, 6, 0]);
    expect(uploads.all.value).toHaveLength(18);
  });
});
