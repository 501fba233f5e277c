/** Older pages of the conversation that is shown, one at a time. */
import { addHistory } from '../shared/timeline.ts';
import type { Messenger } from './messenger.ts';

export interface History {
  loading(): boolean;
  /** Brings the page before the first entry; does nothing while one is on its way. Never rejects: asking again is the remedy. */
  loadEarlier(): Promise<void>;
}

export function createHistory({ connection, conversations, state, changed }: Pick<Messenger, 'connection' | 'conversations' | 'state' | 'changed'>): History {
  let loading = false;
  return {
    loading: () => loading,
    async loadEarlier() {
      const { conversation, entries, earlier } = state();
      const before = entries[0]?.seq;
      if (!conversation || !before || !earlier || loading) return;
      const { id } = conversation;
      loading = true;
      changed();
      try {
        const ack = await connection.request('history:load', { conversationId: id, before });
        const now = conversations.get(id);
        // Not where the timeline has begun anew since it was asked for.
        if (ack.ok && now?.timeline.entries[0]?.seq === before) conversations.put(now.conversation, addHistory(now.timeline, ack.data.entries, ack.data.earlier));
      } catch {
        // The connection's own state says what is wrong.
      }
      loading = false;
      changed();
    },
  };
}
