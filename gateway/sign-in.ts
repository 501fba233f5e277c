/** Signing in and out: /api/session. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isStorable } from '../shared/text.ts';
import { BoundedMap } from './bounded-map.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import type { LiveSessions } from './live-sessions.ts';
import { SESSION_COOKIE, type MemberSession, type MemberSessions } from './member-sessions.ts';
import { verifyPassword } from './passwords.ts';
import { TokenBuckets } from './rate-limits.ts';
import { RequestError } from './request-errors.ts';
import { parseBody } from './requests.ts';
import type { Member, Store } from './store/store.ts';
import type { Workspaces } from './workspaces.ts';

export interface SignInOptions {
  store: Pick<Store, 'memberForSignIn'>;
  sessions: MemberSessions;
  live: Pick<LiveSessions, 'end'>;
  workspaces: Workspaces;
  clientAddress: ClientAddress;
  config: Pick<Config, 'workspace' | 'publicUrl' | 'rateSignInEmail' | 'rateSignInIp'>;
}

const Credentials = z.object({ workspace: z.string().max(64).refine(isStorable).optional(), email: z.string().min(1).max(254).refine(isStorable), password: z.string().min(1).max(1_000) });

const KNOWN_PLACE_MS = 30 * 86_400_000;

/** Checking a password keeps a processor busy for a while; more of them at a time would keep everybody else waiting. */
const UNDERWAY_MAX = 16;

export async function signIn(fastify: FastifyInstance, { store, sessions, live, workspaces, clientAddress, config }: SignInOptions): Promise<void> {
  const byEmail = new TokenBuckets(config.rateSignInEmail, { max: 20_000 });
  const byAddress = new TokenBuckets(config.rateSignInIp, { max: 20_000 });
  /** Who signs in from where they have signed in before has an account of their own, so that nobody who guesses elsewhere can keep them out. */
  const byKnownPlace = new TokenBuckets(config.rateSignInEmail, { max: 20_000 });
  const knownPlaces = new BoundedMap<string, true>({ max: 20_000, ttlMs: KNOWN_PLACE_MS });

  /** Takes a try from both accounts; a sign-in that succeeds gives them back. */
  function claimTry(email: string, address: string): () => void {
    const place = `${address} ${email}`;
    const [tries, key] = knownPlaces.get(place) ? [byKnownPlace, place] : [byEmail, email];
    byAddress.claim(address);
    try {
      tries.claim(key);
    } catch (error) {
      byAddress.refund(address);
      throw error;
    }
    return () => {
      byAddress.refund(address);
      tries.refund(key);
      knownPlaces.set(place, true);
    };
  }

  async function describe(workspaceId: string, { id, name, email, role }: Member) {
    const workspace = await workspaces.find(workspaceId);
    if (!workspace) throw new RequestError('sign_in_required');
    return { member: { id, name, email, role }, workspace: { id: workspace.id, name: workspace.name } };
  }

  let underway = 0;
  /** Lets so many sign-ins be worked on at a time. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (underway >= UNDERWAY_MAX) throw new RequestError('overloaded', { retryAfterMs: 1_000 });
    underway += 1;
    try {
      return await work();
    } finally {
      underway -= 1;
    }
  }

  /** The member these belong to. A wrong try counts, a right one does not. */
  async function memberFor(workspaceId: string, email: string, password: string, address: string): Promise<Member> {
    const giveBack = claimTry(`${workspaceId}:${email.toLowerCase()}`, address);
    const member = await workspaces.find(workspaceId) && await store.memberForSignIn(workspaceId, email);
    // Always one check of a password, so that the time tells nothing about who is a member.
    if (!(await verifyPassword(password, member?.passwordHash ?? null)) || !member) throw new RequestError('sign_in_failed');
    giveBack();
    return member;
  }

  const cookieOptions = (request: FastifyRequest) => ({
    httpOnly: true, sameSite: 'lax', path: '/', secure: config.publicUrl?.protocol === 'https:' || request.protocol === 'https',
  }) as const;

  fastify.post('/session', async (request, reply) => {
    const { workspace: workspaceId = config.workspace, email, password } = parseBody(Credentials, request.body);
    const member = await inTurn(() => memberFor(workspaceId, email.trim(), password, clientAddress.keyOf(request.raw)));
    const { cookie, maxAgeSeconds } = await sessions.start(workspaceId, member.id);
    void reply.setCookie(SESSION_COOKIE, cookie, { ...cookieOptions(request), maxAge: maxAgeSeconds }).header('cache-control', 'no-store');
    return describe(workspaceId, member);
  });

  fastify.get('/session', async (request, reply) => {
    const session = await requireSession(sessions, request);
    void reply.header('cache-control', 'no-store');
    return describe(session.workspaceId, session.member);
  });

  fastify.delete('/session', async (request, reply) => {
    const session = await sessions.find(request.headers.cookie);
    if (session) {
      await sessions.end(session);
      live.end(session);
    }
    return reply.clearCookie(SESSION_COOKIE, cookieOptions(request)).header('cache-control', 'no-store').code(204).send();
  });
}

/** The session of a request. Rejects with sign_in_required. */
export async function requireSession(sessions: MemberSessions, request: FastifyRequest): Promise<MemberSession> {
  const session = await sessions.find(request.headers.cookie);
  if (!session) throw new RequestError('sign_in_required');
  return session;
}
