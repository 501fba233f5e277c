/** Which members are here: a member is online while a window of theirs is connected to any gateway. */
import type { AgentHandlers } from './agent-namespace.ts';
import type { Leases } from './leases.ts';
import type { Logger } from './logger.ts';
import { Roster } from './roster.ts';
import { workspaceRoom, type AgentData, type AgentNamespace } from './rooms.ts';
import type { Store } from './store/store.ts';

/** A reload, a short drop or a move to another gateway is no going away. */
const GRACE_MS = 4_000;

export interface PresenceOptions {
  store: Pick<Store, 'members'>;
  agents: AgentNamespace;
  leases: Leases;
  logger: Logger;
  /** Tells the other gateways that who is here has changed. */
  wake(workspaceId: string): void;
  graceMs?: number;
}

export interface Presence {
  /** Called when a window of a member has connected and joined its rooms. */
  arrived(who: AgentData): void;
  /** Called when a window of a member has disconnected. */
  left(who: AgentData): void;
  handlers: Pick<AgentHandlers, 'member:list'>;
  roster: Roster;
}

export function createPresence({ store, agents, leases, logger, wake, graceMs = GRACE_MS }: PresenceOptions): Presence {
  const roster = new Roster({
    leases, logger, graceMs, wake,
    onChange(workspaceId, _, { came, went }) {
      const room = agents.local.to(workspaceRoom(workspaceId));
      for (const member of came) room.emit('member:updated', { member: { ...member, online: true } });
      for (const member of went) room.emit('member:updated', { member: { ...member, online: false } });
    },
  });
  return {
    arrived: ({ workspaceId, member }) => void roster.arrived(workspaceId, null, member),
    left: ({ workspaceId, member }) => roster.left(workspaceId, null, member.id),
    handlers: {
      'member:list': async ({ workspaceId }) => {
        const [members, present] = await Promise.all([store.members(workspaceId), roster.present(workspaceId, null)]);
        const online = new Set(present.map(({ id }) => id));
        return { answer: { members: members.map(({ id, name }) => ({ id, name, online: online.has(id) })) } };
      },
    },
    roster,
  };
}
