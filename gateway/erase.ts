/** A visitor has everything of theirs erased. */
import type { Logger } from './logger.ts';
import { visitorRoom, workspaceRoom, type Namespaces } from './rooms.ts';
import type { VisitorStore } from './store/visitor-store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

export interface EraseOptions {
  store: Pick<VisitorStore, 'eraseVisitor'>;
  namespaces: Namespaces;
  /** Takes the bytes of files away from where they are kept. Nobody gets them any more by then; what cannot be removed now is tried again later. */
  removeFiles(workspaceId: string, ids: readonly string[]): Promise<void>;
  logger: Logger;
}

export function visitorErase({ store, namespaces: { visitors, agents }, removeFiles, logger }: EraseOptions): Pick<VisitorHandlers, 'visitor:erase'> {
  return {
    'visitor:erase': async ({ workspaceId, visitorId, socket }) => {
      const { conversations, files } = await store.eraseVisitor(workspaceId, visitorId);
      const { userId } = socket.data.session;
      socket.data.change = userId === null ? {} : { userId };
      if (files.length > 0) {
        await removeFiles(workspaceId, files).catch((error: unknown) => logger.error({ err: error, files: files.length }, 'files of an erased visitor could not be removed yet'));
      }
      return {
        answer: { conversations: conversations.length },
        broadcast: () => {
          if (conversations.length > 0) agents.to(workspaceRoom(workspaceId)).emit('conversation:erased', { conversationIds: conversations });
          visitors.to(visitorRoom(workspaceId, visitorId)).emit('visitor:erased', {});
        },
      };
    },
  };
}
