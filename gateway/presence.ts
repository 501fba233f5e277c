/** Which members are here: a member is online while a window of theirs is connected. */
import type { AgentHandlers } from './agent-namespace.ts';
import { memberRoom, workspaceRoom, type AgentData, type AgentNamespace } from './rooms.ts';
import type { Store } from './store/store.ts';

/** A reload or a short drop is no going away. */
const GRACE_MS = 4_000;

export interface Presence {
  /** Called when a window of a member has connected and joined its rooms. */
  arrived(who: AgentData): void;
  /** Called when a window of a member has disconnected. */
  left(who: AgentData): void;
  handlers: Pick<AgentHandlers, 'member:list'>;
  close(): void;
}

export function createPresence(store: Pick<Store, 'members'>, agents: AgentNamespace, graceMs = GRACE_MS): Presence {
  /** Members of whom others still think that they are here, though no window is. */
  const leaving = new Map<string, NodeJS.Timeout>();
  const windows = (room: string): number => agents.adapter.rooms.get(room)?.size ?? 0;

  function tell({ workspaceId, member }: AgentData, online: boolean): void {
    agents.to(workspaceRoom(workspaceId)).emit('member:updated', { member: { id: member.id, name: member.name, online } });
  }

  return {
    arrived(who) {
      const room = memberRoom(who.workspaceId, who.member.id);
      const wasLeaving = leaving.get(room);
      clearTimeout(wasLeaving);
      leaving.delete(room);
      if (!wasLeaving && windows(room) === 1) tell(who, true);
    },
    left(who) {
      const room = memberRoom(who.workspaceId, who.member.id);
      if (windows(room) > 0 || leaving.has(room)) return;
      leaving.set(room, setTimeout(() => {
        leaving.delete(room);
        tell(who, false);
      }, graceMs));
    },
    handlers: {
      'member:list': async ({ workspaceId }) => {
        const members = await store.members(workspaceId);
        return { answer: { members: members.map(({ id, name }) => ({ id, name, online: windows(memberRoom(workspaceId, id)) > 0 || leaving.has(memberRoom(workspaceId, id)) })) } };
      },
    },
    close() {
      for (const timer of leaving.values()) clearTimeout(timer);
      leaving.clear();
    },
  };
}
