import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KnownTv } from '@fjern/remote';
import writeFileAtomic from 'write-file-atomic';
import { Failure } from './exit.ts';

/** The TVs that this user has paired with, last used first, in `tvs.json` (mode 0600: tokens are in it). */
export class Tvs {
  private readonly directory: string;
  private readonly file: string;

  constructor(directory = defaultDirectory()) {
    this.directory = directory;
    this.file = join(directory, 'tvs.json');
  }

  /** @throws Failure when the file is there but cannot be used */
  all(): KnownTv[] {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Failure('usage', `${this.file} cannot be read: ${(error as Error).message}`);
    }
    try {
      const { version, tvs } = JSON.parse(text) as { version: unknown; tvs: KnownTv[] };
      if (version === 1 && Array.isArray(tvs)) return tvs;
    } catch {
      // Said below.
    }
    throw new Failure('usage', `${this.file} is damaged. Move it away and pair again.`);
  }

  /** The TV whose name, address or id `wanted` is; without it, the one used last. @throws Failure */
  find(wanted: string | undefined): KnownTv {
    const all = this.all();
    if (wanted === undefined) {
      const [last] = all;
      if (last) return last;
      throw new Failure(
        'unpaired',
        "No TV is paired. Pair one: fjern pair '<address from its code>'",
      );
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

  /** Puts a TV first; one of the same identity is replaced. */
  async save(tv: KnownTv): Promise<void> {
    await this.write([tv, ...this.all().filter((known) => known.tv !== tv.tv)]);
  }

  async forget(tv: KnownTv): Promise<void> {
    await this.write(this.all().filter((known) => known.tv !== tv.tv));
  }

  private async write(tvs: KnownTv[]): Promise<void> {
    try {
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      await writeFileAtomic(this.file, `${JSON.stringify({ version: 1, tvs }, null, 2)}\n`, {
        mode: 0o600,
      });
    } catch (error) {
      throw new Failure('usage', `${this.file} cannot be written: ${(error as Error).message}`);
    }
  }
}

function defaultDirectory(): string {
  return (
    process.env.FJERN_CONFIG_DIR ||
    join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'fjern')
  );
}
