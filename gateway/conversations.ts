/** What agents do to a conversation as a whole: give it to somebody, close it, open it again. */
import type { AgentContext, AgentHandlers } from './agent-namespace.ts';
import { agentAuthor, forAgents, tellEntries } from './entries.ts';
import type { Namespaces } from './rooms.ts';
import type { AppendCommand, Store } from './store/store.ts';

export function agentConversations(store: Pick<Store, 'append'>, namespaces: Namespaces): Pick<AgentHandlers, 'conversation:assign' | 'status:set'> {
  async function append({ workspaceId }: AgentContext, command: AppendCommand) {
    const appended = await store.append(workspaceId, command);
    return {
      answer: { entry: appended.entry && forAgents(appended.entry), conversation: appended.conversation },
      broadcast: () => tellEntries(namespaces, workspaceId, appended),
    };
  }
  return {
    'conversation:assign': (context, { conversationId, clientId, memberId }) =>
      append(context, { kind: 'assigned', author: agentAuthor(context), conversationId, clientId, memberId }),
    'status:set': (context, { conversationId, clientId, status }) =>
      append(context, { kind: 'status', author: agentAuthor(context), conversationId, clientId, status }),
  };
}
