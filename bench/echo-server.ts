/** The baseline: a bare Socket.IO server that answers every event with what came, and a room that it fans out to. No database, no checks. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { serveClient: false, transports: ['websocket'], perMessageDeflate: false });
for (const name of ['/visitor', '/agent']) {
  io.of(name).on('connection', (socket) => {
    void socket.join('all');
    socket.on('message:send', (payload, acknowledge) => acknowledge(payload));
    socket.on('fan:out', (payload) => { io.of('/agent').to('all').emit('entry:created', payload); });
  });
}
http.listen(0, '127.0.0.1', () => process.stdout.write(`http://localhost:${(http.address() as AddressInfo).port}/\n`));
