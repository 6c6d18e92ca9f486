import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PairingStore, StoredPairings } from '@fjern/tv/pairing';
import writeFileAtomic from 'write-file-atomic';
import { generateIdentity, generateToken, type StoredIdentity } from './identity.ts';
import { UsageError } from './options.ts';

/** The contents of `state.json`. Secrets are in it: its mode is 0600. */
interface State {
  version: 1;
  identity: StoredIdentity;
  /** Login token of the TV page. */
  tvToken: string;
  /** Base64url; what the hub derives the salts of unknown users from. */
  hubSecret: string;
  pairings?: StoredPairings;
}

/** Everything that has to survive a restart, in one file that is replaced as a whole. */
export class Store implements PairingStore {
  readonly file: string;
  private state: State;
  private writing: Promise<void> = Promise.resolve();

  private constructor(file: string, state: State) {
    this.file = file;
    this.state = state;
  }

  /**
   * @throws UsageError when the file is damaged (it is left as it is) or cannot be written
   */
  static async open(directory: string): Promise<Store> {
    const file = join(directory, 'state.json');
    const known = read(file);
    if (known) return new Store(file, known);
    const store = new Store(file, {
      version: 1,
      identity: generateIdentity(),
      tvToken: generateToken(),
      hubSecret: generateToken(),
    });
    await store.write().catch((error: unknown) => {
      throw new UsageError(`${file} cannot be written (${code(error)}).`);
    });
    return store;
  }

  get identity(): StoredIdentity {
    return this.state.identity;
  }

  get tvToken(): string {
    return this.state.tvToken;
  }

  get hubSecret(): Uint8Array {
    return Buffer.from(this.state.hubSecret, 'base64url');
  }

  async load(): Promise<StoredPairings | undefined> {
    return this.state.pairings;
  }

  /** Resolves when the change is on disk. */
  async save(pairings: StoredPairings): Promise<void> {
    const before = this.state;
    this.state = { ...before, pairings };
    try {
      await this.write();
    } catch (error) {
      this.state = before;
      throw error;
    }
  }

  private write(): Promise<void> {
    // One at a time: a later state must not be overtaken by an earlier one.
    const done = this.writing.then(() =>
      writeFileAtomic(this.file, `${JSON.stringify(this.state, null, 2)}\n`, { mode: 0o600 }),
    );
    this.writing = done.catch(() => {});
    return done;
  }
}

function read(file: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (code(error) === 'ENOENT') return undefined;
    throw new UsageError(`${file} cannot be read (${code(error)}).`);
  }
  try {
    const state: unknown = JSON.parse(text);
    if (isState(state)) return state;
  } catch {
    // Said below.
  }
  throw new UsageError(
    `${file} is damaged or from another version. Move it away to start afresh (all phones must pair again).`,
  );
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false;
  const { version, identity, tvToken, hubSecret } = value as Partial<State>;
  return (
    version === 1 &&
    typeof identity?.privateKey === 'string' &&
    typeof tvToken === 'string' &&
    typeof hubSecret === 'string'
  );
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
