import { discover } from '@fjern/remote/discovery';
import { tell } from './tell.ts';

// A remote that does nothing but look for TVs, until the end of its standard input.

const [longestInterval] = process.argv.slice(2);
const end = new AbortController();
process.stdin.on('end', () => end.abort());
process.stdin.resume();
tell({ event: 'started' });
const found = discover({
  signal: end.signal,
  ...(longestInterval ? { longestInterval: Number(longestInterval) } : {}),
});
for await (const { type, tv } of found) tell({ event: type, tv });
tell({ event: 'closed' });
