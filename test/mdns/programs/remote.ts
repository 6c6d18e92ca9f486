import { type BrowseOptions, discover } from '@fjern/remote/discovery';
import { tell } from './tell.ts';

// A remote that does nothing but look for TVs, until the end of its standard input. Its argument: options as JSON.

const [json = '{}'] = process.argv.slice(2);
const options: BrowseOptions = JSON.parse(json);
const end = new AbortController();
process.stdin.on('end', () => end.abort());
process.stdin.resume();
tell({ event: 'started' });
for await (const { type, tv } of discover({ ...options, signal: end.signal }))
  tell({ event: type, tv });
tell({ event: 'closed' });
