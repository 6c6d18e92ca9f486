import { discover } from '@fjern/remote/discovery';
import { tell } from './tell.ts';

// Looks for TVs again and again, each time from nothing, and tells how long the first answer took.

const [runs = ''] = process.argv.slice(2);
tell({ event: 'started' });
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  for await (const { tv } of discover({ signal: AbortSignal.timeout(5000) })) {
    tell({ event: 'first', ms: performance.now() - start, tv });
    break;
  }
}
tell({ event: 'closed' });
