/** Who is typing where, both ways. News of it are not stored and run out by themselves. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { TYPING_TTL_MS } from '../shared/limits.ts';
import type { Author } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';

/** Told again this often while somebody keeps typing; well under TYPING_TTL_MS, so that it never flickers. */
const TELL_EVERY_MS = 2_500;

export interface Typing {
  /** Everybody else who is typing, by conversation. */
  readonly now: ReadonlySignal<ReadonlyMap<string, readonly Author[]>>;
  /** This member changed the text of a reply; an empty one is not typing. */
  typed(conversationId: string, text: string): void;
  /** This member sent it, or left. */
  stopped(conversationId: string): void;
  dispose(): void;
}

export function createTyping(options: { connection: Connection; memberId: string }): Typing {
  const { connection, memberId } = options;
  const typists = signal<ReadonlyMap<string, readonly Author[]>>(new Map());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const toldAt = new Map<string, number>();

  function set(conversationId: string, author: Author, typing: boolean): void {
    const key = `${conversationId} ${author.id ?? ''}`;
    clearTimeout(timers.get(key));
    timers.delete(key);
    const others = (typists.peek().get(conversationId) ?? []).filter((other) => other.id !== author.id);
    if (!typing && others.length === (typists.peek().get(conversationId)?.length ?? 0)) return;
    const next = new Map(typists.peek());
    const now = typing ? [...others, author] : others;
    if (now.length > 0) next.set(conversationId, now);
    else next.delete(conversationId);
    typists.value = next;
    if (typing) timers.set(key, setTimeout(() => set(conversationId, author, false), TYPING_TTL_MS));
  }

  function tell(conversationId: string, typing: boolean): void {
    // Nothing depends on it: when it does not get through, nobody is told anything wrong for longer than its time.
    if (connection.state.peek().at === 'online') connection.request('typing:set', { conversationId, typing }).catch(() => undefined);
  }

  function stopped(conversationId: string): void {
    if (toldAt.delete(conversationId)) tell(conversationId, false);
  }

  const offs = [
    connection.on('typing:updated', ({ conversationId, author, typing }) => {
      if (author.id !== memberId) set(conversationId, author, typing);
    }),
    connection.on('entry:created', ({ entry }) => set(entry.conversationId, entry.author, false)),
  ];

  return {
    now: typists,
    typed(conversationId, text) {
      if (!text.trim()) return stopped(conversationId);
      const now = performance.now();
      if (now - (toldAt.get(conversationId) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
      toldAt.set(conversationId, now);
      tell(conversationId, true);
    },
    stopped,
    dispose() {
      for (const off of offs) off();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
