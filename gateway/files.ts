/** Files of visitors and members: taken in before the message that brings them is sent, and given out to whoever knows their id. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { FILE_MAX_BYTES } from '../shared/limits.ts';
import type { Attachment } from '../shared/protocol.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { sendStoredFile } from './file-answers.ts';
import { cleanFileName } from './file-names.ts';
import { removeFiles, StorageProblem, type FileStorage } from './file-storage.ts';
import { FileInspector } from './file-types.ts';
import type { Logger } from './logger.ts';
import type { MemberSessions } from './member-sessions.ts';
import { mayUseWidget } from './origins.ts';
import { FILE_FROM_PEOPLE } from './page-policies.ts';
import { TokenBuckets } from './rate-limits.ts';
import { RequestError } from './request-errors.ts';
import { parseBody } from './requests.ts';
import { addVary } from './served-files.ts';
import { requireSession } from './sign-in.ts';
import type { FileOwner } from './store/file-store.ts';
import type { Store } from './store/store.ts';
import { verifyVisitorToken } from './visitor-tokens.ts';
import type { Workspaces } from './workspaces.ts';

/** An upload that brings nothing for so long is given up, unless the options say otherwise. */
const SILENCE_MS = 20_000;
/** How long the rest of a refused upload is read, so that its sender gets to see why. */
const REST_MS = 5_000;
const STORAGE_RETRY_MS = 5_000;
/** People behind one address share these; and pages of pictures are fetched all at once. */
const UPLOADS_PER_ADDRESS = 3;
const FETCHES_PER_ADDRESS = 100;

/** What an id of ours looks like. Anything else (bytes that no database takes) is no file, and nobody is asked for it. */
const FILE_ID = /^[\w-]{1,64}$/;

const Query = z.object({ name: z.string().max(2_000).default('') });

type FilesInStore = Pick<Store, 'addFile' | 'completeFile' | 'file' | 'forgetFile' | 'dropFiles'>;
type Gone = { Params: { workspace: string; id: string } };

export interface FilesOptions {
  store: FilesInStore;
  storage: FileStorage;
  clientAddress: ClientAddress;
  logger: Logger;
  config: Pick<Config, 'publicUrl' | 'rateFiles'>;
  silenceMs?: number;
}

export interface Files {
  /** Routes under /files, for visitors and for everybody who fetches. */
  visitors(fastify: FastifyInstance, options: { workspaces: Workspaces }): Promise<void>;
  /** Routes under /api, for members. */
  members(fastify: FastifyInstance, options: { sessions: MemberSessions }): Promise<void>;
}

