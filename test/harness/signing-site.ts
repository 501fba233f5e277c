/** A site that signs who its users are, the way docs/protocol.md says: with Node's own tools, nothing of ours. */
import { createHmac } from 'node:crypto';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Seconds since 1970, some of them from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

/** A JWT as a site's server makes it. `header` and `alg` for those that are made to deceive. */
export function signIdentity(secret: string, claims: object, { header = { alg: 'HS256', typ: 'JWT' }, digest = 'sha256' }: { header?: object; digest?: string } = {}): string {
  const said = `${part(header)}.${part({ exp: inSeconds(300), ...claims })}`;
  return `${said}.${createHmac(digest, secret).update(said).digest('base64url')}`;
}

export function hashUser(secret: string, userId: string): string {
  return createHmac('sha256', secret).update(userId).digest('hex');
}
