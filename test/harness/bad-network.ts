/** A network between a browser and a gateway that gets in the way: on loopback, as trains, hotels and offices do it. */
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * `captive`: whatever is asked for, the answer is a page to sign in. `no-websocket`: only plain requests get through. `mute-websocket`: the same, but
 * sockets open, and whatever goes into them is swallowed.
 */
export type NetworkState = 'well' | 'captive' | 'no-websocket' | 'mute-websocket';

const SIGN_IN = '<!doctype html><html><title>Hotel Wi-Fi</title><h1>Welcome! Please sign in to use our Wi-Fi.</h1></html>';

export class BadNetwork {
  /** How long everything takes, each way. */
  delayMs = 0;
  /** Attempts to open a WebSocket so far. */
  sockets = 0;
  #state: NetworkState = 'well';
  readonly #to: number;
  readonly #server: Server;
  readonly #open = new Set<Duplex>();

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((request, response) => void this.#pass(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
    this.#server.on('connection', (socket) => this.#keep(socket));
  }

  /** `to`: the gateway's port. */
  static async start({ to }: { to: number }): Promise<BadNetwork> {
    const network = new BadNetwork(to);
    await new Promise<void>((resolve, reject) => network.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return network;
  }

  /** What the browser takes for the gateway's origin. */
  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on it is so; every connection there was is cut. */
  become(state: NetworkState): void {
    this.#state = state;
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#state === 'captive') {
      response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' }).end(SIGN_IN);
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    await this.#delay();
    const onward = httpRequest({ port: this.#to, path: request.url, method: request.method, headers: request.headers }, (answer) => void this.#delay().then(() => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }));
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(Buffer.concat(parts));
  }

  #upgrade(request: IncomingMessage, near: Duplex, head: Buffer): void {
    this.sockets += 1;
    near.on('error', () => {}); // its close says all there is to say
    if (this.#state === 'captive') near.end(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n${SIGN_IN}`);
    if (this.#state === 'no-websocket') near.destroy();
    if (this.#state === 'mute-websocket') {
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      near.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
      near.resume();
    }
    if (this.#state !== 'well') return;
    const far = connect(this.#to, '127.0.0.1');
    this.#keep(far);
    const lines = Array.from({ length: request.rawHeaders.length / 2 }, (_, index) => `${request.rawHeaders[index * 2]}: ${request.rawHeaders[index * 2 + 1]}`);
    far.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) far.write(head);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      // Timers of one length end in the order in which they began.
      from.on('data', (data: Buffer) => void this.#delay().then(() => to.write(data)));
      from.on('close', () => void this.#delay().then(() => to.destroy()));
    }
  }

  #keep(socket: Duplex): void {
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#open.delete(socket));
  }

  async #delay(): Promise<void> {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
  }
}
