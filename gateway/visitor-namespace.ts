/** /visitor: who comes in, and what they may ask. */
import { PROTOCOL_VERSION } from '../shared/limits.ts';
import { VisitorHandshake, visitorRequests, type VisitorAnswers } from '../shared/protocol.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { admitHandshakes, readHandshake, type HandshakeGate } from './handshake.ts';
import type { Identities } from './identity.ts';
import { isOwnOrigin, originAllowed } from './origins.ts';
import type { Profiles } from './profiles.ts';
import { TokenBuckets } from './rate-limits.ts';
import { RequestError } from './request-errors.ts';
import { serveRequests, type Handlers } from './requests.ts';
import { visitorRoom, type VisitorNamespace, type VisitorSocket } from './rooms.ts';
import { issueVisitorToken, newVisitorSession, verifyVisitorToken } from './visitor-tokens.ts';
import type { SideTraffic } from './traffic.ts';
import type { Workspaces } from './workspaces.ts';

/** In whose name a request is handled. */
export interface VisitorContext { workspaceId: string; visitorId: string; socket: VisitorSocket }

export type VisitorHandlers = Handlers<VisitorContext, typeof visitorRequests, VisitorAnswers>;

export interface VisitorNamespaceOptions {
  gate: HandshakeGate;
  workspaces: Workspaces;
  clientAddress: ClientAddress;
  handlers: VisitorHandlers;
  identities: Identities;
  profiles: Pick<Profiles, 'arrived' | 'beforeWriting'>;
  traffic: Pick<SideTraffic, 'requests' | 'handshakes'>;
  config: Pick<Config, 'publicUrl' | 'heartbeatMs' | 'rateVisitorMessages' | 'rateVisitorRequests'>;
}

/** Requests that put something into a log. */
const WRITES: ReadonlySet<string> = new Set(['conversation:start', 'message:send', 'rating:set'] satisfies Array<keyof VisitorHandlers>);

/** Serves the namespace. */
export function serveVisitors(namespace: VisitorNamespace, options: VisitorNamespaceOptions): void {
  const { gate, workspaces, clientAddress, handlers, identities, profiles, traffic, config } = options;
  const messages = new TokenBuckets(config.rateVisitorMessages);
  const others = new TokenBuckets(config.rateVisitorRequests);

  namespace.use(admitHandshakes<VisitorSocket>(gate, async (socket, auth) => {
    const { workspace: workspaceId, token, identity } = readHandshake(VisitorHandshake, auth);
    const workspace = await workspaces.find(workspaceId);
    if (!workspace) throw new RequestError('not_found');
    const { origin } = socket.handshake.headers;
    const own = isOwnOrigin({ origin, host: clientAddress.hostOf(socket.request) }, config.publicUrl);
    // What sends no Origin is not a browser: no page speaks through it, and whoever runs it could write any Origin.
    if (origin !== undefined && !own && !originAllowed(origin, workspace.allowedOrigins)) throw new RequestError('origin_not_allowed');
    const before = token ? await verifyVisitorToken(workspace, token) : newVisitorSession();
    const { session, change } = identity
      ? await identities.take(workspace, before, identity, { address: gate.keyOf(socket.request), returning: Boolean(token) })
      : { session: before, change: before.userId === null ? {} : { userId: before.userId } };
    socket.data = { workspaceId, workspaceName: workspace.name, session, change, token: await issueVisitorToken(workspace, session) };
  }, traffic.handshakes));

  namespace.on('connection', (socket) => {
    const { workspaceId, workspaceName, session: { visitorId, userId }, token } = socket.data;
    const context: VisitorContext = { workspaceId, visitorId, socket };
    const key = `${workspaceId}:${visitorId}`;
    void socket.join(visitorRoom(workspaceId, visitorId));
    socket.emit('session:started', {
      protocol: PROTOCOL_VERSION, serverTime: new Date().toISOString(), heartbeatMs: config.heartbeatMs, visitorId, token, workspace: { id: workspaceId, name: workspaceName },
      identity: userId === null ? null : { userId },
    });
    profiles.arrived(context);
    serveRequests<VisitorContext>(socket, context, {
      schemas: visitorRequests,
      handlers,
      prepare: (_, event, payload) => (WRITES.has(event) ? profiles.beforeWriting(context, event, payload) : undefined),
      admit: (_, event) => (WRITES.has(event) ? messages : others).claim(key),
      workInHand: gate.workInHand,
      logger: gate.logger,
      observer: traffic.requests,
    });
  });
}
