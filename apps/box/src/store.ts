import { join } from 'node:path';
import {
  Damage,
  DurableFile,
  DurableFileError,
  type FileWarning,
  type Format,
} from '@fjern/durable';
import type { PairingStore, StoredPairings } from '@fjern/tv/pairing';
import { generateIdentity, generateToken, type StoredIdentity } from './identity.ts';
import { UsageError } from './options.ts';

/** The contents of `state.json`. */
interface State {
  version: 2;
  identity: StoredIdentity;
  /** Login token of the TV page. */
  tvToken: string;
  /** Base64url; what the hub derives the salts of unknown users from. */
  hubSecret: string;
  /** What pairing saved last, in whatever version of its own: it reads older ones. */
  pairings?: { version: number };
}

/** Everything that has to survive a restart: who the TV is, and who is paired with it. */
export class Store implements PairingStore {
  readonly file: string;
  /** What of the file had to be put right when it was opened, or should be. */
  readonly warnings: readonly FileWarning[];
  private readonly durable: DurableFile<State>;
  private state: State;
  /** Why it could not be written the last time; undefined: it could. */
  failure: string | undefined;

  private constructor(durable: DurableFile<State>, state: State, warnings: FileWarning[]) {
    this.file = durable.path;
    this.durable = durable;
    this.state = state;
    this.warnings = warnings;
  }

  /**
   * Opens `state.json`, or makes a new TV where there is none.
   * @throws UsageError when it is damaged or of a newer version (it is left as it is), or cannot be written
   */
  static async open(directory: string): Promise<Store> {
    const warnings: FileWarning[] = [];
    const durable = new DurableFile(join(directory, 'state.json'), format, {
      afresh: 'Move it away to start afresh (all phones must pair again).',
      onwarning: (warning) => warnings.push(warning),
    });
    try {
      const state = await durable.update((known) => known ?? newState());
      return new Store(durable, state, [...warnings]);
    } catch (error) {
      if (error instanceof DurableFileError) throw new UsageError(error.message, { cause: error });
      throw error;
    }
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

  async load(): Promise<unknown> {
    return this.state.pairings;
  }

  /**
   * Resolves when the change is on disk.
   * @throws DurableFileError nothing has changed
   */
  async save(pairings: StoredPairings): Promise<void> {
    try {
      this.state = await this.durable.update(() => ({ ...this.state, pairings }));
      this.failure = undefined;
    } catch (error) {
      this.failure = Object(error).message;
      throw error;
    }
  }
}

function newState(): State {
  return {
    version: 2,
    identity: generateIdentity(),
    tvToken: generateToken(),
    hubSecret: generateToken(),
  };
}

const format: Format<State> = {
  version: 2,
  read: readState,
  // Only the pairings in it are of another form, and those pairing upgrades itself.
  upgrade: (value) => readState({ ...value, version: 2 }),
};

function readState(value: Record<string, unknown>): State {
  const { identity, pairings } = value;
  if (!isRecord(identity) || !isSecret(identity.privateKey))
    throw new Damage('identity.privateKey is not a key');
  for (const field of ['tvToken', 'hubSecret'] as const)
    if (!isSecret(value[field])) throw new Damage(`${field} is not a token`);
  if (pairings !== undefined && (!isRecord(pairings) || typeof pairings.version !== 'number'))
    throw new Damage('pairings has no version');
  return value as unknown as State;
}

/** 32 bytes, base64url. */
function isSecret(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
