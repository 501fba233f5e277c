/** What a site's server does to sign who its user is; shown in the settings, and run by a test. */
// Named apart, so that nobody takes the example's import for one of this file.
const CRYPTO = "'node:crypto'";

export const SIGNING_EXAMPLE = `import { createHmac } from ${CRYPTO};

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signIdentity(user) {
  const claims = { sub: user.id, name: user.name, email: user.email, exp: Math.floor(Date.now() / 1000) + 300 };
  const said = \`\${part({ alg: 'HS256', typ: 'JWT' })}.\${part(claims)}\`;
  return \`\${said}.\${createHmac('sha256', process.env.MIRADESK_IDENTITY_SECRET).update(said).digest('base64url')}\`;
}`;
