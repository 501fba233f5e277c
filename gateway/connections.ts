/** The connections under the namespaces: how many, how much they may send, and that none of them piles up what it does not read. */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { Server } from 'socket.io';
import { PACKET_MAX_BYTES } from '../shared/limits.ts';
import type { ClientAddress } from './client-address.ts';
import type { Config, Rate } from './config.ts';
import { gatherWrites, type FlushedConnection } from './gathered-writes.ts';
import type { Logger } from './logger.ts';
import { TokenBuckets } from './rate-limits.ts';

/** A reader that is this far behind is cut off: it comes back and asks the log for what it missed, which costs less than remembering it. */
const BEHIND_MAX_BYTES = 8 * 1024 * 1024;
const BEHIND_MAX_PACKETS = 5_000;
const LOOK_MS = 2_000;
/** Packets are more than requests: acknowledgements, pongs, and requests that are refused. */
const PACKETS_PER_REQUEST = 5;
/** Connections are more than handshakes that enter a namespace. */
const CONNECTIONS_PER_HANDSHAKE = 4;
/** How long a closing connection may take to say goodbye. */
const GOODBYE_MS = 500;

type ConnectionConfig = Pick<Config, 'pingIntervalMs' | 'pingTimeoutMs' | 'connectTimeoutMs' | 'rateConnections' | 'rateVisitorMessages' | 'rateVisitorRequests' | 'rateMemberRequests'>;

/** What is used here of an Engine.IO connection. */
interface Connection extends FlushedConnection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: { socket?: { bufferedAmount?: number; _socket?: NetSocket | null } };
  on(event: 'packet', listener: () => void): unknown;
  close(discard?: boolean): unknown;
}

export interface Connections {
  io: Server;
  /** Closes every connection after what is waiting for it has been sent. Clients take it as a drop and come back. */
  closeAll: () => Promise<void>;
}

/** Puts Socket.IO on the HTTP server. */
export function createConnections(server: HttpServer, { config, clientAddress, logger }: { config: ConnectionConfig; clientAddress: ClientAddress; logger: Logger }): Connections {
  const arrivals = new TokenBuckets(times(config.rateConnections, CONNECTIONS_PER_HANDSHAKE));
  const io = new Server(server, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    pingInterval: config.pingIntervalMs,
    pingTimeout: config.pingTimeoutMs,
    connectTimeout: config.connectTimeoutMs,
    maxHttpBufferSize: PACKET_MAX_BYTES,
    // A connection with compression takes 15 times the memory and sends a third as much.
    perMessageDeflate: false,
    // See unknown-namespaces.ts.
    cleanupEmptyChildNamespaces: true,
    // Pages of other websites may poll; without credentials, so an agent's cookie never comes along. Whether they may talk, the namespace decides.
    cors: { origin: true, credentials: false },
    // JSONP (`j`) would bring answers into pages of other websites as scripts.
    allowRequest: (request, decide) => decide(null, !/[?&]j=/.test(request.url ?? '') && arrivals.take(clientAddress.keyOf(request)) === 0),
  });
  const raw = trackSockets(server);
  const perConnection = times(busiest([config.rateVisitorMessages, config.rateVisitorRequests, config.rateMemberRequests]), PACKETS_PER_REQUEST);

  io.engine.on('connection', (connection: Connection) => {
    gatherWrites(connection);
    const packets = new TokenBuckets(perConnection);
    connection.on('packet', () => {
      if (packets.take('') === 0 || connection.readyState !== 'open') return;
      logger.info('a connection that sent too much was closed');
      connection.close(true);
    });
  });
  // Answers to polling are text that no browser shall take for anything else.
  io.engine.on('headers', (headers: Record<string, string>) => { headers['x-content-type-options'] = 'nosniff'; });
  io.engine.on('connection_error', ({ code, req }: { code: number; req?: IncomingMessage }) => logger.debug({ code, method: req?.method }, 'connection refused'));

  const all = (): Connection[] => Object.values((io.engine as unknown as { clients: Record<string, Connection> }).clients);
  const timer = setInterval(() => {
    for (const connection of all()) {
      const behind = connection.transport.socket?.bufferedAmount ?? 0;
      if (behind <= BEHIND_MAX_BYTES && connection.writeBuffer.length <= BEHIND_MAX_PACKETS) continue;
      logger.info({ behind, packets: connection.writeBuffer.length }, 'a connection that did not read was closed');
      connection.close(true);
    }
  }, LOOK_MS);
  timer.unref();

  return {
    io,
    async closeAll() {
      clearInterval(timer);
      for (const connection of all()) connection.close();
      await raw.allClosed(GOODBYE_MS);
      await io.close();
    },
  };
}

function times({ burst, perSecond }: Rate, factor: number): Rate {
  return { burst: burst * factor, perSecond: perSecond * factor };
}

function busiest(rates: readonly Rate[]): Rate {
  return { burst: Math.max(...rates.map(({ burst }) => burst)), perSecond: Math.max(...rates.map(({ perSecond }) => perSecond)) };
}

/** Node closes plain HTTP connections of a server that stops, but waits for upgraded ones for ever. */
function trackSockets(server: HttpServer): { allClosed(timeoutMs: number): Promise<void> } {
  const open = new Set<NetSocket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    async allClosed(timeoutMs) {
      server.closeIdleConnections();
      const timer = setTimeout(() => { for (const socket of open) socket.destroy(); }, timeoutMs);
      await Promise.all([...open].map((socket) => new Promise((resolve) => { socket.once('close', resolve); })));
      clearTimeout(timer);
    },
  };
}
