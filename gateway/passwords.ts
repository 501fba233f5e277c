/**
 * Passwords of members, kept as scrypt hashes. The cost parameters stand in the hash, so they can be raised for new
 * passwords while old ones stay valid.
 */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** 2^15 blocks of 8 x 128 bytes: 32 MB and some 80 ms a guess. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** No stored hash may ask for more memory than this, in bytes; COST needs half of it. */
const MEMORY_MAX = 128 * 1024 * 1024;

const FORM = /^scrypt\$N=(\d{1,8}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9_-]{16,})\$([A-Za-z0-9_-]{43})$/;

/** A hash nobody has the password of: what a sign-in is compared with when there is no such member. */
const NOBODY = `scrypt$N=${COST.N},r=${COST.r},p=${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters typed on different keyboards may be composed differently; NFKC makes them one password.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MEMORY_MAX }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Hashes a password for keeping: `scrypt$N=…,r=…,p=…$SALT$KEY`, salt and key in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  return `scrypt$N=${COST.N},r=${COST.r},p=${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * Says whether the password is the one that was hashed. Give null where there is no such member: it then takes as long as a wrong
 * password does, so that nobody can find out by the clock who is a member. Never rejects: a hash that cannot be read matches nothing.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [, N, r, p, salt, key] = FORM.exec(hash ?? NOBODY) ?? [];
  if (!salt || !key) return false;
  try {
    const derived = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
    return timingSafeEqual(derived, Buffer.from(key, 'base64url')) && hash !== null;
  } catch {
    return false;
  }
}
