import { join } from 'node:path';
import { Damage, DurableFile, DurableFileError, type Format } from '@fjern/durable';
import { fromVersion1, problemOfTv } from './reading.ts';
import {
  type KnownTv,
  type StoredTv,
  StoreError,
  type TvStore,
  withoutTv,
  withTv,
} from './tv-store.ts';

export type { RemoteKey } from './key.ts';
export {
  type KnownTv,
  type OutdatedTv,
  type StoredTv,
  StoreError,
  type StoreErrorCode,
  type TvStore,
} from './tv-store.ts';

export interface FileStore extends TvStore {
  /** `tvs.json` in the directory. */
  readonly file: string;
}

export interface FileStoreOptions {
  /** Something was put right, or should be: one line for people. */
  onwarning?(message: string): void;
}

/**
 * Keeps the TVs in `tvs.json` in a directory, which is made when there is something to keep. Only the user can
 * read them. Processes that change it at the same time lose nothing of each other.
 */
export function fileStore(directory: string, options: FileStoreOptions = {}): FileStore {
  const durable = new DurableFile(join(directory, 'tvs.json'), format, {
    afresh: 'Move it away and pair again.',
    onwarning: ({ message }) => options.onwarning?.(message),
  });
  const change = async (edit: (tvs: StoredTv[]) => StoredTv[]) => {
    await durable
      .update((content = { version: 2, tvs: [] }) => ({ ...content, tvs: edit(content.tvs) }))
      .catch(fail);
  };
  return {
    file: durable.path,
    async all() {
      return (await durable.read().catch(fail))?.tvs ?? [];
    },
    async save(known: KnownTv) {
      if (typeof known.key.private !== 'string')
        throw new StoreError('unsupported', 'A key that cannot be read cannot be put into a file.');
      await change((tvs) => withTv(tvs, known));
    },
    async forget(tv: string) {
      await change((tvs) => withoutTv(tvs, tv));
    },
  };
}

interface Content {
  version: 2;
  tvs: StoredTv[];
}

const format: Format<Content> = {
  version: 2,
  read(value) {
    for (const [index, tv] of listOf(value).entries()) {
      const problem = problemOfTv(tv);
      if (problem) throw new Damage(`tvs[${index}]${problem}`);
    }
    return value as unknown as Content;
  },
  upgrade(value) {
    const tvs = listOf(value).map((tv, index) => {
      const outdated = fromVersion1(tv);
      if (!outdated) throw new Damage(`tvs[${index}] is no TV`);
      return outdated;
    });
    return { ...value, version: 2, tvs };
  },
};

function listOf({ tvs }: Record<string, unknown>): unknown[] {
  if (!Array.isArray(tvs)) throw new Damage('tvs is not a list');
  return tvs;
}

function fail(cause: unknown): never {
  if (cause instanceof DurableFileError) throw new StoreError(cause.code, cause.message, { cause });
  throw cause;
}
