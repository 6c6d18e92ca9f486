import { createInterface } from 'node:readline';
import type { Advertisement } from '@fjern/protocol';
import { advertise } from '@fjern/tv/mdns';
import { tell } from './tell.ts';

// A TV that does nothing but advertise. Each line on standard input is an advertisement to change to; the end
// of the input closes it.

const [advertisement = '', port = ''] = process.argv.slice(2);
const advertiser = advertise({ advertisement: JSON.parse(advertisement), port: Number(port) });
tell({ event: 'started' });
advertiser.on('published', (name) => tell({ event: 'published', name }));
advertiser.on('renamed', (name) => tell({ event: 'renamed', name }));
advertiser.on('error', ({ code, message }) => tell({ event: 'error', code, message }));

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const next: Advertisement = JSON.parse(line);
  advertiser.update(next);
});
input.on('close', async () => {
  await advertiser.close();
  tell({ event: 'closed' });
});
