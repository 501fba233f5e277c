/** Files over HTTP: what is taken in, what is refused, and that nothing in what is given out can run on our origin. */
import { existsSync, readdirSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClientAddress } from '../gateway/client-address.ts';
import { readConfig } from '../gateway/config.ts';
import { diskStorage } from '../gateway/file-storage.ts';
import { createFiles } from '../gateway/files.ts';
import { createHttp } from '../gateway/http.ts';
import { createLogger } from '../gateway/logger.ts';
import { createWorkspaces } from '../gateway/workspaces.ts';
import { ERRORS } from '../shared/errors.ts';
import { FILE_MAX_BYTES, FILES_PENDING_MAX } from '../shared/limits.ts';
import type { Attachment } from '../shared/protocol.ts';
import { name, startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { docx, gif, jar, jpeg, mp4, PDF, png, webpOf, zip } from './harness/sample-files.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let filesDir: string;
let visitor: Client & { token: string; visitorId: string };

beforeAll(async () => {
  filesDir = temporaryDirectory('files');
  gateway = await startTestGateway({ env: { RATE_FILES: '100000/100', FILES_DIR: filesDir } });
  workspace = await gateway.workspace({ allowedOrigins: ['https://shop.example'] });
});
// Everybody may have a few files waiting only.
beforeEach(async () => {
  visitor = await gateway.visitor(workspace);
});
afterAll(() => gateway.close());

interface Upload { name?: string; token?: string | null; to?: string; at?: string; headers?: Record<string, string> }
interface Uploaded { status: number; headers: Headers; file: Attachment; code: string | undefined; body: any }

async function upload(body: Buffer | string, { name: called = 'kettle.png', token = visitor.token, to = workspace.id, at = `/files/${to}`, headers = {} }: Upload = {}): Promise<Uploaded> {
  const response = await fetch(`${gateway.url}${at}?name=${encodeURIComponent(called)}`, {
    method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
  const answer: any = await response.json();
  return { status: response.status, headers: response.headers, file: answer.file, code: answer.error?.code, body: answer };
}

/** As a browser would ask, but without touching the path. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: gateway.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });
}
const fetched = (file: Attachment, headers: Record<string, string> = {}, method = 'GET') => get(`/files/${workspace.id}/${file.id}/${encodeURIComponent(file.name)}`, headers, method);

const errorOf = async (response: Response): Promise<any> => ((await response.json()) as { error: unknown }).error;
const codeOf = async (response: Response): Promise<string> => (await errorOf(response)).code;

const kept = (id = workspace.id): string[] => (existsSync(join(filesDir, id)) ? readdirSync(join(filesDir, id)) : []);

describe('an upload', () => {
  it('is answered with the file as messages will carry it, and can be fetched at once', async () => {
    const { status, file, headers } = await upload(png(40, 30));
    expect(status).toBe(201);
    expect(file).toEqual({ id: expect.stringMatching(/^[\w-]{21}$/), name: 'kettle.png', type: 'image/png', size: png(40, 30).length, width: 40, height: 30 });
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await fetched(file)).body).toEqual(png(40, 30));
  });

  it.each<[type: string, called: string, body: Buffer | string, size?: { width: number; height: number }]>([
    ['image/jpeg', 'photo.JPG', jpeg(640, 480), { width: 640, height: 480 }],
    ['image/jpeg', 'on-its-side.jpg', jpeg(640, 480, 6), { width: 480, height: 640 }],
    ['image/gif', 'wave.gif', gif(5, 7), { width: 5, height: 7 }],
    ['image/webp', 'lossy.webp', webpOf('VP8 ', 300, 200), { width: 300, height: 200 }],
    ['image/webp', 'lossless.webp', webpOf('VP8L', 300, 200), { width: 300, height: 200 }],
    ['image/webp', 'extended.webp', webpOf('VP8X', 300, 200), { width: 300, height: 200 }],
    ['image/avif', 'leaf.avif', mp4('avif')], ['image/heic', 'leaf.heic', mp4('heic')], ['video/mp4', 'clip.mp4', mp4('isom')], ['video/quicktime', 'clip.mov', mp4('qt  ')], ['audio/mp4', 'memo.m4a', mp4('M4A ')],
    ['application/pdf', 'offer.pdf', PDF],
    ['application/zip', 'all.zip', zip(['a.txt'])],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'letter.docx', docx('word/document.xml')],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'prices.xlsx', docx('xl/workbook.xml')],
    ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'talk.pptx', docx('ppt/presentation.xml')],
    ['application/vnd.oasis.opendocument.text', 'letter.odt', zip(['mimetype', 'content.xml'], 'application/vnd.oasis.opendocument.text')],
    ['video/webm', 'screen.webm', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
    ['audio/mpeg', 'song.mp3', Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1')], ['audio/mpeg', 'bare.mp3', Buffer.from('fffb9064', 'hex')],
    ['audio/ogg', 'song.ogg', Buffer.from('OggS\0\x02', 'latin1')], ['audio/wav', 'ding.wav', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
    ['text/plain', 'notes.txt', 'Grüße aus Köln 🫖\r\n'], ['text/plain', 'prices.csv', 'tea;4,20\n'], ['text/plain', 'data.json', '{"a":1}'], ['text/plain', 'a.log', `\u001b[31m${'x'.repeat(20_000)}`], ['video/mp4', 'memo.m4a', mp4('mp42')],
  ])('takes %s (%s)', async (type, called, body, size = {} as never) => {
    const { status, file } = await upload(body, { name: called });
    expect([status, file.type, file.name]).toEqual([201, type, called]);
    expect([file.width, file.height]).toEqual([size.width, size.height]);
  });

  it.each<[what: string, called: string, body: Buffer | string]>([
    ['HTML under a picture\'s name', 'kettle.png', '<!DOCTYPE html><script>alert(1)</script>'],
    ['HTML after white space and a byte order mark', 'notes.txt', '\ufeff \n\t<html><body onload=alert(1)>'],
    ['HTML after a comment', 'notes.txt', '<!-- hello --><script>alert(1)</script>'],
    ['a picture with scripts (SVG)', 'kettle.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['XML', 'feed.xml', '<?xml version="1.0"?><a/>'],
    ['a script for a shell', 'run.txt', '#!/bin/sh\nrm -rf /'],
    ['a program for Windows', 'setup.png', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1')],
    ['a program for Linux', 'notes.txt', Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1')],
    ['a program in an archive', 'tool.zip', jar()],
    ['text that is not UTF-8', 'notes.txt', Buffer.from('Gr\xfc\xdfe', 'latin1')],
    ['text with a zero byte, far behind', 'notes.txt', `${'x'.repeat(100_000)}\0`],
    ['half a character at the end', 'notes.txt', Buffer.from([0x61, 0xc3])],
    ['Matroska', 'film.webm', Buffer.from('1a45dfa3934282886d6174726f736b61', 'hex')],
    ['random bytes', 'kettle.png', Buffer.from('00112233445566778899aabb', 'hex')],
  ])('refuses %s', async (_, called, body) => {
    const before = kept();
    const { status, code, body: answer } = await upload(body, { name: called, headers: { 'content-type': 'image/png' } });
    expect([status, code]).toEqual([415, 'file_type_not_allowed']);
    expect(answer.error.message).toBe(ERRORS.file_type_not_allowed);
    expect(kept()).toEqual(before);
  });

  it('refuses nothing at all', async () => {
    expect(await upload('')).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('of an allowed type may be anything else, too: it goes out as what was found, and runs nowhere', async () => {
    const { file } = await upload(Buffer.concat([gif(1, 1), Buffer.from('/*<html><script>alert(1)</script>*/')]), { name: 'page.html' });
    expect([file.type, file.name]).toEqual(['image/gif', 'page.html.gif']);
    const { headers } = await fetched(file);
    expect([headers['content-type'], headers['x-content-type-options']]).toEqual(['image/gif', 'nosniff']);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*;sandbox/);
  });

  it.each<[what: string, given: string, becomes: string]>([
    ['a path', '../../etc/passwd.png', 'passwd.png'], ['a path of Windows', '..\\..\\boot.png', 'boot.png'], ['only a slash', '/', 'file.png'], ['nothing', '', 'file.png'],
    ['only dots', '...', 'file.png'], ['a hidden file', '.htaccess', 'htaccess.png'], ['text turned round', 'inv\u202egnp.exe', 'invgnp.exe.png'],
    ['control characters', 'a\u0000b\r\nc.png', 'ab c.png'], ['much white space', '  two   words .png', 'two words .png'], ['another type\'s ending', 'photo.jpeg', 'photo.jpeg.png'],
    ['capitals', 'Foto.PNG', 'Foto.PNG'], ['far too many characters', `${'🫖'.repeat(300)}.png`, `${'🫖'.repeat(98)}.png`], ['marks nobody sees', '\u202d\u200b.png', 'png.png'],
  ])('is given a name that leads nowhere instead of %s', async (_, given, becomes) => {
    expect((await upload(png(), { name: given })).file.name).toBe(becomes);
  });

  it(`has at most ${FILE_MAX_BYTES} bytes, whatever it says of itself, and leaves nothing behind when it has more`, async () => {
    const head = png();
    const full = Buffer.concat([head, Buffer.alloc(FILE_MAX_BYTES - head.length)]);
    const before = kept();
    expect(await upload(full)).toMatchObject({ status: 201, file: { size: FILE_MAX_BYTES } });
    const one = kept();
    expect(one).toHaveLength(before.length + 1);
    expect(await upload(Buffer.concat([full, Buffer.alloc(1)]))).toMatchObject({ status: 413, code: 'file_too_large' });
    // In pieces, without a length.
    const pieces = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(full));
        controller.enqueue(new Uint8Array(1_000));
        controller.close();
      },
    });
    const response = await fetch(`${gateway.url}/files/${workspace.id}?name=a.png`, { method: 'POST', body: pieces, duplex: 'half', headers: { authorization: `Bearer ${visitor.token}` } } as RequestInit);
    expect([response.status, await codeOf(response)]).toEqual([413, 'file_too_large']);
    expect(kept()).toEqual(one);
  });

  it('that breaks off leaves nothing behind, and no place taken', async () => {
    const other = await gateway.visitor(workspace);
    const before = kept();
    for (let index = 0; index < FILES_PENDING_MAX + 2; index += 1) {
      const request = httpRequest({ host: '127.0.0.1', port: gateway.port, path: `/files/${workspace.id}?name=a.png`, method: 'POST', headers: { authorization: `Bearer ${other.token}`, 'content-length': '100000' } });
      request.on('error', () => {});
      request.write(png());
      await until(() => kept().length > before.length, { what: 'the upload to begin' });
      request.destroy();
      await until(() => kept().length === before.length, { what: 'the upload to be undone' });
    }
    expect(await upload(png(), { token: other.token })).toMatchObject({ status: 201 });
  });

  it(`has to wait while ${FILES_PENDING_MAX} of the same person are not sent; one taken back makes room`, async () => {
    const other = await gateway.visitor(workspace);
    const all = await Promise.all(Array.from({ length: FILES_PENDING_MAX }, () => upload(png(), { token: other.token })));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await upload(png(), { token: other.token })).toMatchObject({ status: 409, code: 'files_too_many' });
    const remove = (token: string) => fetch(`${gateway.url}/files/${workspace.id}/${all[0]?.file.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect((await remove(visitor.token)).status).toBe(404);
    expect((await remove(other.token)).status).toBe(204);
    expect((await remove(other.token)).status).toBe(404);
    expect((await fetched(all[0]?.file as Attachment)).status).toBe(404);
    expect(kept()).not.toContain(all[0]?.file.id);
    expect(await upload(png(), { token: other.token })).toMatchObject({ status: 201 });
  });

  it('needs the visitor\'s token, of this workspace', async () => {
    const elsewhere = await gateway.workspace();
    const stranger = await gateway.visitor(elsewhere);
    expect(await upload(png(), { token: null })).toMatchObject({ status: 401, code: 'token_invalid' });
    expect(await upload(png(), { token: 'nonsense' })).toMatchObject({ status: 401, code: 'token_invalid' });
    expect(await upload(png(), { token: stranger.token })).toMatchObject({ status: 401, code: 'token_invalid' });
    expect(await upload(png(), { to: 'nowhere' })).toMatchObject({ status: 404, code: 'not_found' });
    // A member's cookie is no token.
    expect(await upload(png(), { token: null, headers: { cookie: await gateway.signIn(workspace) } })).toMatchObject({ status: 401, code: 'token_invalid' });
  });

  it('comes from the workspace\'s websites only, and tells their pages what became of it', async () => {
    const good = await upload(png(), { headers: { origin: 'https://shop.example' } });
    expect([good.status, good.headers.get('access-control-allow-origin'), good.headers.get('vary')]).toEqual([201, 'https://shop.example', 'origin']);
    const refused = await upload('<html>', { headers: { origin: 'https://shop.example' } });
    expect([refused.code, refused.headers.get('access-control-allow-origin')]).toEqual(['file_type_not_allowed', 'https://shop.example']);
    const bad = await upload(png(), { headers: { origin: 'https://evil.example' } });
    expect([bad.status, bad.code, bad.headers.get('access-control-allow-origin')]).toEqual([403, 'origin_not_allowed', null]);
    const preflight = (origin: string, path = '') => fetch(`${gateway.url}/files/${workspace.id}${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
    const asked = await preflight('https://shop.example');
    expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-methods'), asked.headers.get('access-control-allow-headers')])
      .toEqual([204, 'https://shop.example', 'POST, DELETE', 'authorization, content-type']);
    expect((await preflight('https://shop.example', '/some-id')).status).toBe(204);
    expect((await preflight('https://evil.example')).status).toBe(403);
  });

  it('is limited per visitor and per address', async () => {
    const strict = await startTestGateway({ store: gateway.store, env: { RATE_FILES: '2/0.01', FILES_DIR: filesDir } });
    try {
      const [one, other] = [await strict.visitor(workspace), await strict.visitor(workspace)];
      const send = (token: string) => fetch(`${strict.url}/files/${workspace.id}?name=a.png`, { method: 'POST', body: new Uint8Array(png()), headers: { authorization: `Bearer ${token}` } });
      expect([(await send(one.token)).status, (await send(one.token)).status]).toEqual([201, 201]);
      const refused = await send(one.token);
      expect([refused.status, await errorOf(refused)]).toEqual([429, { code: 'rate_limited', message: ERRORS.rate_limited, retryAfterMs: expect.any(Number) }]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(10);
      expect([(await send(other.token)).status, (await send(other.token)).status]).toEqual([201, 201]);
      expect((await send((await strict.visitor(workspace)).token)).status).toBe(201);
      // Six for the address, the refused one among them.
      expect((await send((await strict.visitor(workspace)).token)).status).toBe(429);
    } finally {
      await strict.close();
    }
  });

  it('whose owner is erased meanwhile leaves nothing behind', async () => {
    const erasing = await startTestGateway({ store: gateway.store, env: { FILES_DIR: filesDir }, wrap: (store) => ({
      ...store,
      // Their rows go while the bytes are on their way.
      async completeFile(workspaceId, id, content) {
        await store.forgetFile(workspaceId, id, { kind: 'visitor', id: visitor.visitorId });
        await store.dropFiles(workspaceId, [id]);
        return store.completeFile(workspaceId, id, content);
      },
    }) });
    try {
      const before = kept();
      const response = await fetch(`${erasing.url}/files/${workspace.id}?name=a.png`, { method: 'POST', body: new Uint8Array(png()), headers: { authorization: `Bearer ${visitor.token}` } });
      expect([response.status, await codeOf(response)]).toEqual([404, 'not_found']);
      expect(kept()).toEqual(before);
    } finally {
      await erasing.close();
    }
  });

  it('that falls silent is given up', async () => {
    const logger = createLogger('silent');
    const clientAddress = createClientAddress([]);
    const config = readConfig({});
    const fastify = await createHttp({ config, clientAddress, logger });
    const files = createFiles({ store: gateway.store, storage: diskStorage(filesDir), clientAddress, logger, config, silenceMs: 50 });
    await fastify.register(files.visitors, { prefix: '/files', workspaces: createWorkspaces(gateway.store) });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    try {
      const before = kept();
      const { port } = fastify.server.address() as AddressInfo;
      const request = httpRequest({ host: '127.0.0.1', port, path: `/files/${workspace.id}?name=a.png`, method: 'POST', headers: { authorization: `Bearer ${visitor.token}`, 'content-length': '100000' } });
      const ended = new Promise<string>((resolve) => { request.on('error', (error) => resolve(error.message)); });
      request.write(png());
      expect(await ended).toBe('socket hang up');
      await until(() => kept().length === before.length, { what: 'the upload to be undone' });
    } finally {
      await fastify.close();
    }
  });

  it('is asked for again later when it cannot be stored', async () => {
    const broken = await startTestGateway({ store: gateway.store, env: { FILES_DIR: join(import.meta.filename, 'files') } });
    try {
      const response = await fetch(`${broken.url}/files/${workspace.id}?name=a.png`, { method: 'POST', body: new Uint8Array(png()), headers: { authorization: `Bearer ${visitor.token}` } });
      expect([response.status, await errorOf(response)]).toEqual([503, { code: 'unavailable', message: ERRORS.unavailable, retryAfterMs: 5_000 }]);
      expect(broken.log()).toContain('a file could not be stored');
    } finally {
      await broken.close();
    }
  });
});

