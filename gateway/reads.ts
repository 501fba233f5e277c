/** How far everybody has read. */
import type { AgentHandlers } from './agent-namespace.ts';
import type { VisitorConversation } from '../shared/protocol.ts';
import { visitorRoom, workspaceRoom, type Namespaces } from './rooms.ts';
import type { Store } from './store/store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

type Reads = VisitorConversation['reads'];

/** Tells a visitor's tabs how far both sides are. */
function tellVisitorReads({ visitors }: Namespaces, workspaceId: string, visitorId: string, conversationId: string, reads: Reads): void {
  visitors.to(visitorRoom(workspaceId, visitorId)).emit('read:updated', { conversationId, reads });
}

export function visitorReads(store: Pick<Store, 'markRead'>, namespaces: Namespaces): Pick<VisitorHandlers, 'read:mark'> {
  return {
    'read:mark': async ({ workspaceId, visitorId }, request) => {
      const { mine, reads, changed } = await store.markRead(workspaceId, { kind: 'visitor', visitorId }, request);
      return {
        answer: { delivered: mine.delivered, seen: mine.seen },
        broadcast: () => {
          if (!changed) return;
          tellVisitorReads(namespaces, workspaceId, visitorId, request.conversationId, reads);
          namespaces.agents.to(workspaceRoom(workspaceId)).emit('read:updated', { conversationId: request.conversationId, reads });
        },
      };
    },
  };
}

export function agentReads(store: Pick<Store, 'markRead'>, namespaces: Namespaces): Pick<AgentHandlers, 'read:mark'> {
  return {
    'read:mark': async ({ workspaceId, member }, request) => {
      const { mine, reads, visitorId, changed } = await store.markRead(workspaceId, { kind: 'agent', memberId: member.id }, request);
      return {
        answer: mine,
        broadcast: () => {
          if (!changed) return;
          tellVisitorReads(namespaces, workspaceId, visitorId, request.conversationId, reads);
          namespaces.agents.to(workspaceRoom(workspaceId)).emit('read:updated', {
            conversationId: request.conversationId, reads, member: { id: member.id, seen: mine.seen, readMessages: mine.readMessages },
          });
        },
      };
    },
  };
}
