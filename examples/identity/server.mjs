/**
 * A site that proves to the chat who is signed in. It needs nothing but Node, and these settings:
 *
 *   IDENTITY_SECRET=…                 the workspace's; the inbox shows it under Settings
 *   GATEWAY=http://localhost:3000     where the chat comes from
 *   WORKSPACE=demo                    whose chat it is
 *   PORT=4000
 *
 * Signing in is play here: one chooses who to be. What matters is signedFor().
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const { IDENTITY_SECRET, GATEWAY = 'http://localhost:3000', WORKSPACE = 'demo', PORT = '4000' } = process.env;
if (!IDENTITY_SECRET) {
  process.stderr.write('Set IDENTITY_SECRET to the identity secret of your workspace; the inbox shows it under Settings.\n');
  process.exit(1);
}

/** Who can sign in here. */
const CUSTOMERS = new Map([
  ['margit', { userId: 'customer-1', name: 'Margit', email: 'margit@kettle.example', attributes: { teapots_bought: 3 } }],
  ['anselm', { userId: 'customer-2', name: 'Anselm', email: 'anselm@kettle.example', attributes: { teapots_bought: 0 } }],
]);

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the page hands to MiraDesk.identify(): a JSON Web Token (HS256), good for five minutes and for one browser. The secret stays in this process. */
function signedFor({ userId, ...profile }) {
  const now = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: userId, iat: now, exp: now + 300, jti: randomBytes(12).toString('hex'), ...profile })}`;
  return { token: `${content}.${createHmac('sha256', IDENTITY_SECRET).update(content).digest('base64url')}` };
}

/** JSON that can stand in a page. */
const inPage = (value) => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);

function account(customer) {
  if (!customer) return '<p id="who">Nobody is signed in. Be <a href="sign-in?as=margit">Margit</a> or <a href="sign-in?as=anselm">Anselm</a>.</p>';
  return `<p class="good" id="who">You are signed in as ${customer.name}, and the chat knows that it is true.</p>
      <p><button class="button quiet" type="button" id="sign-out">Sign out</button></p>
      <script type="application/json" id="chat-identity">${inPage(signedFor(customer))}</script>`;
}

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY = [
  "default-src 'none'", `script-src 'self' ${GATEWAY}`, "style-src 'self'", `img-src 'self' ${GATEWAY}`, `connect-src 'self' ${GATEWAY} ${GATEWAY.replace(/^http/, 'ws')}`,
  "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');
/** The page's own files, and those it shares with the other examples. */
const FILES = new Map([['/account/account.js', 'account.js'], ['/page.css', '../page.css'], ['/chat-stub.js', '../chat-stub.js'], ['/art/mark.svg', '../shop/art/mark.svg']]);
const here = (file) => readFile(join(import.meta.dirname, file));

async function accountPage(customer) {
  const page = (await here('index.html')).toString().replace('/w/demo.js', `${GATEWAY}/w/${WORKSPACE}.js`);
  return page.replace(/(<div class="card" id="account">)[^]*?(<\/div>)/, (_, start, end) => `${start}\n      ${account(customer)}\n    ${end}`);
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://site');
  const customer = CUSTOMERS.get(/(?:^|; )customer=(\w+)/.exec(request.headers.cookie ?? '')?.[1]);
  const unkept = { 'cache-control': 'no-store' };
  const backWith = (cookie) => response.writeHead(303, { location: '/account/', 'set-cookie': `${cookie}; Path=/; HttpOnly; SameSite=Lax` }).end();
  switch (pathname) {
    case '/account/':
      return response.writeHead(200, { ...unkept, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }).end(await accountPage(customer));
    case '/account/chat-identity':
      return response.writeHead(customer ? 200 : 401, { ...unkept, 'content-type': 'application/json' }).end(JSON.stringify(customer ? signedFor(customer) : {}));
    case '/account/sign-in':
      return backWith(CUSTOMERS.has(searchParams.get('as')) ? `customer=${searchParams.get('as')}` : 'customer=');
    case '/account/sign-out':
      return backWith('customer=; Max-Age=0');
    case '/':
      return response.writeHead(302, { location: '/account/' }).end();
    default: {
      const file = FILES.get(pathname);
      return file ? response.writeHead(200, { 'content-type': TYPES[extname(file)] }).end(await here(file)) : response.writeHead(404).end();
    }
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    response.writeHead(500).end();
  });
});
server.listen(Number(PORT), () => process.stdout.write(`The shop with customers is at http://localhost:${server.address().port}/account/\n`));
