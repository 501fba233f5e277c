/** Which sockets live on which member's session, so that a session's end reaches them, also when it ended on another gateway. */
import type { Logger } from './logger.ts';
import type { MemberSession, MemberSessions } from './member-sessions.ts';
import { RequestError } from './request-errors.ts';
import type { AgentSocket } from './rooms.ts';

/** How long a session counts as on without asking the store again. Shorter than the heartbeat, so every heartbeat asks. */
const CONFIRMED_MS = 5_000;
/** How often sockets that ask for nothing are looked at. */
const SWEEP_MS = 30_000;

interface Live { sockets: Set<AgentSocket>; confirmedAt: number; asking: Promise<boolean> | null; workspaceId: string; tokenHash: string }

export interface LiveSessions {
  add(socket: AgentSocket): void;
  remove(socket: AgentSocket): void;
  /** Rejects with sign_in_required, and ends the session's sockets, when the session is not on any more. */
  confirm(socket: AgentSocket): Promise<void>;
  /** Tells the session's sockets that it ended, and disconnects them. */
  end(session: Pick<MemberSession, 'tokenHash'>): void;
  /** Asks about all sessions at once, a question a workspace, and ends those that are not on any more. */
  check(sessionsOn: (workspaceId: string, tokenHashes: readonly string[]) => Promise<readonly string[]>): Promise<void>;
  /** Stops looking. */
  close(): void;
}

export function createLiveSessions(sessions: Pick<MemberSessions, 'isOn'>, logger: Logger, now: () => number = () => performance.now()): LiveSessions {
  const byHash = new Map<string, Live>();
  const timer = setInterval(() => void sweep(), SWEEP_MS);
  timer.unref();

  /** One question at a time for a session, and the answer counts for all its sockets. */
  async function isOn(live: Live): Promise<boolean> {
    if (now() - live.confirmedAt < CONFIRMED_MS) return true;
    live.asking ??= sessions.isOn(live.workspaceId, live.tokenHash).finally(() => { live.asking = null; });
    const on = await live.asking;
    if (on) live.confirmedAt = now();
    else end(live);
    return on;
  }

  async function look(live: Live): Promise<void> {
    try {
      await isOn(live);
    } catch (error) {
      logger.warn({ err: error }, 'a session could not be looked up');
    }
  }

  async function sweep(): Promise<void> {
    for (const live of byHash.values()) await look(live);
  }

  function end({ tokenHash }: Pick<MemberSession, 'tokenHash'>): void {
    const live = byHash.get(tokenHash);
    byHash.delete(tokenHash);
    for (const socket of live?.sockets ?? []) {
      socket.emit('session:ended', {});
      socket.disconnect(true);
    }
  }

  return {
    add(socket) {
      const { tokenHash, workspaceId } = socket.data;
      const live: Live = byHash.get(tokenHash) ?? { sockets: new Set(), confirmedAt: Number.NEGATIVE_INFINITY, asking: null, workspaceId, tokenHash };
      live.sockets.add(socket);
      byHash.set(tokenHash, live);
      void look(live); // it may have ended between the handshake's look and this
    },
    remove(socket) {
      const live = byHash.get(socket.data.tokenHash);
      live?.sockets.delete(socket);
      if (live?.sockets.size === 0) byHash.delete(socket.data.tokenHash);
    },
    async confirm(socket) {
      const live = byHash.get(socket.data.tokenHash);
      const over = Date.parse(socket.data.expiresAt) <= Date.now();
      if (over && live) end(live);
      if (over || !live || !(await isOn(live))) throw new RequestError('sign_in_required');
    },
    end,
    async check(sessionsOn) {
      for (const [workspaceId, lives] of Map.groupBy(byHash.values(), (live) => live.workspaceId)) {
        const on = new Set(await sessionsOn(workspaceId, lives.map(({ tokenHash }) => tokenHash)));
        for (const live of lives) if (!on.has(live.tokenHash)) end(live);
      }
    },
    close: () => clearInterval(timer),
  };
}
