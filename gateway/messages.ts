/** Messages of both sides, and notes among agents. */
import { nanoid } from 'nanoid';
import type { AgentContext, AgentHandlers } from './agent-namespace.ts';
import { agentEntry, agentAuthor, ownEntry, tellEntries, visitorAuthor } from './entries.ts';
import type { Namespaces } from './rooms.ts';
import type { Appended, Store } from './store/store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

export function visitorMessages(store: Pick<Store, 'append'>, namespaces: Namespaces): Pick<VisitorHandlers, 'conversation:start' | 'message:send'> {
  return {
    'conversation:start': async (context, { clientId, message, page }) => {
      const appended = await store.append(context.workspaceId, {
        kind: 'start', author: visitorAuthor(context), conversationId: nanoid(), conversationClientId: clientId,
        clientId: message.clientId, text: message.text, attachments: message.attachments, page: page ?? null,
      });
      return {
        answer: { conversation: appended.visitorConversation, entry: ownEntry(appended.entry) },
        broadcast: () => tellEntries(namespaces, context.workspaceId, appended),
      };
    },
    'message:send': async (context, { conversationId, clientId, text, attachments, page }) => {
      const appended = await store.append(context.workspaceId, { kind: 'message', author: visitorAuthor(context), conversationId, clientId, text, attachments, page: page ?? null });
      return { answer: { entry: ownEntry(appended.entry) }, broadcast: () => tellEntries(namespaces, context.workspaceId, appended) };
    },
  };
}

export function agentMessages(store: Pick<Store, 'append'>, namespaces: Namespaces): Pick<AgentHandlers, 'message:send' | 'note:add'> {
  const outcomeOf = ({ workspaceId }: AgentContext, appended: Appended) => ({
    answer: { entry: agentEntry(appended.entry) },
    broadcast: () => tellEntries(namespaces, workspaceId, appended),
  });
  return {
    'message:send': async (context, { conversationId, clientId, text, attachments }) =>
      outcomeOf(context, await store.append(context.workspaceId, { kind: 'message', author: agentAuthor(context), conversationId, clientId, text, attachments, page: null })),
    'note:add': async (context, { conversationId, clientId, text }) =>
      outcomeOf(context, await store.append(context.workspaceId, { kind: 'note', author: agentAuthor(context), conversationId, clientId, text })),
  };
}