export function createFiles({ store, storage, clientAddress, logger, config, silenceMs = SILENCE_MS }: FilesOptions): Files {
  const { rateFiles } = config;
  const perOwner = new TokenBuckets(rateFiles);
  const perAddress = new TokenBuckets({ burst: rateFiles.burst * UPLOADS_PER_ADDRESS, perSecond: rateFiles.perSecond * UPLOADS_PER_ADDRESS });
  const fetches = new TokenBuckets({ burst: rateFiles.burst * FETCHES_PER_ADDRESS, perSecond: rateFiles.perSecond * FETCHES_PER_ADDRESS });

  async function take(request: FastifyRequest, workspaceId: string, owner: FileOwner): Promise<Attachment> {
    perAddress.claim(clientAddress.keyOf(request.raw));
    perOwner.claim(`${workspaceId} ${owner.kind} ${owner.id}`);
    const { name } = parseBody(Query, request.query);
    if (Number(request.headers['content-length'] ?? 0) > FILE_MAX_BYTES) throw new RequestError('file_too_large');
    const id = nanoid();
    // The row comes first: whatever breaks off from here on, the bytes are found by it.
    if (!(await store.addFile(workspaceId, { id, owner }))) throw new RequestError('files_too_many');
    try {
      const inspector = new FileInspector();
      await storage.put(workspaceId, id, inspected(request.raw, inspector, silenceMs));
      const content = inspector.finish();
      return await store.completeFile(workspaceId, id, { ...content, name: cleanFileName(name, content.type) });
    } catch (error) {
      // What cannot be undone now, the sweep undoes.
      await undo(workspaceId, id, owner).catch((cause: unknown) => logger.warn({ err: cause }, 'a file that was refused could not be removed'));
      throw refusalOf(error, request.raw);
    }
  }

  function refusalOf(error: unknown, request: IncomingMessage): unknown {
    if (request.errored) return new RequestError('bad_request'); // the sender went away, nobody reads this
    if (!(error instanceof StorageProblem)) return error;
    logger.error({ err: error }, 'a file could not be stored');
    return new RequestError('unavailable', { retryAfterMs: STORAGE_RETRY_MS });
  }

  /** Takes away the bytes, and then the row by which the sweep would find them. */
  async function drop(workspaceId: string, id: string): Promise<void> {
    await store.dropFiles(workspaceId, await removeFiles(storage, workspaceId, [id], (error) => logger.warn({ err: error }, 'a file could not be removed')));
  }

  /** Undoes an upload: also when its row is gone, because its owner was erased meanwhile. */
  async function undo(workspaceId: string, id: string, owner: FileOwner): Promise<void> {
    await store.forgetFile(workspaceId, id, owner);
    await drop(workspaceId, id);
  }

  async function upload(request: FastifyRequest, reply: FastifyReply, who: () => Promise<[workspaceId: string, owner: FileOwner]>): Promise<FastifyReply> {
    try {
      const file = await take(request, ...(await who()));
      return await reply.code(201).header('cache-control', 'no-store').send({ file });
    } catch (error) {
      readRest(request.raw);
      throw error;
    }
  }

  async function remove(reply: FastifyReply, id: string, [workspaceId, owner]: [workspaceId: string, owner: FileOwner]): Promise<FastifyReply> {
    // Not theirs, or sent, or never there.
    if (!FILE_ID.test(id) || !(await store.forgetFile(workspaceId, id, owner))) throw new RequestError('not_found');
    await drop(workspaceId, id);
    return reply.code(204).header('cache-control', 'no-store').send();
  }

  return {
    async visitors(fastify, { workspaces }) {
      acceptAnyBody(fastify);

      /** Rejects for pages that may not use the widget; tells browsers about the others. */
      async function workspaceFor(request: FastifyRequest, reply: FastifyReply, id: string) {
        const workspace = await workspaces.find(id);
        if (!workspace) throw new RequestError('not_found');
        const { origin } = request.headers;
        addVary(reply, 'origin');
        if (!mayUseWidget(workspace, { origin, host: clientAddress.hostOf(request.raw) }, config.publicUrl)) throw new RequestError('origin_not_allowed');
        if (origin !== undefined) void reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', 'retry-after');
        return workspace;
      }
      async function visitorOf(request: FastifyRequest<Gone>, reply: FastifyReply): Promise<[string, FileOwner]> {
        const workspace = await workspaceFor(request, reply, request.params.workspace);
        const [, token] = /^Bearer (\S{1,2000})$/i.exec(request.headers.authorization ?? '') ?? [];
        if (token === undefined) throw new RequestError('token_invalid');
        return [workspace.id, { kind: 'visitor', id: (await verifyVisitorToken(workspace, token)).visitorId }];
      }
      const preflight = async (request: FastifyRequest<Gone>, reply: FastifyReply): Promise<FastifyReply> => {
        await workspaceFor(request, reply, request.params.workspace);
        return reply.header('access-control-allow-methods', 'POST, DELETE').header('access-control-allow-headers', 'authorization, content-type').header('access-control-max-age', '600').code(204).send();
      };

      fastify.options<Gone>('/:workspace', preflight);
      fastify.options<Gone>('/:workspace/:id', preflight);
      fastify.post<Gone>('/:workspace', LONG_UPLOAD, (request, reply) => upload(request, reply, () => visitorOf(request, reply)));
      fastify.delete<Gone>('/:workspace/:id', async (request, reply) => remove(reply, request.params.id, await visitorOf(request, reply)));

      // The name is for people; the id is what counts.
      fastify.route<Gone>({
        method: ['GET', 'HEAD'], url: '/:workspace/:id/*', exposeHeadRoute: false, helmet: FILE_FROM_PEOPLE,
        handler: async (request, reply) => {
          const { workspace: workspaceId, id } = request.params;
          fetches.claim(clientAddress.keyOf(request.raw));
          const file = FILE_ID.test(id) && await workspaces.find(workspaceId) && await store.file(workspaceId, id);
          if (!file) return reply.callNotFound();
          return sendStoredFile(request, reply, file, (range) => storage.get(workspaceId, id, range));
        },
      });
    },

    async members(fastify, { sessions }) {
      acceptAnyBody(fastify);
      async function memberOf(request: FastifyRequest): Promise<[string, FileOwner]> {
        const { workspaceId, member } = await requireSession(sessions, request);
        return [workspaceId, { kind: 'agent', id: member.id }];
      }
      fastify.post('/files', LONG_UPLOAD, (request, reply) => upload(request, reply, () => memberOf(request)));
      fastify.delete<Gone>('/files/:id', async (request, reply) => remove(reply, request.params.id, await memberOf(request)));
    },
  };
}

/** The body is the file, whatever type its sender claims; it is read by who takes the file in. */
function acceptAnyBody(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_, __, done) => done(null));
}

/** Slow lines take long for a large file; silence is what ends an upload. */
const LONG_UPLOAD = { config: { longBody: true } };

/** Hands the body on while the inspector reads along. Rejects when it gets too long, is of no type that may be sent, or breaks off. */
async function* inspected(request: IncomingMessage, inspector: FileInspector, silenceMs: number): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => request.socket.destroy(), silenceMs).unref();
  try {
    // The connection outlives a refusal: the answer still has to go over it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      silence.refresh();
      if (inspector.size + chunk.length > FILE_MAX_BYTES) throw new RequestError('file_too_large');
      inspector.add(chunk);
      yield chunk;
    }
    // Before it is put in its place.
    inspector.finish();
  } finally {
    clearTimeout(silence);
  }
}

/** Browsers look at the answer when they have sent all; a sender that goes on for long is cut off. */
function readRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.on('error', () => {});
  request.resume();
  const patience = setTimeout(() => request.destroy(), REST_MS).unref();
  request.once('end', () => clearTimeout(patience)).once('close', () => clearTimeout(patience));
}
