/**
 * Telling the gateway how far this member has got: `delivered` for what reached this inbox, `seen` for what somebody looked at.
 * One request at a time, the latest state of each conversation only; a hundred conversations at once become a short queue.
 */
import { effect } from '@preact/signals';
import type { Connection } from './connection.ts';
import type { Inbox } from './inbox.ts';

export interface Reading {
  /** The end of the conversation is in view of somebody. `seq`: its last entry. */
  seen(conversationId: string, seq: number): void;
  /** A visitor's message reached this inbox. */
  delivered(conversationId: string, seq: number): void;
  dispose(): void;
}

/** What only reached this inbox is told at leisure: in a rush of news, requests are for what people do. */
const DELIVERED_EVERY_MS = 80;

interface Mark { delivered: number; seen: number }

export function createReading(options: { connection: Connection; inbox: Pick<Inbox, 'conversation' | 'markRead'>; wait?(ms: number): Promise<void> }): Reading {
  const { connection, inbox } = options;
  const wait = options.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const wanted = new Map<string, Mark>();
  const told = new Map<string, Mark>();
  let running = false;
  let disposed = false;
  const isDisposed = (): boolean => disposed;

  const deliveredTo = (id: string): number => inbox.conversation(id)?.peek().reads.agents.delivered ?? 0;

  function want(id: string, mark: Mark): void {
    const known = told.get(id);
    if (known && known.delivered >= mark.delivered && known.seen >= mark.seen) return;
    const before = wanted.get(id) ?? { delivered: 0, seen: 0 };
    wanted.set(id, { delivered: Math.max(before.delivered, mark.delivered), seen: Math.max(before.seen, mark.seen) });
    void run();
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    try {
      // A moment for more to come: what arrives together is told together.
      await wait(30);
      while (!isDisposed() && connection.state.peek().at === 'online') {
        const next = [...wanted].find(([, { seen }]) => seen > 0) ?? [...wanted][0];
        if (!next) return;
        const [id, mark] = next;
        wanted.delete(id);
        // A colleague's inbox may have told it in the meantime.
        if (mark.seen === 0 && deliveredTo(id) >= mark.delivered) continue;
        const ack = await connection.request('read:mark', { conversationId: id, ...mark }).catch(() => null);
        if (ack?.ok) {
          told.set(id, { delivered: Math.max(mark.delivered, ack.data.delivered), seen: Math.max(mark.seen, ack.data.seen) });
          inbox.markRead(id, { readMessages: ack.data.readMessages, seen: ack.data.seen });
        } else if (!ack || ack.error.retryAfterMs !== undefined) {
          const newer = wanted.get(id) ?? mark;
          wanted.set(id, { delivered: Math.max(newer.delivered, mark.delivered), seen: Math.max(newer.seen, mark.seen) });
          if (ack) await wait(ack.error.retryAfterMs ?? 0);
        }
        if (mark.seen === 0) await wait(DELIVERED_EVERY_MS);
      }
    } finally {
      running = false;
    }
  }

  const stop = effect(() => {
    if (connection.state.value.at === 'online' && wanted.size > 0) void run();
  });

  return {
    seen(id, seq) {
      const known = inbox.conversation(id)?.peek();
      // Shown as read at once; the gateway's answer confirms it.
      if (known && known.seen < seq && connection.state.peek().at === 'online') inbox.markRead(id, { readMessages: known.visitorMessages, seen: seq });
      want(id, { delivered: seq, seen: seq });
    },
    delivered(id, seq) {
      if (deliveredTo(id) < seq) want(id, { delivered: seq, seen: 0 });
    },
    dispose() {
      disposed = true;
      stop();
    },
  };
}
