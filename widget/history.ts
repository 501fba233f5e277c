/** Older pages of the conversation that is shown, one at a time. */
import type { Connection } from './connection.ts';
import type { Conversations, KnownConversation } from './conversations.ts';

export interface History {
  loading(): boolean;
  /** Brings the page before the first entry; does nothing while one is on its way. Never rejects: asking again is the remedy. */
  loadEarlier(): Promise<void>;
}

export function createHistory(connection: Pick<Connection, 'request'>, conversations: Conversations, shown: () => KnownConversation | undefined, onChange: () => void): History {
  let loading = false;
  return {
    loading: () => loading,
    async loadEarlier() {
      const current = shown();
      const before = current?.timeline.entries[0]?.seq;
      if (!current || !before || !current.timeline.earlier || loading) return;
      const { id } = current.conversation;
      loading = true;
      onChange();
      try {
        const ack = await connection.request('history:load', { conversationId: id, before });
        if (ack.ok) conversations.takeHistory(id, before, ack.data);
      } catch {
        // The connection's own state says what is wrong.
      }
      loading = false;
      onChange();
    },
  };
}
