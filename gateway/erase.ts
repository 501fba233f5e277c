/** A visitor has everything of theirs erased. */
import type { Logger } from './logger.ts';
import { visitorRoom, workspaceRoom, type Namespaces } from './rooms.ts';
import type { VisitorStore } from './store/visitor-store.ts';
import type { VisitorHandlers } from './visitor-namespace.ts';

export interface EraseOptions {
  store: Pick<VisitorStore, 'eraseVisitor' | 'filesErased'>;
  namespaces: Namespaces;
  /** Removes files from where they are kept; those that are not there (any more) are no trouble. */
  removeFiles(workspaceId: string, ids: readonly string[]): Promise<void>;
  logger: Logger;
}

export function visitorErase({ store, namespaces: { visitors, agents }, removeFiles, logger }: EraseOptions): Pick<VisitorHandlers, 'visitor:erase'> {
  /** Which files are left to remove stays in the database until it is done; the next to be erased in the workspace takes them along. */
  async function remove(workspaceId: string, files: readonly string[]): Promise<void> {
    try {
      await removeFiles(workspaceId, files);
      await store.filesErased(workspaceId, files);
    } catch (error) {
      logger.error({ err: error, files: files.length }, 'files of an erased visitor could not be removed yet');
    }
  }

  return {
    'visitor:erase': async ({ workspaceId, visitorId, socket }) => {
      const { conversations, files } = await store.eraseVisitor(workspaceId, visitorId);
      const { userId } = socket.data.session;
      socket.data.change = userId === null ? {} : { userId };
      if (files.length > 0) await remove(workspaceId, files);
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
