// The floor for two hops: the first client is the device, what others send goes to it and back by number.
import { WebSocketServer } from 'ws';
import { ready } from './device.mjs';

let device;
const clients = [];
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  if (!device) {
    device = socket;
    socket.on('message', (data) => {
      const text = data.toString();
      const at = text.indexOf(' ');
      clients[Number(text.slice(0, at))]?.send(text.slice(at + 1));
    });
    return;
  }
  const number = clients.push(socket) - 1;
  socket.on('message', (data) => device.send(`${number} ${data}`));
});
server.on('listening', () => ready({ port: server.address().port }));
