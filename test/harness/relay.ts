/**
 * A TCP relay on loopback between a gateway and something it depends on (Redis, Postgres): it can go silent, so that connections stay up and
 * not a byte goes through, as with a cable that was pulled; and it can be cut.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Relay {
  readonly #server: Server;
  readonly #to: { host: string; port: number };
  readonly #open = new Set<Socket>();
  #state: 'well' | 'silent' | 'cut' = 'well';

  private constructor(to: { host: string; port: number }) {
    this.#to = to;
    this.#server = createServer({ pauseOnConnect: true }, (near) => this.#join(near));
  }

  /** Begins to relay on a free port. */
  static async start(to: { host?: string; port: number }): Promise<Relay> {
    const relay = new Relay({ host: to.host ?? '127.0.0.1', port: to.port });
    await new Promise<void>((resolve, reject) => relay.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From here on nothing goes through, and nobody is told. New connections are taken and not answered. */
  silence(): void {
    this.#state = 'silent';
    for (const socket of this.#open) socket.pause();
  }

  /** Breaks every connection, and each new one. */
  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#open) socket.destroy();
  }

  /** All is well again. What was silent goes on, late, with what was under way. */
  heal(): void {
    this.#state = 'well';
    for (const socket of this.#open) socket.resume();
  }

  /** Lets new connections through again. Those that were silent stay dead, as behind a router that has forgotten them. */
  restore(): void {
    this.#state = 'well';
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  #join(near: Socket): void {
    if (this.#state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect({ ...this.#to, noDelay: true });
    near.setNoDelay(true);
    this.#keep(near, far);
    this.#keep(far, near);
  }

  #keep(from: Socket, to: Socket): void {
    this.#open.add(from);
    from.on('data', (data) => {
      if (!to.write(data)) from.pause();
    });
    to.on('drain', () => {
      if (this.#state === 'well') from.resume();
    });
    from.on('end', () => to.end());
    from.on('error', () => {}); // its close says all there is to say
    from.once('close', () => {
      this.#open.delete(from);
      to.destroy();
    });
    if (this.#state === 'silent') from.pause();
    else from.resume();
  }
}
