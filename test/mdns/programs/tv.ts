import { createInterface } from 'node:readline';
import { createHub, type Hub } from '@fjern/hub';
import type { Advertisement } from '@fjern/protocol';
import { advertise } from '@fjern/tv/mdns';
import { tell } from './tell.ts';

// A TV that only advertises, and answers as a hub. Each line on standard input is an advertisement to change to, or
// says whether there is a hub: `{"hub": false}`; the end of the input closes both.

const [first = '', port = '', ...flags] = process.argv.slice(2);
const advertisement: Advertisement = JSON.parse(first);
let hub: Hub | undefined = flags.includes('--no-hub') ? undefined : await startHub();
const advertiser = advertise({ advertisement, port: Number(port) });
tell({ event: 'started' });
advertiser.on('published', (name) => tell({ event: 'published', name }));
advertiser.on('renamed', (name) => tell({ event: 'renamed', name }));
advertiser.on('error', ({ code, message }) => tell({ event: 'error', code, message }));

const input = createInterface({ input: process.stdin });
input.on('line', async (line) => {
  const next: Advertisement | { hub: boolean } = JSON.parse(line);
  if (!('hub' in next)) {
    advertiser.update(next);
    return;
  }
  await hub?.close();
  hub = next.hub ? await startHub() : undefined;
  tell({ event: 'hub', open: next.hub });
});
input.on('close', async () => {
  await advertiser.close();
  await hub?.close();
  tell({ event: 'closed' });
});

function startHub(): Promise<Hub> {
  const accounts = { find: () => undefined };
  return createHub({ domain: `${advertisement.id}.local`, accounts, port: Number(port) });
}
