/** Visitor tokens: JWT (HS256) signed with the workspace's own key. They travel in the handshake and in session:started, nowhere else. */
import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { nanoid } from 'nanoid';
import { USER_ID_MAX } from '../shared/limits.ts';
import { isIdentified } from '../shared/visitor-ids.ts';
import { RequestError } from './request-errors.ts';
import type { Workspace } from './store/store.ts';

const TTL = '180d';

type Signer = Pick<Workspace, 'id' | 'tokenSecret' | 'identitySecret'>;

/** What a token says. */
export interface VisitorSession {
  visitorId: string;
  /** The browser; made with its first token, and kept through all that follow. */
  sid: string;
  /** The site's id of its user; null for an anonymous visitor. */
  userId: string | null;
}

/** Keys in the form that signing wants; making one costs more than using it, and after a restart everybody comes at once. */
const keys = new Map<string, Promise<CryptoKey>>();
const KEYS_MAX = 1_000;

function keyOf({ tokenSecret }: Pick<Signer, 'tokenSecret'>): Promise<CryptoKey> {
  let key = keys.get(tokenSecret);
  if (!key) {
    if (keys.size === KEYS_MAX) keys.clear();
    key = crypto.subtle.importKey('raw', Buffer.from(tokenSecret, 'base64url'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    keys.set(tokenSecret, key);
  }
  return key;
}

/** Stands for the secret that proved who somebody is; says nothing about it. */
function proofMark({ identitySecret }: Signer): string {
  return createHash('sha256').update(`proof:${identitySecret}`).digest('base64url').slice(0, 16);
}

/** A new visitor in a new browser. Nothing is stored for them until their first message. */
export function newVisitorSession(): VisitorSession {
  return { visitorId: nanoid(), sid: nanoid(), userId: null };
}

/** A token that says "this is visitor X of this workspace, in this browser" for 180 days from now. */
export async function issueVisitorToken(workspace: Signer, { visitorId, sid, userId }: VisitorSession): Promise<string> {
  return new SignJWT({ ws: workspace.id, sid, ...(userId === null ? {} : { uid: userId, proof: proofMark(workspace) }) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(visitorId)
    .setIssuedAt()
    .setExpirationTime(TTL)
    .sign(await keyOf(workspace));
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * What a token says. Rejects with token_expired, or token_invalid for everything else that is wrong with it. One from before there was `sid` gets one now.
 * What a token says of a person ends with the secret that proved it: whoever had that secret could be anybody.
 */
export async function verifyVisitorToken(workspace: Signer, token: string): Promise<VisitorSession> {
  try {
    const { payload } = await jwtVerify(token, await keyOf(workspace), { algorithms: ['HS256'], requiredClaims: ['sub', 'ws', 'iat', 'exp'] });
    const { ws, sub, sid = nanoid(), uid = null, proof } = payload;
    const sound = ws === workspace.id && typeof sub === 'string' && ID.test(sub) && typeof sid === 'string' && ID.test(sid)
      && (uid === null || (typeof uid === 'string' && uid.length <= USER_ID_MAX)) && isIdentified(sub) === (uid !== null);
    if (!sound) throw new RequestError('token_invalid');
    if (uid !== null && proof !== proofMark(workspace)) throw new RequestError('token_expired');
    return { visitorId: sub, sid, userId: uid };
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(error instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid');
  }
}
