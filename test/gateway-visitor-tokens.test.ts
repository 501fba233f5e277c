import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConversation, startTestGateway, type Client, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;
let secret: Uint8Array;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
  secret = Buffer.from((await gateway.store.workspace(workspace.id))?.tokenSecret ?? '', 'base64url');
});

afterAll(() => gateway.close());

function connect(token: unknown): Client {
  return gateway.connect('/visitor', { auth: { protocol: 1, workspace: workspace.id, token } });
}

const now = () => Math.floor(Date.now() / 1_000);

/** A token with whatever claims, signed with whatever key. */
function sign(claims: Record<string, unknown>, key: Uint8Array = secret, alg = 'HS256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

const claims = () => ({ sub: 'visitor-1', ws: workspace.id, iat: now(), exp: now() + 3_600 });

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('visitor tokens', () => {
  it('are signed with the workspace\'s key and carry visitor, workspace and 180 days', async () => {
    const { token, visitorId } = await gateway.visitor(workspace);
    const [header, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({ sub: visitorId, ws: workspace.id, sid: expect.stringMatching(/^[\w-]{21}$/), iat: expect.any(Number), exp: payload.iat + 180 * 86_400 });
  });

  it('bring the same visitor back, with a token that is as good for the next time', async () => {
    const first = await gateway.visitor(workspace);
    const second = await gateway.visitor(workspace, first.token);
    const third = await gateway.visitor(workspace, second.token);
    expect([second.visitorId, third.visitorId]).toEqual([first.visitorId, first.visitorId]);
  });

  it('are accepted when made by hand as the gateway makes them', async () => {
    expect(await connect(await sign(claims())).started()).toMatchObject({ visitorId: 'visitor-1' });
  });

  it('are refused as expired only when everything else about them is right', async () => {
    expect(await connect(await sign({ ...claims(), exp: now() - 10 })).refused()).toMatchObject({ code: 'token_expired' });
    expect(await connect(await sign({ ...claims(), exp: now() - 10 }, Buffer.alloc(32, 1))).refused()).toMatchObject({ code: 'token_invalid' });
  });

  it('of another workspace are worth nothing, although that workspace signed them', async () => {
    const other = await gateway.workspace();
    const { token } = await gateway.visitor(other);
    expect(await connect(token).refused()).toMatchObject({ code: 'token_invalid' });
  });

  it('of another workspace are worth nothing, even signed with this one\'s key', async () => {
    expect(await connect(await sign({ ...claims(), ws: 'another' })).refused()).toMatchObject({ code: 'token_invalid' });
  });

  const forged: Array<[string, () => Promise<string> | string]> = [
    ['signed with another key', () => sign(claims(), Buffer.alloc(32, 7))],
    ['signed with another algorithm', () => sign(claims(), secret, 'HS512')],
    ['not signed', () => `${base64({ alg: 'none' })}.${base64(claims())}.`],
    ['with the payload exchanged', async () => (await sign(claims())).split('.').with(1, base64({ ...claims(), sub: 'somebody-else' })).join('.')],
    ['with the signature cut short', async () => (await sign(claims())).slice(0, -3)],
    ['without a visitor', () => sign({ ...claims(), sub: undefined })],
    ['without a workspace', () => sign({ ...claims(), ws: undefined })],
    ['without an end', () => sign({ ...claims(), exp: undefined })],
    ['with a visitor\'s id that is none', () => sign({ ...claims(), sub: 'workspace:demo:x' })],
    ['of three dots', () => '...'],
    ['of words', () => 'let me in'],
  ];
  for (const [what, make] of forged) {
    it(`${what} are refused`, async () => {
      expect(await connect(await make()).refused()).toMatchObject({ code: 'token_invalid' });
    });
  }

  it('longer than any of ours are not looked at', async () => {
    expect(await connect('a'.repeat(3_000)).refused()).toMatchObject({ code: 'bad_request' });
  });

  it('open their visitor\'s conversations and nobody else\'s [D8]', async () => {
    const one = await gateway.visitor(workspace);
    const conversationId = await startConversation(one);
    const other = await gateway.visitor(workspace);
    expect(await other.does('log:sync', { conversations: [{ id: conversationId, seq: 0 }] })).toEqual({ conversations: [], gone: [conversationId] });
    const again = await gateway.visitor(workspace, one.token);
    expect((await again.does('log:sync', { conversations: [] })).conversations).toMatchObject([{ conversation: { id: conversationId } }]);
  });
});
