import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPresence } from '../gateway/presence.ts';
import type { AgentData, AgentNamespace } from '../gateway/rooms.ts';
import { startTestGateway, type TestGateway } from './harness/gateway-app.ts';
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

  it('are gone with their last window, but not by a reload', async () => {
    const rooms = new Map<string, Set<string>>();
    const told: boolean[] = [];
    const agents = { adapter: { rooms }, to: () => ({ emit: (_: string, { member }: { member: { online: boolean } }) => told.push(member.online) }) };
    const presence = createPresence({ members: async () => [] }, agents as unknown as AgentNamespace, 30);
    const olive = { workspaceId: 'w', member: { id: 'olive', name: 'Olive' } } as AgentData;
    const windows = (...ids: string[]) => (ids.length > 0 ? rooms.set('member:w:olive', new Set(ids)) : rooms.delete('member:w:olive'));

    windows('a');
    presence.arrived(olive);
    windows('a', 'b');
    presence.arrived(olive);
    windows('a');
    presence.left(olive);
    expect(told).toEqual([true]);
    windows();
    presence.left(olive);
    windows('c');
    presence.arrived(olive);
    expect(told).toEqual([true]);
    windows();
    presence.left(olive);
    await until(() => told.length === 2);
    expect(told).toEqual([true, false]);
    presence.close();
  });
});
