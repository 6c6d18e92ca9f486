// The device behind the relay: echoes.
import WebSocket from 'ws';
import { ready } from './device.mjs';

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false });
socket.on('message', (data) => socket.send(data, { binary: false }));
socket.on('open', () => ready({}));
