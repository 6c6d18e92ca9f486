import { homedir } from 'node:os';
import { join } from 'node:path';
import { DurableFileError } from '@fjern/durable';
import {
  type FileStore,
  fileStore,
  type KnownTv,
  type StoredTv,
  StoreError,
} from '@fjern/remote/store-node';
import { Failure } from './exit.ts';
import { ambiguous, idOf, label, match, type Named } from './names.ts';
import { plain } from './output.ts';
import { Recollection } from './recollection.ts';
import { Settings } from './settings.ts';

export const howToPair = "fjern pair '<address from its code>'";

/** A TV, and what to call it among the others. */
export interface Chosen<T extends StoredTv = KnownTv> {
  known: T;
  /** `Living room`, or `Living room·k7q2` where another one is called that. */
  label: string;
}

/** The TVs that this user has paired with, last used first, and the one that is meant when none is named. */
export class Tvs {
  private readonly store: FileStore;
  private readonly settings: Settings;
  /** Names that were seen, for a shell to complete. */
  readonly recollection: Recollection;

  constructor(directory = defaultDirectory()) {
    const onwarning = (message: string) => process.stderr.write(`fjern: ${plain(message)}\n`);
    this.store = fileStore(directory, { onwarning });
    this.settings = new Settings(directory, onwarning);
    this.recollection = new Recollection(directory);
  }

  /** Those of an older version are among them, to be shown. @throws Failure when the file is there but cannot be used */
  async all(): Promise<StoredTv[]> {
    return this.store.all().catch(fail);
  }

  /** All, each with what to call it. @throws Failure */
  async labelled(): Promise<Chosen<StoredTv>[]> {
    const all = await this.all();
    return all.map((known) => labelled(known, all));
  }

  /** The one that is meant when none is named: what `fjern use` chose, or the one used last. @throws Failure */
  async default(): Promise<StoredTv | undefined> {
    const all = await this.all();
    const chosen = await this.settings.chosen().catch(fail);
    return all.find(({ tv }) => tv === chosen) ?? all[0];
  }

  /** Makes it the default; without it, the one used last is. @throws Failure */
  async use(known: Pick<StoredTv, 'tv'> | undefined): Promise<void> {
    await this.settings.choose(known?.tv).catch(fail);
  }

  /** The TV that `wanted` names; without it, the default. @throws Failure */
  async find(wanted: string | undefined): Promise<Chosen> {
    const { known, label } = await this.findAny(wanted);
    if (!('outdated' in known)) return { known, label };
    throw new Failure(
      'unpaired',
      `${label} was paired with an older version: pair it again. ${howToPair}`,
    );
  }

  /** The same, of those that were paired with an older version too: to forget one. @throws Failure */
  async findAny(wanted: string | undefined): Promise<Chosen<StoredTv>> {
    const all = await this.all();
    const last = wanted === undefined ? await this.default() : undefined;
    const fits = wanted === undefined ? (last ? [last] : []) : match(wanted, all, named);
    const [first, second] = fits;
    if (second) throw ambiguous(wanted ?? '', fits.map(named), all.map(named));
    if (first) return labelled(first, all);
    throw new Failure(
      'unpaired',
      wanted === undefined || all.length === 0
        ? `No TV is paired. Pair one: ${howToPair}`
        : `No paired TV is called "${wanted}". See: fjern tvs`,
    );
  }

  /** Puts a TV first; one of the same identity is replaced. @throws Failure */
  async save(tv: KnownTv): Promise<Chosen> {
    await this.store.save(tv).catch(fail);
    return labelled(tv, await this.all());
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
    await this.recollection.forget(tv);
    if ((await this.settings.chosen().catch(fail)) === tv) await this.use(undefined);
  }
}

const named = ({ tv, name }: StoredTv): Named => ({ id: idOf(tv), name: plain(name) });

function labelled<T extends StoredTv>(known: T, all: readonly StoredTv[]): Chosen<T> {
  return { known, label: label(named(known), all.map(named)) };
}

function fail(cause: unknown): never {
  if (cause instanceof StoreError || cause instanceof DurableFileError)
    throw new Failure('usage', cause.message, { cause });
  throw cause;
}

function defaultDirectory(): string {
  return (
    process.env.FJERN_CONFIG_DIR ||
    join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'fjern')
  );
}
