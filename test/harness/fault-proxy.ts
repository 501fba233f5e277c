/**
 * A bad network between clients and gateways, on loopback. Plain HTTP (sign-in) and WebSockets go through it to a gateway that is
 * alive; WebSockets end here on both sides, so that single Engine.IO packets can be lost, doubled, held up and overtaken, connections
 * cut, and connections left open with nothing coming through any more.
 */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { Lane, NO_FAULTS, noPackets, type PacketCounts, type PacketFaults } from './fault-lane.ts';
import { type Random, random } from './random.ts';

/** A gateway that does not answer for this long is passed over: it is frozen, or busy starting. */
const PATIENCE_MS = 1_500;

export interface ProxyCounts extends PacketCounts { connections: number; cut: number; silenced: number }

interface Packet { data: string | Buffer; binary: boolean }

/** One connection through the proxy, with a socket at each end. */
interface Link { client: WebSocket; gateway: WebSocket; up: Lane<Packet>; down: Lane<Packet>; end(): void }

export class FaultProxy {
  /** What happens to packets from now on. */
  faults: PacketFaults = NO_FAULTS;
  readonly counts: ProxyCounts = { ...noPackets(), connections: 0, cut: 0, silenced: 0 };
  readonly #chance: Random;
  readonly #origins: () => readonly string[];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #links = new Set<Link>();
  readonly #opening = new Set<WebSocket>();

  private constructor(options: { seed: number; origins: () => readonly string[] }) {
    this.#chance = random(options.seed);
    this.#origins = options.origins;
    this.#server = createServer((request, response) => void this.#pass(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#join(request, socket, head));
  }

  /** `origins`: the gateways, http://localhost:PORT; asked at each connection. */
  static async open(options: { seed: number; origins: () => readonly string[] }): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** What clients take for the gateway's address. */
  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#links.size;
  }

  /** Cuts connections without a goodbye; each with this chance. */
  cut(share = 1): void {
    for (const link of this.#links) {
      if (this.#chance.next() >= share) continue;
      this.counts.cut += 1;
      link.end();
    }
  }

  /** Lets nothing through on these connections any more, and leaves them open. New ones are well. */
  silence(share = 1): void {
    for (const link of this.#links) {
      if (this.#chance.next() >= share) continue;
      this.counts.silenced += 1;
      link.up.silence();
      link.down.silence();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#opening) socket.terminate();
    for (const link of this.#links) link.end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  /** The gateways in an order by chance. */
  #shuffled(): string[] {
    return this.#origins().map((origin) => ({ origin, place: this.#chance.next() })).sort((a, b) => a.place - b.place).map(({ origin }) => origin);
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    for (const origin of this.#shuffled()) {
      const answered = await new Promise<boolean>((resolve) => {
        const onward = httpRequest(`${origin}${request.url}`, { method: request.method ?? 'GET', headers: request.headers, timeout: PATIENCE_MS }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
          resolve(true);
        });
        onward.on('timeout', () => onward.destroy());
        onward.on('error', () => resolve(false));
        onward.end(Buffer.concat(parts));
      });
      if (answered) return;
    }
    response.writeHead(502).end();
  }

  async #join(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => {});
    for (const origin of this.#shuffled()) {
      // What the gateway says before the client's side is there.
      const early: Packet[] = [];
      const gateway = new WebSocket(`${origin.replace(/^http/, 'ws')}${request.url}`, { headers: passedOn(request), perMessageDeflate: false, handshakeTimeout: PATIENCE_MS });
      gateway.on('message', (data, binary) => early.push(packetOf(data, binary)));
      this.#opening.add(gateway);
      const opened = await new Promise<boolean>((resolve) => {
        gateway.on('open', () => resolve(true));
        gateway.on('error', () => resolve(false));
      });
      this.#opening.delete(gateway);
      if (!opened) continue;
      if (socket.destroyed) gateway.terminate();
      else this.#sockets.handleUpgrade(request, socket, head, (client) => this.#link(client, gateway, early));
      return;
    }
    socket.destroy();
  }

  #link(client: WebSocket, gateway: WebSocket, early: readonly Packet[]): void {
    this.counts.connections += 1;
    const lane = (to: WebSocket): Lane<Packet> => new Lane<Packet>({
      chance: random(this.#chance.between(0, 2 ** 31)),
      faults: () => this.faults,
      counts: this.counts,
      deliver: ({ data, binary }) => { if (to.readyState === WebSocket.OPEN) to.send(data, { binary }); },
    });
    const link: Link = {
      client, gateway, up: lane(gateway), down: lane(client),
      end: () => {
        this.#links.delete(link);
        link.up.end();
        link.down.end();
        client.terminate();
        gateway.terminate();
      },
    };
    this.#links.add(link);
    gateway.removeAllListeners('message');
    for (const packet of early) link.down.put(packet);
    gateway.on('message', (data, binary) => link.down.put(packetOf(data, binary)));
    client.on('message', (data, binary) => link.up.put(packetOf(data, binary)));
    // What was said before the end still arrives, as it would on a real connection.
    gateway.on('close', () => link.down.finish(link.end));
    client.on('close', () => link.up.finish(link.end));
    client.on('error', () => {});
    gateway.on('error', () => {});
    if (gateway.readyState !== WebSocket.OPEN) link.down.finish(link.end);
  }
}

function packetOf(data: RawData, binary: boolean): Packet {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  return binary ? { data: bytes, binary } : { data: bytes.toString(), binary };
}

/** Headers that belong to the request, not to the connection it came on. */
function passedOn({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:connection|upgrade|sec-websocket-.*)$/.test(name)) as Array<[string, string]>);
}
