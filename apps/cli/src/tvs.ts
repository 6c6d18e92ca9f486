import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type FileStore,
  fileStore,
  type KnownTv,
  type StoredTv,
  StoreError,
} from '@fjern/remote/store-node';
import { Failure } from './exit.ts';
import { plain } from './output.ts';

export const howToPair = "fjern pair '<address from its code>'";

/** The TVs that this user has paired with, last used first. */
export class Tvs {
  private readonly store: FileStore;

  constructor(directory = defaultDirectory()) {
    this.store = fileStore(directory, {
      onwarning: (message) => process.stderr.write(`fjern: ${plain(message)}\n`),
    });
  }

  /** Those of an older version are among them, to be shown. @throws Failure when the file is there but cannot be used */
  async all(): Promise<StoredTv[]> {
    return this.store.all().catch(fail);
  }

  /** The TV whose name, address or id `wanted` is; without it, the one used last. @throws Failure */
  async find(wanted: string | undefined): Promise<KnownTv> {
    const found = await this.findAny(wanted);
    if (!('outdated' in found)) return found;
    throw new Failure(
      'unpaired',
      `${found.name} was paired with an older version: pair it again. ${howToPair}`,
    );
  }

  /** The same, of those that were paired with an older version too: to forget one. @throws Failure */
  async findAny(wanted: string | undefined): Promise<StoredTv> {
    const all = await this.all();
    if (wanted === undefined) {
      const [last] = all;
      if (last) return last;
      throw new Failure('unpaired', `No TV is paired. Pair one: ${howToPair}`);
    }
    const lower = wanted.toLowerCase();
    const fits = all.filter(
      (tv) => tv.tv === wanted || tv.domain === wanted || tv.name.toLowerCase() === lower,
    );
    const [first, second] = fits;
    if (!first) throw new Failure('unpaired', `No paired TV is called "${wanted}". See: fjern tvs`);
    if (second)
      throw new Failure(
        'usage',
        `Several TVs are called "${wanted}": use ${fits.map(({ tv }) => tv).join(' or ')}.`,
      );
    return first;
  }

  /** Puts a TV first; one of the same identity is replaced. @throws Failure */
  async save(tv: KnownTv): Promise<void> {
    await this.store.save(tv).catch(fail);
  }

  /**
   * Puts a TV first, with what was learned of it in a visit. One that was forgotten, or paired anew, in the meantime is
   * left as it is. @throws Failure
   */
  async update(tv: KnownTv): Promise<void> {
    const all = await this.all();
    const stored = all.find((other) => other.tv === tv.tv);
    if (stored?.jid !== tv.jid || JSON.stringify(all[0]) === JSON.stringify(tv)) return;
    await this.save(tv);
  }

  /** @throws Failure */
  async forget({ tv }: Pick<KnownTv, 'tv'>): Promise<void> {
    await this.store.forget(tv).catch(fail);
  }
}

function fail(cause: unknown): never {
  if (cause instanceof StoreError) throw new Failure('usage', cause.message, { cause });
  throw cause;
}

function defaultDirectory(): string {
  return (
    process.env.FJERN_CONFIG_DIR ||
    join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'fjern')
  );
}
