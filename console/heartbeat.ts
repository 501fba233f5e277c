/**
 * Asks for whatever was missed: after every (re)connection for everything, and then at every beat for the list and the
 * conversation that is open (rule D6: news are a wake-up, the log is the truth).
 */
import { HEARTBEAT_MS } from '../shared/limits.ts';
import type { Connection } from './connection.ts';
import type { Inbox } from './inbox.ts';
import type { Logs } from './logs.ts';
import type { Members } from './members.ts';
import { route } from './routes.ts';

/** Starts it. Returns the way to stop. */
export function startHeartbeat(options: { connection: Connection; inbox: Pick<Inbox, 'sync'>; logs: Pick<Logs, 'sync'>; members: Pick<Members, 'load'> }): () => void {
  const { connection, inbox, logs, members } = options;
  let timer: ReturnType<typeof setInterval> | undefined;

  function beat(): void {
    if (connection.state.peek().at !== 'online') return;
    void inbox.sync();
    const at = route.peek();
    if (at.at === 'inbox' && at.conversationId) void logs.sync([at.conversationId]);
  }

  /** Timers of a page nobody looks at are slowed down; whoever comes back sees the truth at once. */
  function lookAgain(): void {
    if (!document.hidden) beat();
  }

  const off = connection.on('session:started', ({ heartbeatMs }) => {
    void inbox.sync();
    void logs.sync();
    void members.load();
    clearInterval(timer);
    timer = setInterval(beat, heartbeatMs > 0 ? heartbeatMs : HEARTBEAT_MS);
  });
  document.addEventListener('visibilitychange', lookAgain);

  return () => {
    off();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', lookAgain);
  };
}
