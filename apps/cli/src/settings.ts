import { join } from 'node:path';
import { Damage, DurableFile, type Format } from '@fjern/durable';

/** What this user decided, which is no secret: in `settings.json`, beside the TVs. */
export class Settings {
  private readonly file: DurableFile<Content>;

  constructor(directory: string, onwarning: (message: string) => void) {
    this.file = new DurableFile(join(directory, 'settings.json'), format, {
      afresh: 'Remove it: it holds nothing but what fjern use chose.',
      onwarning: ({ message }) => onwarning(message),
    });
  }

  /** Bare JID of the TV that `fjern use` chose. @throws DurableFileError */
  async chosen(): Promise<string | undefined> {
    return (await this.file.read())?.chosen;
  }

  /** @param tv none: no longer any @throws DurableFileError */
  async choose(tv: string | undefined): Promise<void> {
    await this.file.update((content = { version: 1 }) => {
      const { chosen: _, ...rest } = content;
      return tv === undefined ? rest : { ...rest, chosen: tv };
    });
  }
}

interface Content {
  version: 1;
  chosen?: string;
}

const format: Format<Content> = {
  version: 1,
  read(value) {
    const { chosen } = value;
    if (chosen !== undefined && typeof chosen !== 'string') throw new Damage('chosen is no text');
    return value as unknown as Content;
  },
  upgrade() {
    throw new Damage('there was no version before 1');
  },
};
