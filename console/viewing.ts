/** Which conversation this window shows, told to the gateway, and who else looks at it. It ends with the connection, so every new one is told again. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { HEARTBEAT_MS } from '../shared/limits.ts';
import type { MemberRef } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import { route } from './routes.ts';
import { pageShown } from './viewport.ts';

/** Whoever only passes through a conversation on the way to another does not look at it. */
const SETTLED_MS = 300;

export interface Viewing {
  /** Everybody else who looks at the opened conversation. */
  readonly others: ReadonlySignal<readonly MemberRef[]>;
  dispose(): void;
}

export function createViewing({ connection, memberId }: { connection: Connection; memberId: string }): Viewing {
  const others = signal<readonly MemberRef[]>([]);
  let viewed: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  function take(conversationId: string, members: readonly MemberRef[]): void {
    if (conversationId === viewed) others.value = members.filter(({ id }) => id !== memberId);
  }

  async function tell(): Promise<void> {
    clearTimeout(timer);
    if (connection.state.peek().at !== 'online') return;
    const conversationId = viewed;
    const ack = await connection.request('viewing:set', { conversationId }).catch(() => null);
    if (ack?.ok && conversationId !== null) take(conversationId, ack.data.members);
  }

  const stop = effect(() => {
    const at = route.value;
    const next = at.at === 'inbox' && pageShown.value ? at.conversationId : null;
    if (next === viewed) return;
    viewed = next;
    others.value = [];
    clearTimeout(timer);
    timer = setTimeout(() => void tell(), SETTLED_MS);
  });
  const offs = [
    connection.on('viewing:updated', ({ conversationId, members }) => take(conversationId, members)),
    connection.on('session:started', ({ heartbeatMs }) => {
      if (viewed !== null) void tell();
      clearInterval(heartbeat);
      // News may be lost; what is asked for is right.
      heartbeat = setInterval(() => { if (viewed !== null) void tell(); }, heartbeatMs > 0 ? heartbeatMs : HEARTBEAT_MS);
    }),
  ];
  return {
    others,
    dispose() {
      stop();
      for (const off of offs) off();
      clearTimeout(timer);
      clearInterval(heartbeat);
    },
  };
}
