/** Visitor tokens: JWT (HS256) signed with the workspace's own key. They travel in the handshake and in session:started, nowhere else. */
import { errors, jwtVerify, SignJWT } from 'jose';
import { nanoid } from 'nanoid';
import { RequestError } from './request-errors.ts';
import type { Workspace } from './store/store.ts';

const TTL = '180d';

type Signer = Pick<Workspace, 'id' | 'tokenSecret'>;

function keyOf({ tokenSecret }: Signer): Uint8Array {
  return Buffer.from(tokenSecret, 'base64url');
}

/** A new visitor's id. Nothing is stored for it until their first message. */
export function newVisitorId(): string {
  return nanoid();
}

/** A token that says "this is visitor X of this workspace" for 180 days from now. */
export function issueVisitorToken(workspace: Signer, visitorId: string): Promise<string> {
  return new SignJWT({ ws: workspace.id })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(visitorId)
    .setIssuedAt()
    .setExpirationTime(TTL)
    .sign(keyOf(workspace));
}

/** The visitor a token speaks of. Rejects with token_expired, or token_invalid for everything else that is wrong with it. */
export async function verifyVisitorToken(workspace: Signer, token: string): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, keyOf(workspace), { algorithms: ['HS256'], requiredClaims: ['sub', 'ws', 'iat', 'exp'] });
    if (payload.ws !== workspace.id || !/^[A-Za-z0-9_-]{1,64}$/.test(payload.sub ?? '')) throw new RequestError('token_invalid');
    return payload.sub as string;
  } catch (error) {
    throw error instanceof errors.JWTExpired ? new RequestError('token_expired') : new RequestError('token_invalid');
  }
}
