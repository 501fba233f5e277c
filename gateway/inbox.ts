/** The list of conversations as agents see it: its pages, and what changed in it since. */
import type { AgentHandlers } from './agent-namespace.ts';
import type { Store } from './store/store.ts';

export function agentInbox(store: Pick<Store, 'inboxList' | 'inboxChanges'>): Pick<AgentHandlers, 'inbox:list' | 'inbox:sync'> {
  return {
    'inbox:list': async ({ workspaceId, member }, request) => ({ answer: await store.inboxList(workspaceId, member.id, request) }),
    'inbox:sync': async ({ workspaceId, member }, { cursor }) => ({ answer: await store.inboxChanges(workspaceId, member.id, cursor) }),
  };
}
