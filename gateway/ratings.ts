/** What visitors think of their conversations. */
import { ownEntry, tellEntries, visitorAuthor } from './entries.ts';
import type { Namespaces } from './rooms.ts';
import type { Store } from './store/store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

export function visitorRatings(store: Pick<Store, 'append'>, namespaces: Namespaces): Pick<VisitorHandlers, 'rating:set'> {
  return {
    'rating:set': async (context, { conversationId, clientId, score, comment }) => {
      const appended = await store.append(context.workspaceId, { kind: 'rating', author: visitorAuthor(context), conversationId, clientId, score, comment });
      return { answer: { entry: ownEntry(appended.entry) }, broadcast: () => tellEntries(namespaces, context.workspaceId, appended) };
    },
  };
}
