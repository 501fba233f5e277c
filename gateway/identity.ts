/**
 * Who a visitor is, as the site says it in the handshake: proving it, and turning the visitor into that person. What is not proven is refused and
 * changes nothing; a profile without any claim to be somebody is taken in as what it is.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import { IDENTITY_DAYS_MAX } from '../shared/limits.ts';
import { leavingOut, profileFields, UserId, type Identity, type Profile } from '../shared/protocol.ts';
import { IDENTIFIED_ID_LENGTH } from '../shared/visitor-ids.ts';
import type { TokenBuckets } from './rate-limits.ts';
import { RequestError } from './request-errors.ts';
import type { Workspace } from './store/store.ts';
import type { VisitorChange, VisitorStore } from './store/visitor-store.ts';
import type { VisitorSession } from './visitor-tokens.ts';

/** By how much the clocks of the site and the gateway may differ, in seconds. */
const CLOCK_TOLERANCE = 60;
const LIFE_MAX = IDENTITY_DAYS_MAX * 86_400;

/** What is wrong with an identity, for the site's developer (docs/protocol.md). */
type Flaw = 'proof' | 'token' | 'signature' | 'lifetime' | 'user' | 'claims';

/** What the site has proven. `jti`: it is good for one browser only. `expiresAt` in ISO 8601, null where it never expires. */
export interface Proven { userId: string; signed: Profile; jti: string | null; expiresAt: string | null }

/** As in an identity, what is null or empty is not said. */
const Claims = leavingOut([null, ''], z.object({ ...profileFields, sub: UserId.optional(), userId: UserId.optional(), jti: z.string().max(200).optional() }));

function refuse(reason: Flaw): RequestError {
  return new RequestError('identity_invalid', { details: { reason } });
}

/** The id of the person's visitor: the same on every device, without a look-up, and not to be guessed. */
export function identifiedVisitorId({ tokenSecret }: Pick<Workspace, 'tokenSecret'>, userId: string): string {
  return `u${createHmac('sha256', Buffer.from(tokenSecret, 'base64url')).update(`user:${userId}`).digest('base64url')}`.slice(0, IDENTIFIED_ID_LENGTH);
}

/** Checks what the site says; null where it claims nothing. Rejects with identity_invalid or identity_expired. */
export async function proveIdentity({ identitySecret }: Pick<Workspace, 'identitySecret'>, { token, userHash, userId }: Identity): Promise<Proven | null> {
  if (token === undefined && userHash === undefined && userId === undefined) return null;
  if (token !== undefined) return proveToken(identitySecret, token, userId);
  if (userId === undefined || userHash === undefined) throw refuse('proof');
  const given = /^[0-9a-f]{64}$/i.test(userHash) ? Buffer.from(userHash, 'hex') : Buffer.alloc(32);
  if (!timingSafeEqual(given, createHmac('sha256', identitySecret).update(userId).digest())) throw refuse('signature');
  return { userId, signed: {}, jti: null, expiresAt: null };
}

async function proveToken(secret: string, token: string, saidUserId: string | undefined): Promise<Proven> {
  const payload = await verified(secret, token);
  const { exp = 0, iat, ...rest } = payload;
  const now = Date.now() / 1_000;
  if (exp - Math.min(iat ?? now, now) > LIFE_MAX + CLOCK_TOLERANCE) throw refuse('lifetime');
  const claims = Claims.safeParse(rest);
  if (!claims.success) throw refuse('claims');
  const { sub, userId = sub, jti = null, ...signed } = claims.data;
  if (userId === undefined || (sub !== undefined && sub !== userId) || (saidUserId !== undefined && saidUserId !== userId)) throw refuse('user');
  return { userId, signed, jti, expiresAt: new Date(exp * 1_000).toISOString() };
}

async function verified(secret: string, token: string): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, Buffer.from(secret), { algorithms: ['HS256'], requiredClaims: ['exp'], clockTolerance: CLOCK_TOLERANCE })).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new RequestError('identity_expired');
    if (error instanceof errors.JWSSignatureVerificationFailed) throw refuse('signature');
    if (error instanceof errors.JWTClaimValidationFailed) throw refuse(error.claim === 'exp' ? 'lifetime' : 'claims');
    throw refuse('token');
  }
}

export interface IdentitiesOptions {
  store: Pick<VisitorStore, 'useIdentity' | 'adoptVisitor'>;
  /** Identities that prove to be wrong, by address: they are guesses. */
  wrong: TokenBuckets;
  /** Closes a visitor's connections, wherever they are; resolves when nothing that came over them is still being stored here. */
  closeVisitor(workspaceId: string, visitorId: string): Promise<void>;
}

export interface Identities {
  /**
   * Takes in what the site says about the visitor of `session`, whose browser has been here before or not. Answers whom the session is with now, and
   * what became known of them. Rejects with identity_invalid, identity_expired, identity_replayed, rate_limited.
   */
  take(workspace: Workspace, session: VisitorSession, identity: Identity, from: { address: string; returning: boolean }): Promise<{ session: VisitorSession; change: VisitorChange }>;
}

export function createIdentities({ store, wrong, closeVisitor }: IdentitiesOptions): Identities {
  async function prove(workspace: Workspace, identity: Identity, address: string): Promise<Proven | null> {
    wrong.claim(address);
    try {
      const proven = await proveIdentity(workspace, identity);
      wrong.refund(address);
      return proven;
    } catch (error) {
      // Nobody guesses one that was right once.
      if (error instanceof RequestError && error.code === 'identity_expired') wrong.refund(address);
      throw error;
    }
  }

  return {
    async take(workspace, session, identity, { address, returning }) {
      const { userId: _, token: __, userHash: ___, ...profile } = identity;
      const said = Object.keys(profile).length > 0 ? { profile } : {};
      const proven = await prove(workspace, identity, address);
      if (!proven) return { session, change: session.userId === null ? said : { userId: session.userId, ...said } };

      const { userId, signed, jti, expiresAt } = proven;
      const visitorId = identifiedVisitorId(workspace, userId);
      if (jti !== null && expiresAt !== null) {
        const jtiHash = createHash('sha256').update(jti).digest('base64url');
        if (!await store.useIdentity(workspace.id, { jtiHash, sid: session.sid, visitorId, expiresAt })) throw new RequestError('identity_replayed');
      }
      // What an anonymous visitor wrote is carried over; from one person to another nothing ever is.
      if (returning && session.userId === null) {
        // Their other tabs would go on in the old name, and what is under way would come too late to be taken along.
        await closeVisitor(workspace.id, session.visitorId);
        await store.adoptVisitor(workspace.id, session.visitorId, { visitorId, userId });
      }
      return {
        session: { visitorId, sid: session.sid, userId },
        change: { userId, ...(Object.keys(signed).length > 0 ? { signed } : {}), ...said },
      };
    },
  };
}
