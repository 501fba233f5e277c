/**
 * Tells the gateway how far this visitor has got: `delivered` when messages reach the device, `seen` when somebody looks at
 * them. Batched, only ever forward, and said again after every sync until the gateway has it.
 */
import type { Entry, VisitorConversation } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { Conversations, KnownConversation } from './conversations.ts';

export interface Reading {
  /** Whether somebody looks at the newest message of the conversation that is shown. */
  setWatching(watching: boolean): void;
  /** Something may have to be told. */
  check(): void;
  /** Messages for the visitor that nobody has looked at; over all conversations, or in the one named. */
  unread(conversationId?: string): number;
  /** `seq` up to which somebody has looked at a conversation. */
  seen(conversation: VisitorConversation): number;
  stop(): void;
}

const BATCH_MS = 200;

const forVisitor = (entry: Entry): boolean => entry.author.kind !== 'visitor';

export function createReading(connection: Pick<Connection, 'request'>, conversations: Conversations, shown: () => KnownConversation | undefined): Reading {
  /** What was looked at here, by conversation; counts as seen before the gateway has confirmed it. */
  const looked = new Map<string, number>();
  const telling = new Set<string>();
  let watching = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function check(): void {
    const current = shown();
    if (watching && current) looked.set(current.conversation.id, current.timeline.last);
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const one of conversations.all()) tell(one).catch(() => {});
    }, BATCH_MS);
  }

  async function tell({ conversation: { id, reads }, timeline: { entries } }: KnownConversation): Promise<void> {
    // Our own messages need no telling: only what somebody else wrote can be seen or not.
    const delivered = entries.findLast(forVisitor)?.seq ?? 0;
    const seen = Math.min(delivered, looked.get(id) ?? 0);
    if (telling.has(id) || (delivered <= reads.visitor.delivered && seen <= reads.visitor.seen)) return;
    telling.add(id);
    try {
      const ack = await connection.request('read:mark', { conversationId: id, delivered, seen });
      if (!ack.ok) return;
      conversations.takeReads(id, { visitor: ack.data });
    } finally {
      telling.delete(id);
    }
    // More may have come while this was on its way.
    check();
  }

  function seen({ id, reads }: VisitorConversation): number {
    return Math.max(reads.visitor.seen, looked.get(id) ?? 0);
  }

  return {
    setWatching(now) {
      watching = now;
      if (now) check();
    },
    check,
    unread(only) {
      let count = 0;
      for (const { conversation, timeline: { entries } } of conversations.all()) {
        if (only && only !== conversation.id) continue;
        const to = seen(conversation);
        count += entries.filter((entry) => entry.kind === 'message' && forVisitor(entry) && entry.seq > to).length;
      }
      return count;
    },
    seen,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
