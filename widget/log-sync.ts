/**
 * Keeps what we know of the conversations level with the log (rules D5 and D6): asks on every connection, whenever something
 * is missing, and with every heartbeat, so that even a broadcast nobody noticed missing is made up for in seconds.
 */
import { SYNC_CONVERSATIONS_MAX } from '../shared/limits.ts';
import type { Entry } from '../shared/protocol.ts';
import type { Connection } from './connection.ts';
import type { Conversations } from './conversations.ts';

export interface LogSync {
  /** Asks the log now; one question at a time. Resolves when it was answered or could not be. */
  sync(): Promise<void>;
  /** Begins the heartbeat of a new connection. */
  start(heartbeatMs: number): void;
  stop(): void;
}

export interface LogSyncOptions {
  connection: Pick<Connection, 'request' | 'suspect' | 'state'>;
  conversations: Conversations;
  /** What is new to conversations known before; called after every answer, also with nothing. */
  onSynced(added: Entry[]): void;
}

/** Questions in a row before the next heartbeat has to do. */
const ROUNDS = 3;

export function createLogSync({ connection, conversations, onSynced }: LogSyncOptions): LogSync {
  let running: Promise<void> | undefined;
  let again = false;
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  async function ask(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      again = false;
      const held = conversations.all().slice(0, SYNC_CONVERSATIONS_MAX).map(({ conversation: { id }, timeline: { last } }) => ({ id, seq: last }));
      const ack = await connection.request('log:sync', { conversations: held });
      if (!ack.ok) return;
      const { added, gap } = conversations.takeSync(ack.data, new Set(held.map(({ id }) => id)));
      onSynced(added);
      if (!gap && !again) return;
    }
  }

  function sync(): Promise<void> {
    if (running) again = true;
    running ??= ask()
      .catch(() => {
        // No answer on a connection that claims to be there: it is not (a sleeping network, a frozen gateway).
        connection.suspect();
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    sync,
    start(heartbeatMs) {
      clearInterval(heartbeat);
      heartbeat = setInterval(() => void sync(), heartbeatMs);
    },
    stop: () => clearInterval(heartbeat),
  };
}
