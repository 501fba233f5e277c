/** /agent: who comes in, and what they may ask. */
import { PROTOCOL_VERSION } from '../shared/limits.ts';
import { AgentHandshake, agentRequests, type AgentAnswers } from '../shared/protocol.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { admitHandshakes, readHandshake, type HandshakeGate } from './handshake.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { MemberSessions } from './member-sessions.ts';
import { isOwnOrigin } from './origins.ts';
import type { Presence } from './presence.ts';
import { TokenBuckets } from './rate-limits.ts';
import { RequestError } from './request-errors.ts';
import { serveRequests, type Handlers } from './requests.ts';
import { memberRoom, workspaceRoom, type AgentNamespace, type AgentSocket } from './rooms.ts';
import type { Member } from './store/store.ts';
import type { SideTraffic } from './traffic.ts';
import type { Viewing } from './viewing.ts';
import type { Workspaces } from './workspaces.ts';

/** In whose name a request is handled. */
export interface AgentContext { workspaceId: string; member: Member; socket: AgentSocket }

export type AgentHandlers = Handlers<AgentContext, typeof agentRequests, AgentAnswers>;

export interface AgentNamespaceOptions {
  gate: HandshakeGate;
  workspaces: Workspaces;
  sessions: MemberSessions;
  live: LiveSessions;
  presence: Presence;
  viewing: Viewing;
  clientAddress: ClientAddress;
  handlers: AgentHandlers;
  traffic: Pick<SideTraffic, 'requests' | 'handshakes'>;
  config: Pick<Config, 'publicUrl' | 'heartbeatMs' | 'rateMemberRequests'>;
}

/** Serves the namespace. */
export function serveAgents(namespace: AgentNamespace, options: AgentNamespaceOptions): void {
  const { gate, workspaces, sessions, live, presence, viewing, clientAddress, handlers, traffic, config } = options;
  const requests = new TokenBuckets(config.rateMemberRequests);

  namespace.use(admitHandshakes<AgentSocket>(gate, async (socket, auth) => {
    readHandshake(AgentHandshake, auth);
    const { origin, cookie } = socket.handshake.headers;
    // A browser sends the cookie along with a socket that any page opens; only pages of our own may.
    if (origin !== undefined && !isOwnOrigin({ origin, host: clientAddress.hostOf(socket.request) }, config.publicUrl)) throw new RequestError('origin_not_allowed');
    const session = await sessions.find(cookie);
    const workspace = session && await workspaces.find(session.workspaceId);
    if (!session || !workspace) throw new RequestError('sign_in_required');
    socket.data = { workspaceId: workspace.id, workspaceName: workspace.name, member: session.member, tokenHash: session.tokenHash, expiresAt: session.expiresAt };
  }, traffic.handshakes));

  namespace.on('connection', (socket) => {
    const { workspaceId, workspaceName, member } = socket.data;
    void socket.join([workspaceRoom(workspaceId), memberRoom(workspaceId, member.id)]);
    live.add(socket);
    socket.on('disconnect', () => {
      live.remove(socket);
      viewing.left(socket);
      presence.left(socket.data);
    });
    socket.emit('session:started', {
      protocol: PROTOCOL_VERSION, serverTime: new Date().toISOString(), heartbeatMs: config.heartbeatMs, member, workspace: { id: workspaceId, name: workspaceName },
    });
    presence.arrived(socket.data);
    serveRequests<AgentContext>(socket, { workspaceId, member, socket }, {
      schemas: agentRequests,
      handlers,
      admit: () => requests.claim(`${workspaceId}:${member.id}`),
      authorize: () => live.confirm(socket),
      workInHand: gate.workInHand,
      logger: gate.logger,
      observer: traffic.requests,
    });
  });
}
