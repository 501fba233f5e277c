/**
 * Which members look at a conversation, told to those who look at it too, at any gateway. It ends with the window, and with its gateway; a
 * window says it again after every connection.
 */
import type { AgentHandlers } from './agent-namespace.ts';
import type { Leases } from './leases.ts';
import type { Logger } from './logger.ts';
import { RequestError } from './request-errors.ts';
import { Roster } from './roster.ts';
import { viewersRoom, type AgentNamespace, type AgentSocket } from './rooms.ts';
import type { Store } from './store/store.ts';

/** Going to another conversation and back, or a reload, is no news to anybody. */
const GRACE_MS = 2_000;

export interface ViewingOptions {
  store: Pick<Store, 'conversationVisitor'>;
  agents: AgentNamespace;
  leases: Leases;
  logger: Logger;
  /** Tells the other gateways that who looks at a conversation has changed. */
  wake(workspaceId: string, conversationId: string): void;
  graceMs?: number;
}

export interface Viewing {
  /** Called when a window has disconnected. */
  left(socket: AgentSocket): void;
  handlers: Pick<AgentHandlers, 'viewing:set'>;
  roster: Roster;
}

export function createViewing({ store, agents, leases, logger, wake, graceMs = GRACE_MS }: ViewingOptions): Viewing {
  /** What each window looks at. */
  const viewed = new Map<string, string>();
  const roster = new Roster({
    leases, logger, graceMs,
    wake: (workspaceId, place) => wake(workspaceId, place ?? ''),
    onChange(workspaceId, place, { present }) {
      const conversationId = place ?? '';
      agents.local.to(viewersRoom(workspaceId, conversationId)).emit('viewing:updated', { conversationId, members: present });
    },
  });

  function leave(socket: AgentSocket): void {
    const { workspaceId, member } = socket.data;
    const before = viewed.get(socket.id);
    if (before === undefined) return;
    viewed.delete(socket.id);
    void socket.leave(viewersRoom(workspaceId, before));
    roster.left(workspaceId, before, member.id);
  }

  return {
    left: leave,
    handlers: {
      'viewing:set': async ({ workspaceId, member, socket }, { conversationId }) => {
        if (viewed.get(socket.id) !== conversationId) {
          if (conversationId !== null && (await store.conversationVisitor(workspaceId, conversationId)) === null) throw new RequestError('not_found');
          leave(socket);
          // It may have gone while the database was asked.
          if (conversationId !== null && socket.connected) {
            viewed.set(socket.id, conversationId);
            void socket.join(viewersRoom(workspaceId, conversationId));
            await roster.arrived(workspaceId, conversationId, member);
          }
        }
        return { answer: { members: conversationId === null ? [] : await roster.present(workspaceId, conversationId) } };
      },
    },
    roster,
  };
}
