/** What must be remembered of a TV to come back to it; more fields belong to the SDK and are kept. */
export interface RememberedTv {
  /** Bare JID of the TV: who it is, whatever its address. */
  tv: string;
  /** For people. */
  name: string;
}

/** Of localStorage; the two that are used. */
export type TvStorage = Pick<Storage, 'getItem' | 'setItem'>;

const key = 'fjern.tvs.1';

/** The paired TVs, last used first. */
export class KnownTvs<T extends RememberedTv> {
  private readonly storage: TvStorage;
  private readonly isKnownTv: (value: unknown) => value is T;

  /** @param isKnownTv what was stored may be of another version, or touched by somebody */
  constructor(storage: TvStorage, isKnownTv: (value: unknown) => value is T) {
    this.storage = storage;
    this.isKnownTv = isKnownTv;
  }

  list(): T[] {
    try {
      const stored: unknown = JSON.parse(this.storage.getItem(key) ?? '[]');
      return Array.isArray(stored) ? stored.filter(this.isKnownTv) : [];
    } catch {
      // Storage that is forbidden or damaged knows no TV.
      return [];
    }
  }

  /**
   * Puts it first, in place of an older pairing with the same TV.
   * @throws DOMException when the browser does not keep it
   */
  use(tv: T): T[] {
    return this.write([tv, ...this.list().filter((other) => other.tv !== tv.tv)]);
  }

  /** @throws DOMException when the browser does not keep the change */
  forget(tv: T): T[] {
    return this.write(this.list().filter((other) => other.tv !== tv.tv));
  }

  private write(tvs: T[]): T[] {
    this.storage.setItem(key, JSON.stringify(tvs));
    return tvs;
  }
}
