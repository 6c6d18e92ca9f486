import { createHub } from '@fjern/hub';
import { advertise } from '@fjern/tv/mdns';
import { tell } from './tell.ts';

// Many TVs, each with a hub and an advertiser of its own, until the end of its standard input.

const [count = '', prefix = ''] = process.argv.slice(2);
const tvs = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const id = `${prefix}${index}`;
    const hub = await createHub({ domain: `${id}.local`, accounts: { find: () => undefined } });
    const advertisement = {
      ...{ id, name: `TV ${id}`, fingerprint: 'A'.repeat(43), version: '1', pairing: false },
    };
    return { hub, advertiser: advertise({ advertisement, port: hub.port }) };
  }),
);
tell({ event: 'started' });
let published = 0;
for (const { advertiser } of tvs) {
  const stop = advertiser.on('published', () => {
    stop();
    published++;
    if (published === tvs.length) tell({ event: 'published' });
  });
}
process.stdin.on('end', async () => {
  await Promise.all(tvs.map(({ advertiser }) => advertiser.close()));
  await Promise.all(tvs.map(({ hub }) => hub.close()));
  tell({ event: 'closed' });
});
process.stdin.resume();
