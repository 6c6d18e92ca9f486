import { screenAgent } from '../../support/screen.ts';
import { tell } from './tell.ts';

// What the TV page is to a box, without a screen. Its argument is the address that the box prints for the TV.

const [tvUrl = ''] = process.argv.slice(2);
const screen = await screenAgent({ tvUrl });
tell({ event: 'started' });
process.stdin.on('end', () => screen.close());
process.stdin.resume();
