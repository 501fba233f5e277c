/** The gateway as an application: every feature, wired. Choosing implementations and being a process is server.ts's. */
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import { serveAgents, type AgentHandlers } from './agent-namespace.ts';
import type { Assets } from './assets.ts';
import { createClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { createConnections } from './connections.ts';
import { agentConversations } from './conversations.ts';
import { createFiles } from './files.ts';
import { removeFiles, type FileStorage } from './file-storage.ts';
import { createFileSweep } from './file-sweep.ts';
import { visitorErase } from './erase.ts';
import { createGateways, layRoad, tellRepeated, type Neighbours } from './gateways.ts';
import type { HandshakeGate } from './handshake.ts';
import { answers, health } from './health.ts';
import { createHttp, limitRequests } from './http.ts';
import { createIdentities } from './identity.ts';
import { identitySettings } from './identity-settings.ts';
import { agentInbox } from './inbox.ts';
import { createLiveSessions } from './live-sessions.ts';
import { agentLog, visitorLog } from './log.ts';
import type { Logger } from './logger.ts';
import { createMemberSessions } from './member-sessions.ts';
import { agentMessages, visitorMessages } from './messages.ts';
import { createMetrics } from './metrics.ts';
import { metricsPage } from './metrics-page.ts';
import { pages } from './pages.ts';
import { agentProfiles, visitorProfiles } from './profiles.ts';
import { TokenBuckets } from './rate-limits.ts';
import { visitorRatings } from './ratings.ts';
import { agentReads, visitorReads } from './reads.ts';
import type { AgentNamespace, Namespaces, VisitorNamespace } from './rooms.ts';
import { requireSameOrigin } from './same-origin.ts';
import { signIn } from './sign-in.ts';
import type { Store } from './store/store.ts';
import { countNews, createTraffic } from './traffic.ts';
import { createTyping } from './typing.ts';
import { refuseUnknownNamespaces } from './unknown-namespaces.ts';
import { serveVisitors, type VisitorHandlers } from './visitor-namespace.ts';
import { VisitorWrites } from './visitor-writes.ts';
import { widgetFiles } from './widget-files.ts';
import { WorkInHand } from './work-in-hand.ts';
import { workspaceSettings } from './workspace-settings.ts';
import { createWorkspaces } from './workspaces.ts';

export interface AppOptions {
  config: Config;
  store: Store;
  /** Where the bytes of files are. */
  storage: FileStorage;
  assets: Assets;
  logger: Logger;
  /** The other gateways on the same database; null, the default, where there can be none. */
  neighbours?: Neighbours | null;
}

export interface App {
  fastify: FastifyInstance;
  io: Server;
  /** Begins to listen; answers where. Rejects with what the system says, such as EADDRINUSE. */
  listen(): Promise<{ port: number }>;
  /** Stops gracefully: finishes what was begun, tells clients to come back, closes their connections. The store stays open; it is the caller's. */
  close(): Promise<void>;
}

/** Requests that were begun get this long to be committed and acknowledged when the gateway stops. */
const FINISH_MS = 3_000;
/** What clients are told to wait before they come back: about as long as a start takes, or, where another gateway is there for them, a moment. */
const COME_BACK_MS = { alone: 1_500, toOthers: 300 };
/** And longer where they are many: so many handshakes a second a gateway takes without anybody noticing. They spread over this time by chance. */
const COME_BACK_PER_SECOND = 2_000;
const COME_BACK_MAX_MS = 8_000;

/** Wires an application. It does not listen yet. */
export async function createApp({ config, store, storage, assets, logger, neighbours = null }: AppOptions): Promise<App> {
  const clientAddress = createClientAddress(config.trustProxy);
  const workInHand = new WorkInHand();
  const workspaces = createWorkspaces(store);
  const sessions = createMemberSessions(store, config.sessionDays);
  const fastify = await createHttp({ config, clientAddress, logger });
  const { io, closeAll } = createConnections(fastify.server, { config, clientAddress, logger });

  const road = await layRoad(io, neighbours);
  const namespaces: Namespaces = { visitors: io.of('/visitor') as VisitorNamespace, agents: io.of('/agent') as AgentNamespace };
  const traffic = createTraffic();
  countNews(namespaces.visitors, traffic.visitors.news);
  countNews(namespaces.agents, traffic.agents.news);
  const live = createLiveSessions(sessions, logger);
  const gateways = createGateways({ neighbours, road, store, namespaces, live, logger });
  const metrics = createMetrics({
    traffic, store, io, namespaces, cluster: () => gateways.state(), redis: neighbours?.link ?? null, databaseAnswers: () => answers(store),
  });
  const { presence, viewing } = gateways;
  const log: Pick<Store, 'append'> = neighbours ? { append: tellRepeated(store.append, road, namespaces) } : store;
  const writes = new VisitorWrites();
  const profiles = visitorProfiles(store, writes, logger);
  const typing = createTyping(store, namespaces);
  const eraseFiles = async (workspaceId: string, ids: readonly string[]): Promise<void> =>
    store.dropFiles(workspaceId, await removeFiles(storage, workspaceId, ids, (error) => logger.warn({ err: error }, 'a file of an erased visitor could not be removed yet')));
  const visitorHandlers: VisitorHandlers = {
    ...writes.tracked(visitorMessages(log, namespaces)), ...visitorRatings(log, namespaces), ...profiles.visitor,
    ...visitorErase({ store, namespaces, removeFiles: eraseFiles, logger }), ...visitorLog(store, traffic.visitors.syncs), ...visitorReads(store, namespaces), ...typing.visitor,
  };
  const agentHandlers: AgentHandlers = {
    ...agentMessages(log, namespaces), ...agentConversations(log, namespaces), ...agentLog(store, traffic.agents.syncs), ...agentInbox(store),
    ...agentReads(store, namespaces), ...agentProfiles(store), ...typing.agent, ...presence.handlers, ...viewing.handlers,
  };
  const gate: HandshakeGate = { connections: new TokenBuckets(config.rateConnections), keyOf: (request) => clientAddress.keyOf(request), workInHand, logger };
  const identities = createIdentities({
    store, wrong: new TokenBuckets(config.rateIdentity),
    async closeVisitor(workspaceId, visitorId) {
      gateways.closeVisitor(workspaceId, visitorId);
      await writes.settled(workspaceId, visitorId);
    },
  });
  refuseUnknownNamespaces(io, traffic.elsewhere);
  serveVisitors(namespaces.visitors, { gate, workspaces, clientAddress, handlers: visitorHandlers, identities, profiles, traffic: traffic.visitors, config });
  serveAgents(namespaces.agents, { gate, workspaces, sessions, live, presence, viewing, clientAddress, handlers: agentHandlers, traffic: traffic.agents, config });

  const files = createFiles({ store, storage, clientAddress, logger, config });
  const sweep = createFileSweep({ store, storage, logger });

  await fastify.register(async (api) => {
    await limitRequests(api, config.rateHttp, clientAddress);
    api.addHook('onRequest', requireSameOrigin({ clientAddress, publicUrl: config.publicUrl }));
    await api.register(signIn, { store, sessions, live: { end: gateways.endSession }, workspaces, clientAddress, config });
    await api.register(files.members, { sessions });
    await api.register(identitySettings, { store, sessions, workspaces });
    await api.register(workspaceSettings, { store, sessions, workspaces, publicUrl: config.publicUrl });
  }, { prefix: '/api' });
  await fastify.register(widgetFiles, { prefix: '/w', assets, workspaces, clientAddress, publicUrl: config.publicUrl });
  await fastify.register(files.visitors, { prefix: '/files', workspaces });
  await fastify.register(pages, { assets, clientAddress });
  await fastify.register(health, { store, workInHand, cluster: gateways.state });
  await fastify.register(metricsPage, { metrics, config });

  let closing: Promise<void> | undefined;
  async function stop(): Promise<void> {
    const first = (gateways.state()?.gateways ?? 1) > 1 ? COME_BACK_MS.toOthers : COME_BACK_MS.alone;
    const retryInMs = Math.min(COME_BACK_MAX_MS, first + Math.round((io.engine.clientsCount / COME_BACK_PER_SECOND) * 1_000));
    namespaces.visitors.local.emit('server:closing', { retryInMs });
    namespaces.agents.local.emit('server:closing', { retryInMs });
    const finished = workInHand.end(FINISH_MS);
    const httpClosed = fastify.close(); // from now on nobody new comes in
    if (!(await finished)) logger.warn({ requests: workInHand.size }, 'stopping before all requests were answered');
    live.close();
    await sweep.close();
    metrics.close();
    await gateways.close();
    await closeAll();
    await httpClosed;
  }

  return {
    fastify,
    io,
    async listen() {
      await gateways.start();
      await listenOn(fastify, config);
      sweep.start();
      return { port: (fastify.server.address() as AddressInfo).port };
    },
    close: () => (closing ??= stop()),
  };
}

/** Connections that may wait to be taken. When everybody comes back at once, those who find no place here try again after 1, 3, 7 and 15 seconds. */
const BACKLOG = 4_096;

/** Without a host: on every address of the machine, of both kinds where it has both. */
async function listenOn(fastify: FastifyInstance, { port, host }: Pick<Config, 'port' | 'host'>): Promise<void> {
  const hasIPv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === 'IPv6'));
  await fastify.listen({ port, host: host ?? (hasIPv6 ? '::' : '0.0.0.0'), backlog: BACKLOG });
}
