/** "Is typing", both ways. Not stored anywhere and gone by itself: a lost one never leaves somebody typing for ever. */
import { TYPING_TTL_MS } from '../shared/limits.ts';
import type { Author, Entry } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';

export interface Typing {
  /** The visitor changed what is in the composer of this conversation; false: it is empty now. */
  input(conversationId: string, typing: boolean): void;
  /** Somebody else types, or stopped. */
  take(news: { conversationId: string; author: Author; typing: boolean }): void;
  /** Who has sent something is not typing it any more. */
  takeEntry(entry: Entry): void;
  /** Who of the team types in this conversation, or null. */
  who(conversationId: string | undefined): Author | null;
  stop(): void;
}

/** Often enough that the other end does not lose sight of us in between. */
const REPEAT_MS = TYPING_TTL_MS / 2;

export function createTyping(connection: Pick<Connection, 'request'>, onChange: () => void): Typing {
  let told = 0;
  let typist: { conversationId: string; author: Author } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function clear(): void {
    clearTimeout(timer);
    if (!typist) return;
    typist = undefined;
    onChange();
  }

  function stopped({ id }: Author): void {
    if (typist?.author.id === id) clear();
  }

  return {
    input(conversationId, typing) {
      const now = Date.now();
      if (typing ? now - told < REPEAT_MS : !told) return;
      told = typing ? now : 0;
      connection.request('typing:set', { conversationId, typing }).catch(() => {});
    },
    take({ conversationId, author, typing }) {
      if (author.kind !== 'agent') return;
      if (!typing) return stopped(author);
      clearTimeout(timer);
      timer = setTimeout(clear, TYPING_TTL_MS);
      typist = { conversationId, author };
      onChange();
    },
    takeEntry: ({ author }) => stopped(author),
    who: (conversationId) => (typist?.conversationId === conversationId && typist?.author) || null,
    stop: clear,
  };
}
