/**
 * The other way to the gateway, loaded only on networks that block WebSocket: socket.io-client over plain HTTP requests.
 * It behaves as connection-websocket.ts does; one contract suite holds both to it.
 */
import { io } from 'socket.io-client';
import type { CloseReason, OpenWire } from './connection.ts';

const REASONS: Record<string, CloseReason> = { 'ping timeout': 'silent', 'parse error': 'garbage', 'io server disconnect': 'ended' };

export const openSocketIo: OpenWire = (origin, auth, events) => {
  const socket = io(`${origin}/visitor`, { transports: ['polling'], reconnection: false, forceNew: true, auth: (give) => give(auth()) });
  let opened = false;

  function close(): void {
    socket.off();
    socket.offAny();
    socket.disconnect();
  }

  socket.io.on('open', () => {
    opened = true;
  });
  socket.onAny((event: string, payload: unknown) => {
    if (typeof payload === 'object' && payload) events.news(event, payload);
  });
  socket.on('connect_error', (error) => {
    close();
    // An error of the namespace comes over an open transport; `data` is what the gateway's middleware said.
    if (opened) events.refused((error as { data?: unknown }).data);
    else events.closed('unopened');
  });
  socket.on('disconnect', (reason) => {
    close();
    events.closed(REASONS[reason] ?? 'broken');
  });

  return {
    emit: (event, payload, answer) => void socket.emit(event, payload, answer),
    close,
  };
};
