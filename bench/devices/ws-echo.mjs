// The floor: a WebSocket that sends back what it gets, and that can send one text to all.
import { WebSocketServer } from 'ws';
import { ready } from './device.mjs';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data, { binary: false }));
});
server.on('listening', () => {
  ready({ port: server.address().port }, () => {
    for (const socket of server.clients) socket.send('{"volume":0.5,"muted":false}');
  });
});
