/**
 * Files as they go out: from memory, with an ETag, and compressed once, at the first request that takes it. What is served is a fixed
 * set read at the start, so no path can lead out of it.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8', '.txt': 'text/plain; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg', '.webp': 'image/webp', '.avif': 'image/avif', '.gif': 'image/gif', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json',
};
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|manifest)|image\/svg)/;
/** Below this, compressing costs more than it saves. */
const COMPRESS_FROM = 600;

type Encoding = 'br' | 'gzip';
const compress: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
};

/** One file. */
export class ServedFile {
  readonly type: string;
  readonly body: Buffer;
  readonly hash: string;
  readonly #compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(name: string, body: Buffer) {
    this.type = TYPES[extname(name)] ?? 'application/octet-stream';
    this.body = body;
    this.hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  }

  get compressible(): boolean {
    return this.body.length >= COMPRESS_FROM && COMPRESSIBLE.test(this.type);
  }

  compressed(encoding: Encoding): Promise<Buffer> {
    let done = this.#compressed.get(encoding);
    if (!done) {
      done = compress[encoding](this.body);
      this.#compressed.set(encoding, done);
    }
    return done;
  }
}

/** All files under a directory, by their path in it, with forward slashes. `edit` may change one before it is kept. */
export async function readFiles(directory: string, edit: (name: string, body: Buffer) => Buffer = (_, body) => body): Promise<Map<string, ServedFile>> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = await Promise.all(found.filter((entry) => entry.isFile()).map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join('/');
    return [name, new ServedFile(name, edit(name, await readFile(path)))] as const;
  }));
  return new Map(files);
}

/** Answers a GET or HEAD with the file: 304 when the browser has it, the smallest form it takes otherwise. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: ServedFile, cacheControl: string): Promise<FastifyReply> {
  const encoding = file.compressible ? encodingFor(request.headers['accept-encoding']) : null;
  void reply.header('cache-control', cacheControl).header('etag', `"${file.hash}${encoding ? `-${encoding}` : ''}"`);
  if (file.compressible) addVary(reply, 'accept-encoding');
  if (hasIt(request.headers['if-none-match'], file.hash)) return reply.code(304).send();
  void reply.type(file.type);
  if (!encoding) return reply.send(file.body);
  return reply.header('content-encoding', encoding).send(await file.compressed(encoding));
}

/** Adds a name to the Vary header without dropping what others put there. */
export function addVary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  void reply.header('vary', before ? `${String(before)}, ${name}` : name);
}

function encodingFor(accepted: string | string[] | undefined): Encoding | null {
  const takes = (encoding: string): boolean =>
    String(accepted ?? '').toLowerCase().split(',').some((part) => {
      const [name, ...parameters] = part.split(';').map((text) => text.trim());
      return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    });
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : null;
}

/** Any form of the same content is the same thing; a proxy may also have made the tag weak. */
function hasIt(ifNoneMatch: string | undefined, hash: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || /^(?:W\/)?"([\w-]{22})(?:-br|-gzip)?"$/.exec(tag.trim())?.[1] === hash);
}
