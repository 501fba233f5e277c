/** A WebSocket class whose other end is a FakeGateway: what the built widget talks to in tests with a page but without a network. */
import type { VisitorRequest } from '../shared/protocol.ts';
import { FakeWire, type FakeGateway } from './widget-fake-gateway.ts';

const OPEN = { sid: 'x', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 };

interface Socket { readyState: number; onmessage: ((event: { data: unknown }) => void) | null; onclose: (() => void) | null }

/** Sockets that were opened and not closed yet. */
export const openSockets = new Set<Socket>();

export function fakeWebSocket(gateway: FakeGateway): unknown {
  return class implements Socket {
    static readonly OPEN = 1;
    readyState = 1;
    onmessage: Socket['onmessage'] = null;
    onclose: Socket['onclose'] = null;
    #wire: FakeWire | undefined;
    #admitted = false;

    constructor() {
      openSockets.add(this);
      queueMicrotask(() => (gateway.reachable ? this.#receive(`0${JSON.stringify(OPEN)}`) : this.#end()));
    }

    send(frame: string): void {
      const [, type, id = '', json = ''] = /^4(\d)\/visitor,(\d*)(.*)$/s.exec(frame) ?? [];
      if (type === '0') {
        this.#wire = new FakeWire(gateway, () => JSON.parse(json) as Record<string, unknown>, {
          news: (event, payload) => this.#tell(event, payload),
          refused: (data) => this.#receive(`44/visitor,${JSON.stringify({ message: 'refused', data })}`),
          closed: () => this.#end(),
        });
      } else if (type === '2') {
        const [event, payload] = JSON.parse(json) as [VisitorRequest, unknown];
        this.#wire?.emit(event, payload, (answer) => this.#receive(`43/visitor,${id}${JSON.stringify([answer])}`));
      }
    }

    close(): void {
      this.readyState = 3;
      this.#wire?.close();
      openSockets.delete(this);
    }

    /** Who is told something has been let in. */
    #tell(event: string, payload: unknown): void {
      if (!this.#admitted) this.#receive('40/visitor,{"sid":"y"}');
      this.#admitted = true;
      this.#receive(`42/visitor,${JSON.stringify([event, payload])}`);
    }

    #receive(data: string): void {
      if (this.readyState === 1) this.onmessage?.({ data });
    }

    #end(): void {
      if (this.readyState !== 1) return;
      this.close();
      this.onclose?.();
    }
  };
}
