/** What an agent does to a conversation besides writing: assigning, closing, reopening. Needs a connection; says kindly when there is none. */
import { nanoid } from 'nanoid';
import { RETRYABLE } from '../shared/errors.ts';
import type { AgentPayload, MemberRef, Status } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { Inbox } from './inbox.ts';
import type { Logs } from './logs.ts';
import { announce, notify } from './notices.ts';
import { texts } from './texts.ts';

export interface Actions {
  assign(conversationId: string, member: MemberRef | null): Promise<boolean>;
  setStatus(conversationId: string, status: Status): Promise<boolean>;
}

const TRIES = 2;

export function createActions(options: { connection: Connection; inbox: Pick<Inbox, 'take'>; logs: Pick<Logs, 'take'> }): Actions {
  const { connection, inbox, logs } = options;

  /** Asks, and once more where the answer was lost: under the same name, so that it happens once (rule D2). */
  async function perform<E extends 'conversation:assign' | 'status:set'>(event: E, payload: AgentPayload<E>): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      if (connection.state.peek().at !== 'online') {
        notify(texts.actions.offline, { bad: true });
        return false;
      }
      const ack = await connection.request(event, payload).catch(() => null);
      if (ack?.ok) {
        inbox.take(ack.data.conversation);
        if (ack.data.entry) logs.take(ack.data.entry);
        return true;
      }
      if (ack && (!RETRYABLE.has(ack.error.code) || attempt >= TRIES)) {
        notify(ack.error.code === 'not_found' ? texts.actions.gone : ack.error.message, { bad: true });
        return false;
      }
      if (!ack && attempt >= TRIES) {
        notify(texts.actions.unsure, { bad: true });
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, ack?.error.retryAfterMs ?? 300));
    }
  }

  return {
    async assign(conversationId, member) {
      const done = await perform('conversation:assign', { conversationId, clientId: nanoid(), memberId: member?.id ?? null });
      if (done) announce(member ? texts.actions.assigned(member.name) : texts.actions.unassigned);
      return done;
    },
    async setStatus(conversationId, status) {
      const done = await perform('status:set', { conversationId, clientId: nanoid(), status });
      if (done) announce(status === 'closed' ? texts.actions.closed : texts.actions.reopened);
      return done;
    },
  };
}
