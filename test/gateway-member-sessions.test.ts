import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiveSessions } from '../gateway/live-sessions.ts';
import { createLogger } from '../gateway/logger.ts';
import type { AgentSocket } from '../gateway/rooms.ts';
import { hashPassword } from '../gateway/passwords.ts';
import { PASSWORD, startTestGateway, type TestGateway, type TestWorkspace } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;
let workspace: TestWorkspace;

beforeAll(async () => {
  gateway = await startTestGateway();
  workspace = await gateway.workspace();
});

afterAll(() => gateway.close());

describe('a session that ends', () => {
  it('reaches all sockets of that session, and no other one of the same member', async () => {
    const cookie = await gateway.signIn(workspace);
    const [one, two, other] = [await gateway.agent(workspace, cookie), await gateway.agent(workspace, cookie), await gateway.agent(workspace)];
    const reasons: string[] = [];
    for (const { socket } of [one, two]) socket.on('disconnect', (reason) => reasons.push(reason));
    expect((await fetch(`${gateway.url}/api/session`, { method: 'DELETE', headers: { cookie } })).status).toBe(204);
    await one.hears('session:ended');
    await two.hears('session:ended');
    // "Closed by the server" is what keeps a client from knocking again at once.
    await until(() => reasons.length === 2);
    expect(reasons).toEqual(['io server disconnect', 'io server disconnect']);
    expect(await other.ask('member:list', {})).toMatchObject({ ok: true });
    expect(await gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie } }).refused()).toMatchObject({ code: 'sign_in_required' });
  });

  it('on another gateway is noticed by the next look at the session', async () => {
    const ended = new Set<string>();
    let asked = 0;
    let clock = 0;
    const sessions = { isOn: async (_: string, hash: string) => { asked += 1; return !ended.has(hash); } };
    const live = createLiveSessions(sessions, createLogger('silent'), () => clock);
    const told: string[] = [];
    const socket = {
      data: { workspaceId: 'w', tokenHash: 'h', expiresAt: new Date(Date.now() + 60_000).toISOString() },
      emit: (event: string) => told.push(event), disconnect: () => told.push('disconnect'),
    } as unknown as AgentSocket;
    live.add(socket);
    await live.confirm(socket);
    await live.confirm(socket);
    expect(asked).toBe(1);
    ended.add('h');
    await live.confirm(socket);
    clock += 5_001;
    await expect(live.confirm(socket)).rejects.toMatchObject({ code: 'sign_in_required' });
    expect(told).toEqual(['session:ended', 'disconnect']);
    live.close();
  });

  it('by its time is over, whatever the store last said', async () => {
    const live = createLiveSessions({ isOn: async () => true }, createLogger('silent'));
    const told: string[] = [];
    const socket = {
      data: { workspaceId: 'w', tokenHash: 'h', expiresAt: new Date(Date.now() - 1).toISOString() },
      emit: (event: string) => told.push(event), disconnect: () => told.push('disconnect'),
    } as unknown as AgentSocket;
    live.add(socket);
    await expect(live.confirm(socket)).rejects.toMatchObject({ code: 'sign_in_required' });
    expect(told).toEqual(['session:ended', 'disconnect']);
    live.close();
  });

  it('with a changed password is refused at the door', async () => {
    const member = await gateway.member(workspace, 'Pia');
    const cookie = await gateway.signIn(workspace, member.email);
    await gateway.store.setPassword(workspace.id, member.id, await hashPassword('another one entirely'));
    expect(await gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie } }).refused()).toMatchObject({ code: 'sign_in_required' });
    const response = await fetch(`${gateway.url}/api/session`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ workspace: workspace.id, email: member.email, password: PASSWORD }),
    });
    expect(response.status).toBe(401);
  });
});

describe('the session in the database', () => {
  it('is a hash: what is stored opens nothing', async () => {
    const cookie = await gateway.signIn(workspace);
    const secret = cookie.split('.')[1] ?? '';
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(secret))).toString('base64url');
    expect(await gateway.store.session(workspace.id, hash)).toMatchObject({ member: { id: workspace.owner.id } });
    expect(await gateway.store.session(workspace.id, secret)).toBeNull();
    expect(await gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie: `miradesk_session=${workspace.id}.${hash}` } }).refused()).toMatchObject({ code: 'sign_in_required' });
  });

  it('of one workspace does not open another [D8]', async () => {
    const other = await gateway.workspace();
    const secret = (await gateway.signIn(workspace)).split('.')[1];
    expect(await gateway.connect('/agent', { auth: { protocol: 1 }, extraHeaders: { cookie: `miradesk_session=${other.id}.${secret}` } }).refused()).toMatchObject({ code: 'sign_in_required' });
  });
});
