/** A client of the protocol for load: Engine.IO 4 and Socket.IO 5 over a raw WebSocket, with as little work for each packet as can be. */
import { openRawSocket, type RawSocket } from './raw-socket.ts';

export interface RawClientOptions {
  port: number;
  namespace: '/visitor' | '/agent';
  auth?: Record<string, unknown>;
  headers?: Readonly<Record<string, string>>;
  /** News: the packet from the bracket on, JSON in UTF-8: `["entry:created",{…}]`. Not parsed, not even made a string of, for it costs. */
  onNews?(json: Buffer): void;
  onClose?(): void;
}

export interface RawClient {
  /** The payload of session:started; null where the server sends none (the bare one). */
  readonly session: { visitorId: string; token: string } | null;
  /** Sends a request whose arguments are JSON already; `onAck` gets the acknowledgement's arguments as JSON. */
  request(args: string, onAck: (json: string) => void): void;
  /** The same, parsed. Rejects when it is refused. */
  ask(event: string, payload: unknown): Promise<unknown>;
  cut(): void;
}

/** Connects and enters the namespace. Resolves when the session has started; with `bare`, when the namespace was entered. */
export function openRawClient({ port, namespace, auth = {}, headers, onNews, onClose }: RawClientOptions, bare = false): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    let socket: RawSocket | undefined;
    let lastId = 0;
    const acks = new Map<number, (json: string) => void>();
    const [news, ack, entered, refused] = [`42${namespace},`, `43${namespace},`, `40${namespace},`, `44${namespace},`];
    const started = `${news}["session:started",`;
    const client = {
      session: null as RawClient['session'],
      request(args: string, onAck: (json: string) => void): void {
        lastId += 1;
        acks.set(lastId, onAck);
        socket?.send(`${news}${lastId}${args}`);
      },
      ask: (event: string, payload: unknown) => new Promise<unknown>((answer, fail) => {
        client.request(JSON.stringify([event, payload]), (json) => {
          const [result] = JSON.parse(json) as [{ ok: boolean; data: unknown; error: unknown }];
          if (result.ok) answer(result.data);
          else fail(new Error(`${event} was refused: ${JSON.stringify(result.error)}`));
        });
      }),
      cut: () => socket?.cut(),
    };
    const onFrame = (frame: Buffer, from: RawSocket): void => {
      socket = from;
      // Most frames are one of the first two.
      if (begins(frame, ack)) {
        const bracket = frame.indexOf(0x5b, ack.length);
        const id = Number(frame.toString('latin1', ack.length, bracket));
        const waiting = acks.get(id);
        acks.delete(id);
        waiting?.(frame.toString('latin1', bracket));
      } else if (client.session !== null && begins(frame, news)) onNews?.(frame.subarray(news.length));
      else control(frame.toString(), from);
    };
    const control = (text: string, from: RawSocket): void => {
      if (text.startsWith(started)) {
        client.session = (JSON.parse(text.slice(news.length)) as [string, { visitorId: string; token: string }])[1];
        resolve(client);
      } else if (text === '2') from.send('3');
      else if (text.startsWith('0{')) from.send(`40${namespace},${JSON.stringify(auth)}`);
      else if (text.startsWith(entered)) {
        if (bare) {
          client.session = { visitorId: '', token: '' };
          resolve(client);
        }
      } else if (text.startsWith(refused)) reject(new Error(`refused: ${text}`));
    };
    openRawSocket({
      port, path: '/socket.io/?EIO=4&transport=websocket', onFrame,
      ...(headers ? { headers } : {}), ...(onClose ? { onClose } : {}),
    }).catch(reject);
  });
}

function begins(frame: Buffer, text: string): boolean {
  if (frame.length < text.length) return false;
  // From the end: the beginnings differ there.
  for (let index = text.length - 1; index >= 0; index -= 1) if (frame[index] !== text.charCodeAt(index)) return false;
  return true;
}
