/** Visitor tokens: JWT (HS256) signed with the workspace's own key. They travel in the handshake and in session:started, nowhere else. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { nanoid } from 'nanoid';
import { RequestError } from './request-errors.ts';
import type { Workspace } from './store/store.ts';

const TTL = '180d';

type Signer = Pick<Workspace, 'id' | 'tokenSecret'>;

/** Keys in the form that signing wants; making one costs more than using it, and after a restart everybody comes at once. */
const keys = new Map<string, Promise<CryptoKey>>();
const KEYS_MAX = 1_000;

function keyOf({ tokenSecret }: Signer): Promise<CryptoKey> {
  let key = keys.get(tokenSecret);
  if (!key) {
    if (keys.size === KEYS_MAX) keys.clear();
    key = crypto.subtle.importKey('raw', Buffer.from(tokenSecret, 'base64url'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    keys.set(tokenSecret, key);
  }
  return key;
}

/** A new visitor's id. Nothing is stored for it until their first message. */
export function newVisitorId(): string {
  return nanoid();
}

/** A token that says "this is visitor X of this workspace" for 180 days from now. */
export async function issueVisitorToken(workspace: Signer, visitorId: string): Promise<string> {
  return new SignJWT({ ws: workspace.id })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(visitorId)
    .setIssuedAt()
    .setExpirationTime(TTL)
    .sign(await keyOf(workspace));
}

/** The visitor a token speaks of. Rejects with token_expired, or token_invalid for everything else that is wrong with it. */
export async function verifyVisitorToken(workspace: Signer, token: string): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, await keyOf(workspace), { algorithms: ['HS256'], requiredClaims: ['sub', 'ws', 'iat', 'exp'] });
    if (payload.ws !== workspace.id || !/^[A-Za-z0-9_-]{1,64}$/.test(payload.sub ?? '')) throw new RequestError('token_invalid');
    return payload.sub as string;
  } catch (error) {
    throw error instanceof errors.JWTExpired ? new RequestError('token_expired') : new RequestError('token_invalid');
  }
}
