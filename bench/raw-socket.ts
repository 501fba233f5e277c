/**
 * A WebSocket client for load: it speaks just enough of RFC 6455 to a server on loopback, so that the load generator costs as
 * little as can be beside what it measures. Not for anything else: it trusts the server.
 */
import { connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';

export interface RawSocketOptions {
  port: number;
  /** Path with its query, beginning with a slash. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Gets the frame's bytes; they are only good during the call. */
  onFrame(frame: Buffer, socket: RawSocket): void;
  onClose?(): void;
}

export interface RawSocket {
  /** Sends a text frame; all that is sent in one turn goes to the system as one piece. */
  send(text: string): void;
  /** Cuts the connection without goodbye. */
  cut(): void;
}

/** Connects and upgrades. Rejects when the server refuses. */
export function openRawSocket({ port, path, headers = {}, onFrame, onClose }: RawSocketOptions): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const raw = sender(socket);
    let upgraded = false;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('connect', () => {
      const lines = [`GET ${path} HTTP/1.1`, `Host: localhost:${port}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    socket.on('data', (data) => {
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      if (!upgraded) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        const status = rest.subarray(9, 12).toString('latin1');
        if (status !== '101') {
          reject(new Error(`upgrade answered ${rest.subarray(0, end).toString('latin1')}`));
          socket.destroy();
          return;
        }
        upgraded = true;
        rest = rest.subarray(end + 4);
        resolve(raw);
      }
      rest = takeFrames(rest, (frame) => onFrame(frame, raw));
    });
    socket.on('error', (error) => { if (!upgraded) reject(error); });
    socket.on('close', () => {
      if (upgraded) onClose?.();
      else reject(new Error('closed before the upgrade'));
    });
  });
}

function sender(socket: Socket): RawSocket {
  let corked = false;
  return {
    send(text) {
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(() => {
          corked = false;
          socket.uncork();
        });
      }
      socket.write(frameOf(text));
    },
    cut: () => void socket.destroy(),
  };
}

/** A masked text frame with the mask 0, which leaves the text as it is. */
function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  if (length < 126) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.writeUInt32BE(0, head - 4);
  frame.write(text, head);
  return frame;
}

/** Hands out all whole text frames and answers what is left. */
function takeFrames(data: Buffer, onFrame: (frame: Buffer) => void): Buffer {
  let at = 0;
  while (data.length - at >= 2) {
    let length = (data[at + 1] ?? 0) & 0x7f;
    let head = 2;
    if (length === 126) {
      if (data.length - at < 4) break;
      length = data.readUInt16BE(at + 2);
      head = 4;
    } else if (length === 127) {
      if (data.length - at < 10) break;
      length = Number(data.readBigUInt64BE(at + 2));
      head = 10;
    }
    if (data.length - at < head + length) break;
    if (((data[at] ?? 0) & 0x0f) === 1) onFrame(data.subarray(at + head, at + head + length));
    at += head + length;
  }
  return at === 0 ? data : data.subarray(at);
}
