import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '../gateway/passwords.ts';

test('a password matches its hash, and no other does', async () => {
  const hash = await hashPassword('correct horse');
  expect(hash).toMatch(/^scrypt\$N=32768,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await verifyPassword('correct horse', hash)).toBe(true);
  expect(await verifyPassword('correct horse ', hash)).toBe(false);
  expect(await verifyPassword('', hash)).toBe(false);
});

test('the same password has another hash every time', async () => {
  expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
});

test('a password is the same however its letters were composed', async () => {
  expect(await verifyPassword('Ka\u0308se', await hashPassword('K\u00e4se'))).toBe(true);
});

test('hashes made with other costs stay valid; what is no hash matches nothing', async () => {
  // Made with N=1024, r=8, p=1: `node -e "crypto.scryptSync('old', Buffer.alloc(16, 1), 32, { N: 1024 })"`.
  const salt = Buffer.alloc(16, 1).toString('base64url');
  const { scryptSync } = await import('node:crypto');
  const old = `scrypt$N=1024,r=8,p=1$${salt}$${scryptSync('old', Buffer.alloc(16, 1), 32, { N: 1024 }).toString('base64url')}`;
  expect(await verifyPassword('old', old)).toBe(true);
  for (const hash of ['', 'old', old.slice(0, -1), old.replace('1024', '1000'), old.replace('N=1024', 'N=99999999'), old.replace('scrypt', 'plain')]) {
    expect(await verifyPassword('old', hash)).toBe(false);
  }
});

test('nobody’s password matches nothing', async () => {
  expect(await verifyPassword('', null)).toBe(false);
  expect(await verifyPassword('anything', null)).toBe(false);
});
