import type { PairedRemote, Role } from '@fjern/protocol';
import { signal } from '@preact/signals';
import { remotesLabels } from '../labels-remotes.ts';
import type { RemoteStore } from './remote.ts';

export type RemotesList =
  | { status: 'loading' }
  | { status: 'failed'; text: string }
  | { status: 'ready'; remotes: readonly PairedRemote[] };

export type Change = 'rename' | 'role' | 'remove';

/** How often the list is asked for while somebody looks at it, ms: who is connected is not told otherwise. */
const refreshTime = 10_000;
/** For one answer, ms. */
const patience = 10_000;

/** What the list needs of a RemoteStore. */
export type ManagedRemote = Pick<RemoteStore, 'grant' | 'remotes'>;

/** Beside what the TV says of it: this phone may always be named and be removed by itself. */
export type OwnRemote = Pick<PairedRemote, 'id' | 'name' | 'kind'>;

/** The remotes that a TV is paired with, while somebody looks at them. */
export class RemotesStore {
  readonly list = signal<RemotesList>({ status: 'loading' });
  /** What is being changed, by id. */
  readonly pending = signal<ReadonlyMap<string, Change>>(new Map());
  /** Why the last change did not come about; without an id it is about the list. */
  readonly trouble = signal<{ id?: string; text: string } | undefined>(undefined);

  private readonly remote: ManagedRemote;
  private readonly own: OwnRemote;
  private readonly left = new AbortController();
  private readonly unwatch: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private latest = 0;

  constructor(remote: ManagedRemote, own: OwnRemote) {
    this.remote = remote;
    this.own = own;
    // Called at once, and whenever somebody was paired or removed, or this phone may something else.
    this.unwatch = remote.grant.subscribe(() => void this.refresh());
  }

  /** Asks the TV for the list. */
  refresh = async (): Promise<void> => {
    clearTimeout(this.timer);
    const number = ++this.latest;
    try {
      const remotes = await this.read();
      if (number !== this.latest || this.left.signal.aborted) return;
      this.list.value = { status: 'ready', remotes: [...remotes].sort(inOrder) };
      if (this.trouble.peek()?.id === undefined) this.trouble.value = undefined;
    } catch (error) {
      if (number !== this.latest || this.left.signal.aborted) return;
      const text = sentenceOf(error);
      // What was known stays.
      if (this.list.peek().status === 'ready') this.trouble.value = { text };
      else this.list.value = { status: 'failed', text };
    }
    this.timer = setTimeout(this.refresh, refreshTime);
  };

  /** Resolves to whether the TV did it. */
  rename(id: string, name: string): Promise<boolean> {
    const trimmed = name.trim();
    if (!trimmed || trimmed === this.find(id)?.name) return Promise.resolve(true);
    return this.change(id, 'rename', (signal) =>
      this.remote.remotes.rename(id, trimmed, { signal }),
    );
  }

  setRole(id: string, role: Role): Promise<boolean> {
    if (role === this.find(id)?.grant.role) return Promise.resolve(true);
    return this.change(id, 'role', (signal) => this.remote.remotes.setRole(id, role, { signal }));
  }

  remove(id: string): Promise<boolean> {
    return this.change(id, 'remove', (signal) => this.remote.remotes.revoke(id, { signal }));
  }

  close(): void {
    this.left.abort();
    this.unwatch();
    clearTimeout(this.timer);
  }

  private find(id: string): PairedRemote | undefined {
    const list = this.list.peek();
    return list.status === 'ready' ? list.remotes.find((remote) => remote.id === id) : undefined;
  }

  private async read(): Promise<readonly PairedRemote[]> {
    const grant = this.remote.grant.peek();
    try {
      return await this.ask((signal) => this.remote.remotes.list({ signal }));
    } catch (error) {
      if (!grant || grant.manage || !isForbidden(error)) throw error;
      // The others are no business of this phone.
      return [{ ...this.own, grant, pairedAt: 0, online: true, own: true }];
    }
  }

  private async change(
    id: string,
    change: Change,
    run: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    if (this.pending.peek().has(id)) return false;
    this.trouble.value = undefined;
    this.mark(id, change);
    try {
      await this.ask(run);
      await this.refresh();
      return true;
    } catch (error) {
      if (!this.left.signal.aborted) this.trouble.value = { id, text: sentenceOf(error) };
      return false;
    } finally {
      this.mark(id, undefined);
    }
  }

  private async ask<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, patience);
    this.left.signal.addEventListener('abort', abort);
    try {
      return await run(controller.signal);
    } finally {
      clearTimeout(timer);
      this.left.signal.removeEventListener('abort', abort);
    }
  }

  private mark(id: string, change: Change | undefined): void {
    const pending = new Map(this.pending.peek());
    if (change) pending.set(id, change);
    else pending.delete(id);
    this.pending.value = pending;
  }
}

/** This phone, then who is there, then who was there last. */
function inOrder(one: PairedRemote, other: PairedRemote): number {
  const rank = ({ own, online }: PairedRemote) => (own ? 0 : online ? 1 : 2);
  return (
    rank(one) - rank(other) ||
    (other.lastSeen ?? other.pairedAt) - (one.lastSeen ?? one.pairedAt) ||
    one.name.localeCompare(other.name)
  );
}

const isForbidden = (error: unknown) =>
  error instanceof Error && 'condition' in error && error.condition === 'forbidden';

/** What the TV said; a condition's bare name is no sentence. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message.includes(' ') && !isAbort(error) ? message : remotesLabels.failed;
}

const isAbort = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'aborted';
