/** How a file that somebody sent goes out: so that nothing in it can run on our origin, whole or in part. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Attachment } from '../shared/protocol.ts';
import { dispositionOf } from './file-names.ts';
import type { ByteRange } from './file-storage.ts';
import { isImage } from './file-types.ts';

/**
 * A file never changes under its id, but it may be erased: browsers keep it, and ask each time whether they still may show it. What they have they are not
 * sent again. Private: what two people send each other is no business of a cache between them.
 */
const CACHE = 'private, no-cache';

/** Answers a GET or HEAD. Pictures may be shown where they are linked; everything else is to be saved. */
export async function sendStoredFile(request: FastifyRequest, reply: FastifyReply, file: Attachment, open: (range?: ByteRange) => Promise<Readable | null>): Promise<FastifyReply> {
  const etag = `"${file.id}"`;
  void reply.headers({
    'cache-control': CACHE, etag, 'accept-ranges': 'bytes', 'cross-origin-resource-policy': 'cross-origin', 'x-content-type-options': 'nosniff',
    'content-disposition': dispositionOf(isImage(file.type) ? 'inline' : 'attachment', file.name),
  });
  if ((request.headers['if-none-match'] ?? '').split(',').some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, '')))) return reply.code(304).send();

  const condition = request.headers['if-range'];
  const asked = condition === undefined || condition === etag ? rangeOf(request.headers.range, file.size) : undefined;
  if (asked === null) return reply.code(416).header('content-range', `bytes */${file.size}`).header('cache-control', 'no-store').send();
  const { start, end } = asked ?? { start: 0, end: file.size - 1 };
  if (asked) void reply.code(206).header('content-range', `bytes ${start}-${end}/${file.size}`);
  void reply.type(file.type === 'text/plain' ? 'text/plain; charset=utf-8' : file.type).header('content-length', String(end - start + 1));
  if (request.method === 'HEAD') return reply.send();

  const body = await open(asked);
  if (body) return reply.send(body);
  // It was erased in this moment.
  for (const name of ['content-length', 'content-range', 'content-disposition', 'etag', 'accept-ranges']) void reply.removeHeader(name);
  return reply.callNotFound() as unknown as FastifyReply;
}

/** The one range that is asked for; undefined: all of it, also where several are asked for; null: there is nothing there. */
function rangeOf(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start > end || start >= size ? null : { start, end };
}
