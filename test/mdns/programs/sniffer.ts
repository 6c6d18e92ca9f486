import { createSocket } from 'node:dgram';
import { type Answer, decode } from 'dns-packet';
import { tell } from './tell.ts';

// Tells every response that it hears on the address given: the wire, without any code of ours.

const [address = ''] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (message, sender) => {
  const packet = decode(message);
  if (packet.type !== 'response') return;
  const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])].map(plain);
  tell({ event: 'response', from: sender.address, records });
});
socket.bind(5353, () => {
  socket.addMembership('224.0.0.251', address);
  tell({ event: 'started' });
});
process.stdin.on('end', () => socket.close());
process.stdin.resume();

function plain(record: Answer) {
  const { type, name } = record;
  if (!('ttl' in record)) return { type, name };
  const data = Array.isArray(record.data) ? record.data.map(String) : record.data;
  return { type, name, ttl: record.ttl, flush: record.flush, data };
}
