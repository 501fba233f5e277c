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
import type { HandshakeGate } from './handshake.ts';
import { health } from './health.ts';
import { createHttp, limitRequests } from './http.ts';
import { agentInbox } from './inbox.ts';
import { createLiveSessions } from './live-sessions.ts';
import { agentLog, visitorLog } from './log.ts';
import type { Logger } from './logger.ts';
import { createMemberSessions } from './member-sessions.ts';
import { agentMessages, visitorMessages } from './messages.ts';
import { pages } from './pages.ts';
import { createPresence } from './presence.ts';
import { TokenBuckets } from './rate-limits.ts';
import { agentReads, visitorReads } from './reads.ts';
import { refuseHandshake } from './requests.ts';
import type { AgentNamespace, Namespaces, VisitorNamespace } from './rooms.ts';
import { requireSameOrigin } from './same-origin.ts';
import { signIn } from './sign-in.ts';
import type { Store } from './store/store.ts';
import { createTyping } from './typing.ts';
import { serveVisitors, type VisitorHandlers } from './visitor-namespace.ts';
import { widgetFiles } from './widget-files.ts';
import { WorkInHand } from './work-in-hand.ts';
import { workspaceSettings } from './workspace-settings.ts';
import { createWorkspaces } from './workspaces.ts';

export interface AppOptions { config: Config; store: Store; assets: Assets; logger: Logger }

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
/** What clients are told to wait before they come back: about as long as a start takes. */
const COME_BACK_MS = 1_500;

/** Wires an application. It does not listen yet. */
export async function createApp({ config, store, assets, logger }: AppOptions): Promise<App> {
  const clientAddress = createClientAddress(config.trustProxy);
  const workInHand = new WorkInHand();
  const workspaces = createWorkspaces(store);
  const sessions = createMemberSessions(store, config.sessionDays);
  const fastify = await createHttp({ config, clientAddress, logger });
  const { io, closeAll } = createConnections(fastify.server, { config, clientAddress, logger });

  const namespaces: Namespaces = { visitors: io.of('/visitor') as VisitorNamespace, agents: io.of('/agent') as AgentNamespace };
  const live = createLiveSessions(sessions, logger);
  const presence = createPresence(store, namespaces.agents);
  const typing = createTyping(store, namespaces);
  const visitorHandlers: VisitorHandlers = {
    ...visitorMessages(store, namespaces), ...visitorLog(store), ...visitorReads(store, namespaces), ...typing.visitor,
  };
  const agentHandlers: AgentHandlers = {
    ...agentMessages(store, namespaces), ...agentConversations(store, namespaces), ...agentLog(store), ...agentInbox(store),
    ...agentReads(store, namespaces), ...typing.agent, ...presence.handlers,
  };
  const gate: HandshakeGate = { connections: new TokenBuckets(config.rateConnections), keyOf: (request) => clientAddress.keyOf(request), workInHand, logger };
  io.use((_, next) => next(refuseHandshake('not_found'))); // nothing is served in the namespace "/"
  serveVisitors(namespaces.visitors, { gate, workspaces, clientAddress, handlers: visitorHandlers, config });
  serveAgents(namespaces.agents, { gate, workspaces, sessions, live, presence, clientAddress, handlers: agentHandlers, config });

  await fastify.register(async (api) => {
    await limitRequests(api, config.rateHttp, clientAddress);
    api.addHook('onRequest', requireSameOrigin({ clientAddress, publicUrl: config.publicUrl }));
    await api.register(signIn, { store, sessions, live, workspaces, clientAddress, config });
    await api.register(workspaceSettings, { store, sessions, workspaces, publicUrl: config.publicUrl });
  }, { prefix: '/api' });
  await fastify.register(widgetFiles, { prefix: '/w', assets, workspaces, clientAddress, publicUrl: config.publicUrl });
  await fastify.register(pages, { assets, clientAddress });
  await fastify.register(health, { store, workInHand });

  let closing: Promise<void> | undefined;
  async function stop(): Promise<void> {
    namespaces.visitors.emit('server:closing', { retryInMs: COME_BACK_MS });
    namespaces.agents.emit('server:closing', { retryInMs: COME_BACK_MS });
    const finished = workInHand.end(FINISH_MS);
    const httpClosed = fastify.close(); // from now on nobody new comes in
    if (!(await finished)) logger.warn({ requests: workInHand.size }, 'stopping before all requests were answered');
    live.close();
    presence.close();
    await closeAll();
    await httpClosed;
  }

  return {
    fastify,
    io,
    async listen() {
      await listenOn(fastify, config);
      return { port: (fastify.server.address() as AddressInfo).port };
    },
    close: () => (closing ??= stop()),
  };
}

/** Without a host: on every address of the machine, of both kinds where it has both. */
async function listenOn(fastify: FastifyInstance, { port, host }: Pick<Config, 'port' | 'host'>): Promise<void> {
  const hasIPv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === 'IPv6'));
  await fastify.listen({ port, host: host ?? (hasIPv6 ? '::' : '0.0.0.0') });
}
