/**
 * The usual way to the gateway: Engine.IO 4 and Socket.IO 5 over the browser's own WebSocket, as far as a visitor needs
 * them (one namespace, text packets, acknowledgements). Both protocols are documented at socket.io/docs.
 */
import type { CloseReason, OpenWire } from './connection.ts';

/** Engine.IO packet types, the first character of a frame. */
const OPEN = '0', CLOSE = '1', PING = '2', PONG = '3', MESSAGE = '4';
/** Socket.IO packet types, the character after MESSAGE. */
const CONNECT = '0', DISCONNECT = '1', EVENT = '2', ACK = '3', CONNECT_ERROR = '4';

const NAMESPACE = '/visitor,';
/** The gateway speaks first, as soon as the socket is open; where a network opens sockets only to swallow what is in them, it does not. */
const FIRST_WORD_MS = 5_000;
/** Says nothing to anybody: the frame ends the wire, and the reason for that is 'garbage'. */
const GARBAGE = 'garbage';
/** A Socket.IO packet in a frame: type, namespace, the id that its acknowledgement is to carry, JSON. */
const PACKET = /^4([0-4])\/visitor,(\d*)(.*)$/s;

function garbage(): never {
  throw new Error(GARBAGE);
}

export const openWebSocket: OpenWire = (origin, auth, events) => {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const answers = new Map<string, (data: unknown) => void>();
  let requests = 0;
  /** What the gateway has said: nothing (any more), that the socket is open, that we are let in. */
  let opened = 0;
  /** How long the gateway may stay silent, and the timer that notices. */
  let patience = FIRST_WORD_MS;
  let watch: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    opened = 0;
    clearTimeout(watch);
    answers.clear();
    socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  function end(reason: CloseReason): void {
    close();
    events.closed(reason);
  }

  function send(type: string, body: unknown, id = ''): void {
    socket.send(MESSAGE + type + NAMESPACE + id + JSON.stringify(body));
  }

  /** Understands one frame and answers what is to be done about it; throws at anything that is not the protocol. */
  function read(frame: unknown): (() => void) | undefined {
    if (typeof frame !== 'string') return garbage();
    if (frame === PING) return () => socket.send(PONG);
    if (frame === CLOSE) return () => end('ended');
    if (frame[0] === OPEN) {
      const { pingInterval, pingTimeout } = JSON.parse(frame.slice(1)) as { pingInterval: number; pingTimeout: number };
      patience = pingInterval + pingTimeout;
      if (!(patience > 0)) return garbage();
      // Said twice, it must not be answered twice: a second CONNECT would end the connection.
      if (opened) return undefined;
      opened = 1;
      return () => send(CONNECT, auth());
    }
    const [, type, id = '', json = ''] = PACKET.exec(frame) ?? [];
    const body: unknown = json ? JSON.parse(json) : undefined;
    switch (type) {
      case EVENT: {
        const [event, payload] = body as [string, unknown];
        if (typeof event !== 'string' || typeof payload !== 'object' || !payload) return garbage();
        return () => events.news(event, payload);
      }
      case ACK: {
        const [data] = body as [unknown];
        const answer = answers.get(id);
        answers.delete(id);
        return () => answer?.(data);
      }
      case CONNECT_ERROR: {
        const { data } = body as { data?: unknown };
        return () => {
          close();
          events.refused(data);
        };
      }
      case DISCONNECT:
        return () => end('ended');
      case CONNECT:
        opened = 2;
        return undefined;
      default:
        return garbage();
    }
  }

  function listen(): void {
    clearTimeout(watch);
    watch = setTimeout(end, patience, opened ? 'silent' : 'mute');
  }

  socket.onopen = listen;
  socket.onmessage = ({ data }) => {
    let act: (() => void) | undefined;
    try {
      act = read(data);
    } catch {
      end(GARBAGE);
      return;
    }
    listen();
    act?.();
  };
  // A socket that a content security policy forbids has an error only, others close as well.
  socket.onclose = socket.onerror = () => end(opened ? 'broken' : 'unopened');

  return {
    emit(event, payload, answer) {
      const id = `${requests++}`;
      answers.set(id, answer);
      // Before, the gateway would end the connection for it. A tab that has just taken over from another may ask so soon; it asks again once it is let in.
      if (opened > 1) send(EVENT, [event, payload], id);
    },
    close,
  };
};
