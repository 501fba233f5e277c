/** Wires what a gateway does together with others: how they hear of each other, who is where, and what is told while they do not hear. */
import { nanoid } from 'nanoid';
import type { Server } from 'socket.io';
import { createCluster, type Cluster, type ClusterState, type Link } from './cluster.ts';
import { createFeed } from './feed.ts';
import { ownLeases, sharedLeases } from './leases.ts';
import type { LiveSessions } from './live-sessions.ts';
import { localAdapter } from './local-adapter.ts';
import type { Logger } from './logger.ts';
import { createPresence, type Presence } from './presence.ts';
import type { RedisAdapter } from './redis-adapter.ts';
import { visitorRoom, type Namespaces } from './rooms.ts';
import type { Store } from './store/store.ts';
import { Told } from './told.ts';
import { createViewing, type Viewing } from './viewing.ts';

/** What gateways that share a database have in common besides it. */
export interface Neighbours { gatewayId: string; link: Link | null }

/** Sets out to meet the others. Without an address of a Redis they have only the database in common. */
export async function meetNeighbours(redisUrl: string | null): Promise<Neighbours> {
  const gatewayId = nanoid();
  if (redisUrl === null) return { gatewayId, link: null };
  // Imported only where it is used: a gateway alone starts sooner without it.
  const { RedisLink } = await import('./redis-link.ts');
  return { gatewayId, link: new RedisLink({ url: redisUrl, gatewayId }) };
}

/** What has to be there before the namespaces are. */
export interface Road { told: Told; adapter: RedisAdapter | null }

/** Lays the road between the gateways under Socket.IO. */
export async function layRoad(io: Server, neighbours: Neighbours | null): Promise<Road> {
  const told = new Told();
  const link = neighbours?.link;
  const adapter = link ? (await import('./redis-adapter.ts')).createRedisAdapter((field) => link.publish(field), told) : null;
  if (neighbours) io.adapter(adapter?.factory ?? localAdapter(told));
  return { told, adapter };
}

/** So long after it was stored a message may still be on its way to the others, or lost on it. */
const ON_ITS_WAY_MS = 60_000;

/**
 * A gateway may die between a commit and the telling of it. When the sender repeats what it sent at another one, which has not heard of it
 * either, that one tells it. Elsewhere a repetition is news to nobody (rule D2).
 */
export function tellRepeated(append: Store['append'], { told }: Road, { agents }: Pick<Namespaces, 'agents'>): Store['append'] {
  return async (workspaceId, command) => {
    const appended = await append(workspaceId, command);
    const { repeated, entry } = appended;
    const untold = repeated && entry && Date.now() - Date.parse(entry.at) < ON_ITS_WAY_MS && !told.has(agents.name, entry);
    return untold ? { ...appended, added: [entry] } : appended;
  };
}

export interface GatewaysOptions {
  /** Null: this gateway has its database to itself. */
  neighbours: Neighbours | null;
  road: Road;
  store: Store;
  namespaces: Namespaces;
  live: LiveSessions;
  logger: Logger;
}

export interface Gateways {
  presence: Presence;
  viewing: Viewing;
  /** Ends a session's windows at every gateway. */
  endSession: LiveSessions['end'];
  /** Closes a visitor's connections at every gateway; their clients come back. */
  closeVisitor(workspaceId: string, visitorId: string): void;
  /** Null: this gateway has its database to itself. */
  state(): ClusterState | null;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** While gateways do not hear from each other, sessions that ended elsewhere are looked for in every so many rounds. */
const SESSIONS_EVERY_ROUNDS = 3;

export function createGateways({ neighbours, road, store, namespaces, live, logger }: GatewaysOptions): Gateways {
  const { visitors, agents } = namespaces;
  const leases = neighbours ? sharedLeases(store, neighbours.gatewayId) : ownLeases();
  const presence = createPresence({ store, agents, leases, logger, wake: (workspaceId) => cluster?.publish(['presence', workspaceId]) });
  const viewing = createViewing({ store, agents, leases, logger, wake: (workspaceId, conversationId) => cluster?.publish(['viewing', `${workspaceId} ${conversationId}`]) });
  const rosters = [presence.roster, viewing.roster];
  const cluster: Cluster | null = neighbours && joinCluster(neighbours);

  function joinCluster({ gatewayId, link }: Neighbours): Cluster {
    let rounds = 0;
    return createCluster({
      store, gatewayId, link, logger,
      feed: createFeed({ store, namespaces, told: road.told }),
      listeners: {
        onDegraded: tellDegraded,
        onOthers: () => rosters.forEach((roster) => roster.refreshAll()),
        onForgotten: () => rosters.forEach((roster) => roster.retake()),
        onBeat: () => rosters.forEach((roster) => roster.retry()),
        onRound() {
          for (const roster of rosters) roster.refreshAll();
          rounds += 1;
          if (rounds % SESSIONS_EVERY_ROUNDS === 1) live.check((workspaceId, hashes) => store.sessionsOn(workspaceId, hashes)).catch((error: unknown) => logger.debug({ err: error }, 'sessions could not be looked up'));
        },
        onField(field) {
          const [name, value] = field;
          const [first = '', second = ''] = value.split(' ');
          if (name === 'presence') presence.roster.refresh(first, null);
          else if (name === 'viewing') viewing.roster.refresh(first, second);
          else if (name === 'session-ended') live.end({ tokenHash: first });
          else if (name === 'visitor-moved') closeHere(first, second);
          else road.adapter?.take(field);
        },
      },
    });
  }

  /** The connection, not the Socket.IO session: a client takes the end of that for the last word. */
  function closeHere(workspaceId: string, visitorId: string): void {
    for (const id of visitors.adapter.rooms.get(visitorRoom(workspaceId, visitorId)) ?? []) visitors.sockets.get(id)?.conn.close();
  }

  function tellDegraded(degraded: boolean): void {
    visitors.local.emit('service:updated', { degraded });
    agents.local.emit('service:updated', { degraded });
  }

  if (cluster) {
    // After session:started, which is the first of all.
    for (const namespace of [visitors, agents]) {
      namespace.on('connection', (socket: { emit(event: 'service:updated', news: { degraded: boolean }): unknown }) => {
        if (cluster.state().degraded) queueMicrotask(() => socket.emit('service:updated', { degraded: true }));
      });
    }
  }

  return {
    presence,
    viewing,
    endSession(session) {
      live.end(session);
      cluster?.publish(['session-ended', session.tokenHash]);
    },
    closeVisitor(workspaceId, visitorId) {
      closeHere(workspaceId, visitorId);
      cluster?.publish(['visitor-moved', `${workspaceId} ${visitorId}`]);
    },
    state: () => cluster?.state() ?? null,
    start: async () => cluster?.start(),
    async close() {
      for (const roster of rosters) roster.close();
      await cluster?.close();
    },
  };
}