describe('an upload of a member', () => {
  it('comes with the session, from our own pages', async () => {
    const cookie = await gateway.signIn(workspace);
    const send = (headers: Record<string, string>, body: Buffer | string = png()) => upload(body, { token: null, at: '/api/files', name: 'offer.png', headers });
    expect(await send({ cookie })).toMatchObject({ status: 201, file: { name: 'offer.png' } });
    expect(await send({ cookie, origin: gateway.url, 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 201 });
    expect(await send({})).toMatchObject({ status: 401, code: 'sign_in_required' });
    expect(await send({ cookie, origin: 'https://shop.example' })).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect(await send({ cookie, 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' })).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    expect(await send({ cookie }, '<html>')).toMatchObject({ status: 415, code: 'file_type_not_allowed' });
  });

  it('is taken back by who uploaded it', async () => {
    const cookie = await gateway.signIn(workspace);
    const { file } = await upload(png(), { token: null, at: '/api/files', headers: { cookie } });
    const remove = (headers: Record<string, string>) => fetch(`${gateway.url}/api/files/${file.id}`, { method: 'DELETE', headers });
    expect((await remove({})).status).toBe(401);
    expect((await remove({ cookie: await gateway.signIn(workspace, (await gateway.member(workspace, 'Theo')).email) })).status).toBe(404);
    expect((await remove({ cookie })).status).toBe(204);
  });
});

describe('a file that is fetched', () => {
  it('shows pictures and saves everything else, under its own name, with nothing it could run', async () => {
    const shown = (await upload(png(), { name: 'Grüße "1".png' })).file;
    const saved = (await upload('<3', { name: 'love.html' })).file;
    const picture = await fetched(shown);
    expect(picture.headers['content-disposition']).toBe('inline; filename="Gr__e _1_.png"; filename*=UTF-8\'\'Gr%C3%BC%C3%9Fe%20%221%22.png');
    const text = await fetched(saved);
    expect(saved.name).toBe('love.html.txt');
    expect([text.headers['content-type'], text.headers['content-disposition']]).toEqual(['text/plain; charset=utf-8', 'attachment; filename="love.html.txt"; filename*=UTF-8\'\'love.html.txt']);
    for (const { status, headers } of [picture, text]) {
      expect(status).toBe(200);
      expect(headers['content-security-policy']).toBe("default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';sandbox");
      expect([headers['x-content-type-options'], headers['cross-origin-resource-policy'], headers['cache-control'], headers['x-frame-options'], headers['referrer-policy']])
        .toEqual(['nosniff', 'cross-origin', 'private, no-cache', 'DENY', 'no-referrer']);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('is not sent again to who has it, and answers HEAD without a body', async () => {
    const { file } = await upload(png());
    const { headers } = await fetched(file);
    expect(await fetched(file, { 'if-none-match': `"x", W/${headers.etag}` })).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    expect((await fetched(file, { 'if-none-match': '*' })).status).toBe(304);
    const head = await fetched(file, {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length'], head.headers['content-type']]).toEqual([200, 0, String(file.size), 'image/png']);
  });

  it('that was erased is no more, also for who has it', async () => {
    const { file } = await upload(png());
    const { headers } = await fetched(file);
    expect((await fetched(file, { 'if-none-match': `${headers.etag}` })).status).toBe(304);
    await visitor.does('visitor:erase', { confirm: true });
    const { status, headers: after } = await fetched(file, { 'if-none-match': `${headers.etag}` });
    expect([status, after['cache-control']]).toEqual([404, 'no-store']);
  });

  it('comes in parts where that is asked for', async () => {
    const { file } = await upload('0123456789', { name: 'digits.txt' });
    const part = async (range: string, more = {}) => {
      const { status, body, headers } = await fetched(file, { range, ...more });
      return [status, body.toString(), headers['content-range']];
    };
    expect(await part('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await part('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await part('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await part('bytes=5-99')).toEqual([206, '56789', 'bytes 5-9/10']);
    expect(await part('bytes=-99')).toEqual([206, '0123456789', 'bytes 0-9/10']);
    for (const range of ['bytes=10-', 'bytes=5-4', 'bytes=-0']) expect(await part(range), range).toEqual([416, '', 'bytes */10']);
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'bytes=a-b']) expect(await part(range), range).toEqual([200, '0123456789', undefined]);
    expect(await part('bytes=2-4', { 'if-range': `"${file.id}"` })).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await part('bytes=2-4', { 'if-range': '"another"' })).toEqual([200, '0123456789', undefined]);
  });

  it('[D8] is found by its id in its workspace only, and by no way around', async () => {
    const elsewhere = await gateway.workspace();
    const { file } = await upload(png());
    for (const path of [
      `/files/${elsewhere.id}/${file.id}/a.png`, `/files/nowhere/${file.id}/a.png`, `/files/${workspace.id}/never-there/a.png`, `/files/${workspace.id}/${file.id}`,
      `/files/${workspace.id}/..%2f..%2fetc%2fpasswd/a`, `/files/${workspace.id}/../${workspace.id}/${file.id}`, `/files/..%2f${workspace.id}/${file.id}/a.png`, `/files/${workspace.id}/${file.id}.part/a.png`,
      `/files/${workspace.id}/%00/a.png`, `/files/%00/${file.id}/a.png`, `/files/${workspace.id}/${file.id}%00/a.png`, `/files/${workspace.id}/${'x'.repeat(65)}/a.png`,
    ]) {
      const { status, headers } = await get(path);
      expect(status, path).toBe(404);
      expect(headers['cache-control'], path).toBe('no-store');
    }
    // Any name will do; a strange one changes nothing.
    expect((await get(`/files/${workspace.id}/${file.id}/..%2f..%2fx.html`)).headers['content-type']).toBe('image/png');
  });
});

describe('a message with files', () => {
  it('carries them to both sides, and they stay', async () => {
    const agent = await gateway.agent(workspace);
    const conversationId = await startConversation(visitor);
    const { file } = await upload(png(40, 30));
    const { entry } = await visitor.does('message:send', { conversationId, clientId: name(), text: '', attachments: [file.id] });
    expect(entry).toMatchObject({ kind: 'message', text: '', attachments: [file] });
    const heard = await agent.hears('entry:created', (news) => news.entry.id === entry.id);
    expect(heard).toMatchObject({ entry: { attachments: [file] }, conversation: { preview: { author: 'visitor', text: 'kettle.png' } } });
    // It belongs to the log now.
    expect((await fetch(`${gateway.url}/files/${workspace.id}/${file.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${visitor.token}` } })).status).toBe(404);

    const cookie = await gateway.signIn(workspace);
    const reply = (await upload(PDF, { token: null, at: '/api/files', name: 'offer.pdf', headers: { cookie } })).file;
    const answered = await agent.does('message:send', { conversationId, clientId: name(), text: 'Here', attachments: [reply.id] });
    expect(await visitor.hears('entry:created', (news) => news.entry.id === answered.entry.id)).toMatchObject({ entry: { text: 'Here', attachments: [reply] } });
    const { conversations } = await visitor.does('log:sync', { conversations: [] });
    const own = conversations.find((one: any) => one.conversation.id === conversationId);
    expect(own.catchup.entries.map(({ attachments }: any) => attachments?.length ?? 0)).toEqual([0, 1, 1]);
  });

  it('can be the first of a conversation', async () => {
    const somebody = await gateway.visitor(workspace);
    const { file } = await upload(png(), { token: somebody.token });
    const { entry } = await somebody.does('conversation:start', { clientId: name(), message: { clientId: name(), text: '', attachments: [file.id] } });
    expect(entry).toMatchObject({ seq: 1, attachments: [{ id: file.id }] });
  });

  it('is refused when a file is not there to be sent: another\'s, another workspace\'s, sent already, taken back', async () => {
    const conversationId = await startConversation(visitor);
    const send = (ids: string[], text = '') => visitor.fails('message:send', { conversationId, clientId: name(), text, attachments: ids });
    const other = await gateway.visitor(workspace);
    const elsewhere = await gateway.workspace();
    const stranger = await gateway.visitor(elsewhere);
    const mine = (await upload(png())).file;
    expect(await send([(await upload(png(), { token: other.token })).file.id])).toBe('not_found');
    expect(await send([(await upload(png(), { token: stranger.token, to: elsewhere.id })).file.id])).toBe('not_found');
    expect(await send([mine.id, 'never-there'])).toBe('not_found');
    expect(await send([mine.id])).toBe('ok');
    expect(await send([mine.id], 'once more')).toBe('not_found');
    const agent = await gateway.agent(workspace);
    expect(await agent.fails('message:send', { conversationId, clientId: name(), text: '', attachments: [(await upload(png())).file.id] })).toBe('not_found');
  });

  it('says something or brings something, not more than ten files', async () => {
    const conversationId = await startConversation(visitor);
    const ids = Array.from({ length: 11 }, (_, index) => `file-${index}`);
    expect(await visitor.fails('message:send', { conversationId, clientId: name(), text: ' ', attachments: [] })).toBe('text_empty');
    expect(await visitor.fails('message:send', { conversationId, clientId: name(), text: '', attachments: ids })).toBe('bad_request');
    expect(await visitor.fails('message:send', { conversationId, clientId: name(), text: '', attachments: ['../x'] })).toBe('bad_request');
  });
});
