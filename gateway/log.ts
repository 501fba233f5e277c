/** Asking the log: what was missed (resume and heartbeat in one), and what lies further back. */
import type { AgentHandlers } from './agent-namespace.ts';
import type { Store } from './store/store.ts';
import type { SyncCounts } from './traffic.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

type LogStore = Pick<Store, 'sync' | 'history'>;

export function visitorLog(store: LogStore, counts?: SyncCounts): Pick<VisitorHandlers, 'log:sync' | 'history:load'> {
  return {
    'log:sync': async ({ workspaceId, visitorId, socket }, { conversations }) => {
      const answer = await store.sync(workspaceId, { kind: 'visitor', visitorId }, conversations);
      counts?.answered(socket, conversations, answer.conversations);
      return { answer };
    },
    'history:load': async ({ workspaceId, visitorId }, request) =>
      ({ answer: await store.history(workspaceId, { kind: 'visitor', visitorId }, request) }),
  };
}

export function agentLog(store: LogStore, counts?: SyncCounts): Pick<AgentHandlers, 'log:sync' | 'history:load'> {
  return {
    'log:sync': async ({ workspaceId, member, socket }, { conversations }) => {
      const answer = await store.sync(workspaceId, { kind: 'agent', memberId: member.id }, conversations);
      counts?.answered(socket, conversations, answer.conversations);
      return { answer };
    },
    'history:load': async ({ workspaceId, member }, request) =>
      ({ answer: await store.history(workspaceId, { kind: 'agent', memberId: member.id }, request) }),
  };
}
