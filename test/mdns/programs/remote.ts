import { browse } from '@fjern/remote/discovery';
import { tell } from './tell.ts';

// A remote that does nothing but browse, until the end of its standard input.

const [longestInterval] = process.argv.slice(2);
const browser = browse(longestInterval ? { longestInterval: Number(longestInterval) } : {});
tell({ event: 'started' });
for (const event of ['add', 'update', 'remove'] as const)
  browser.on(event, (tv) => tell({ event, tv }));
browser.on('error', ({ code, message }) => tell({ event: 'error', code, message }));
process.stdin.on('end', () => {
  browser.close();
  tell({ event: 'closed' });
});
process.stdin.resume();
