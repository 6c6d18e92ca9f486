import { join } from 'node:path';
import { Damage, DurableFile, type Format } from '@fjern/durable';

/** What a TV was last seen to have, by name. */
export interface Recalled {
  remotes: readonly string[];
  titles: readonly string[];
}

/**
 * Names that were seen in visits, in `names.json`, so that a shell can complete them without a network. It is a
 * convenience: what cannot be read is not known, and what cannot be written is not kept.
 */
export class Recollection {
  private readonly file: DurableFile<Content>;

  constructor(directory: string) {
    this.file = new DurableFile(join(directory, 'names.json'), format, { afresh: 'Remove it.' });
  }

  /** @param tv bare JID */
  async of(tv: string): Promise<Recalled> {
    const content = await this.file.read().catch(() => undefined);
    return content?.tvs[tv] ?? { remotes: [], titles: [] };
  }

  async keep(tv: string, seen: Partial<Recalled>): Promise<void> {
    const before = await this.of(tv);
    const now = { ...before, ...seen };
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    await this.change((tvs) => ({ ...tvs, [tv]: now }));
  }

  async forget(tv: string): Promise<void> {
    await this.change(({ [tv]: _, ...rest }) => rest);
  }

  private async change(edit: (tvs: Content['tvs']) => Content['tvs']): Promise<void> {
    try {
      await this.file.update((content = { version: 1, tvs: {} }) => ({
        ...content,
        tvs: edit(content.tvs),
      }));
    } catch {
      // Nothing depends on it.
    }
  }
}

interface Content {
  version: 1;
  tvs: Record<string, Recalled>;
}

const format: Format<Content> = {
  version: 1,
  read(value) {
    const { tvs } = value;
    if (!isRecord(tvs) || !Object.values(tvs).every(isRecalled)) throw new Damage('tvs is odd');
    return value as unknown as Content;
  },
  upgrade() {
    throw new Damage('there was no version before 1');
  },
};

function isRecalled(value: unknown): boolean {
  return isRecord(value) && isTexts(value.remotes) && isTexts(value.titles);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
