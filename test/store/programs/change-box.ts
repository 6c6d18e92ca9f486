import { DurableFileError } from '@fjern/durable';
import type { StoredPairings } from '@fjern/tv/pairing';
import { UsageError } from '../../../apps/box/src/options.ts';
import { Store } from '../../../apps/box/src/store.ts';

// Changes a box's store until it is killed, or until that fails: says each generation when it is stored.

const [directory = ''] = process.argv.slice(2);
const account = (generation: number): StoredPairings['accounts'][number] => ({
  username: `a${generation}`,
  token: 't'.repeat(43),
  key: String(generation).padStart(43, 'k'),
  name: 'Anna’s phone',
  kind: 'phone',
  role: 'member',
  pairedAt: generation,
  confirmed: true,
});

try {
  const store = await Store.open(directory);
  const pairings = (await store.load()) as StoredPairings | undefined;
  for (let generation = (pairings?.generation ?? 0) + 1; ; generation++) {
    // Of changing length, so that a mixture of two does not pass for one.
    const accounts = Array.from({ length: generation % 50 }, () => account(generation));
    await store.save({ version: 2, generation, accounts, revoked: [] });
    process.stdout.write(`${generation}\n`);
  }
} catch (error) {
  const reason = error instanceof UsageError ? error.cause : error;
  process.stderr.write(`${reason instanceof DurableFileError ? reason.code : reason}\n`);
}
