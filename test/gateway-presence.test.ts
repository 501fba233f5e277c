import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemberRef } from '../shared/protocol.ts';
import { ownLeases, type Leases } from '../gateway/leases.ts';
import { createLogger } from '../gateway/logger.ts';
import { Roster } from '../gateway/roster.ts';
import { startTestGateway, startConversation, type TestGateway } from './harness/gateway-app.ts';
import { until } from './harness/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

describe('members who are here', () => {
  it('are told to others when they come, and listed', async () => {
    const workspace = await gateway.workspace();
    const watching = await gateway.agent(workspace);
    const pia = await gateway.member(workspace, 'Pia');
    expect((await watching.does('member:list', {})).members).toEqual([{ id: workspace.owner.id, name: 'Olive', online: true }, { id: pia.id, name: 'Pia', online: false }]);
    const cookie = await gateway.signIn(workspace, pia.email);
    await gateway.agent(workspace, cookie);
    await gateway.agent(workspace, cookie);
    expect(await watching.hears('member:updated', ({ member }) => member.id === pia.id)).toEqual({ member: { id: pia.id, name: 'Pia', online: true } });
    expect((await watching.does('member:list', {})).members[1]).toEqual({ id: pia.id, name: 'Pia', online: true });
    expect(watching.heard('member:updated').filter(({ member }) => member.id === pia.id)).toHaveLength(1);
  });
});

describe('members who look at a conversation', () => {
  it('see each other there, and only there', async () => {
    const workspace = await gateway.workspace();
    const ben = await gateway.member(workspace, 'Ben');
    const [olive, other] = [await gateway.agent(workspace), await gateway.agent(workspace, await gateway.signIn(workspace, ben.email))];
    const [one, two] = [await startConversation(await gateway.visitor(workspace)), await startConversation(await gateway.visitor(workspace))];
    const [oliveRef, benRef] = [{ id: workspace.owner.id, name: 'Olive' }, { id: ben.id, name: 'Ben' }];
    expect(await olive.does('viewing:set', { conversationId: one })).toEqual({ members: [oliveRef] });
    expect(await other.does('viewing:set', { conversationId: one })).toEqual({ members: [oliveRef, benRef] });
    await olive.hears('viewing:updated', ({ conversationId, members }) => conversationId === one && members.length === 2);
    expect(await other.does('viewing:set', { conversationId: two })).toEqual({ members: [benRef] });
    await olive.hears('viewing:updated', ({ conversationId, members }) => conversationId === one && members.length === 1 && olive.heard('viewing:updated').length > 2);
    expect(olive.heard('viewing:updated').map(({ conversationId }) => conversationId)).not.toContain(two);
    expect(await other.does('viewing:set', { conversationId: null })).toEqual({ members: [] });
  });

  it('are gone with their window', async () => {
    const workspace = await gateway.workspace();
    const ben = await gateway.member(workspace, 'Ben');
    const [olive, other] = [await gateway.agent(workspace), await gateway.agent(workspace, await gateway.signIn(workspace, ben.email))];
    const conversationId = await startConversation(await gateway.visitor(workspace));
    await olive.does('viewing:set', { conversationId });
    await other.does('viewing:set', { conversationId });
    await olive.hears('viewing:updated', ({ members }) => members.length === 2);
    other.socket.disconnect();
    await until(() => olive.heard('viewing:updated').at(-1).members.length === 1);
  });

  it('[D8] of another workspace do not exist', async () => {
    const [workspace, stranger] = [await gateway.workspace(), await gateway.workspace()];
    const conversationId = await startConversation(await gateway.visitor(workspace));
    expect(await (await gateway.agent(stranger)).fails('viewing:set', { conversationId })).toBe('not_found');
    expect(await (await gateway.agent(workspace)).fails('viewing:set', { conversationId: 'nothing' })).toBe('not_found');
  });
});

describe('a roster', () => {
  const olive: MemberRef = { id: 'olive', name: 'Olive' };
  const ben: MemberRef = { id: 'ben', name: 'Ben' };

  function open(leases: Leases, graceMs: number) {
    const told: string[] = [];
    const woken: string[] = [];
    const roster = new Roster({
      leases, graceMs, logger: createLogger('silent'),
      onChange: (_, __, { came, went }) => void told.push(...came.map(({ id }) => `+${id}`), ...went.map(({ id }) => `-${id}`)),
      wake: (workspaceId) => void woken.push(workspaceId),
    });
    return { roster, told, woken };
  }

  it('lets nobody go with their last window but one, nor by a reload', async () => {
    const { roster, told } = open(ownLeases(), 30);
    await roster.arrived('w', null, ben);
    await roster.arrived('w', null, olive);
    await roster.arrived('w', null, olive);
    roster.left('w', null, 'olive');
    roster.left('w', null, 'olive');
    await roster.arrived('w', null, olive);
    expect(told).toEqual(['+ben', '+olive']);
    roster.left('w', null, 'olive');
    await until(() => told.length === 3);
    expect(told).toEqual(['+ben', '+olive', '-olive']);
    roster.close();
  });

  it('sees who is at another gateway, and goes on seeing them while they move to this one', async () => {
    const shared = ownLeases();
    const [here, there] = [open(shared, 30), open(shared, 30)];
    await there.roster.arrived('w', null, ben);
    await here.roster.arrived('w', null, olive);
    expect(here.told.toSorted()).toEqual(['+ben', '+olive']);
    there.roster.left('w', null, 'ben');
    here.roster.refresh('w', null);
    await here.roster.arrived('w', null, ben);
    await here.roster.present('w', null);
    expect(here.told).toHaveLength(2);
    expect(here.woken.length).toBeGreaterThan(0);
    here.roster.close();
    there.roster.close();
  });

  it('takes its leases when the database is back, and again when they were lost', async () => {
    const kept = ownLeases();
    let away = true;
    const { roster, told } = open({
      ...kept,
      take: (...args) => (away ? Promise.reject(new Error('away')) : kept.take(...args)),
    }, 30);
    await roster.arrived('w', null, olive);
    expect(told).toEqual(['+olive']);
    expect(await kept.holders('w', null)).toEqual([]);
    away = false;
    roster.retry();
    await until(async () => (await kept.holders('w', null)).length === 1);
    await kept.drop('w', null, olive);
    roster.retake();
    await until(async () => (await kept.holders('w', null)).length === 1);
    expect(told).toEqual(['+olive']);
    roster.close();
  });
});
