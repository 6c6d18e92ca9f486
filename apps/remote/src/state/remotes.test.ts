import { defaultPermissions, type Grant, type PairedRemote, StanzaError } from '@fjern/protocol';
import { type Signal, signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RemoteStore } from './remote.ts';
import { RemotesStore } from './remotes.ts';

const owner: Grant = { role: 'owner', ...defaultPermissions.owner };
const member: Grant = { role: 'member', ...defaultPermissions.member };

function paired(id: string, more: Partial<PairedRemote> = {}): PairedRemote {
  return { id, name: id, kind: 'phone', grant: member, pairedAt: 1, online: false, ...more };
}

/** A TV that does what it is asked, unless the test says otherwise. */
class Household {
  readonly grant: Signal<Grant | undefined> = signal<Grant | undefined>(owner);
  all: PairedRemote[] = [
    paired('ben', { online: true }),
    paired('me', { own: true, grant: owner }),
  ];
  refusal: Error | undefined;
  signals: AbortSignal[] = [];

  readonly remotes: RemoteStore['remotes'] = {
    list: async (options) => {
      this.hear(options?.signal);
      return this.all;
    },
    rename: async (id, name) => this.edit(id, { name }),
    setRole: async (id, role) => this.edit(id, { grant: { role, ...defaultPermissions[role] } }),
    revoke: async (id) => {
      this.hear();
      this.all = this.all.filter((remote) => remote.id !== id);
    },
  };

  private edit(id: string, more: Partial<PairedRemote>): void {
    this.hear();
    this.all = this.all.map((remote) => (remote.id === id ? { ...remote, ...more } : remote));
  }

  private hear(heard?: AbortSignal): void {
    if (heard) this.signals.push(heard);
    if (this.refusal) throw this.refusal;
  }
}

let household: Household;
let store: RemotesStore;

function open(): void {
  store = new RemotesStore(household, { id: 'me', name: 'Anna’s phone', kind: 'phone' });
}

beforeEach(() => {
  vi.useFakeTimers();
  household = new Household();
});

afterEach(() => {
  store.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const answered = () => vi.advanceTimersByTimeAsync(0);
const names = () => {
  const list = store.list.value;
  return list.status === 'ready' ? list.remotes.map(({ name }) => name) : list.status;
};

test('this phone comes first, then who is there, then who was there last', async () => {
  household.all.unshift(paired('lars', { lastSeen: 3 }), paired('lea', { lastSeen: 9 }));
  open();
  expect(names()).toBe('loading');
  await answered();
  expect(names()).toEqual(['me', 'ben', 'lea', 'lars']);
});

test('changes are shown once the TV has made them', async () => {
  open();
  await answered();
  expect(await store.rename('ben', ' Ben’s iPad ')).toBe(true);
  expect(names()).toEqual(['me', 'Ben’s iPad']);
  await store.setRole('ben', 'guest');
  expect(household.all[0]?.grant.role).toBe('guest');
  await store.remove('ben');
  expect(names()).toEqual(['me']);
  expect(store.pending.value.size).toBe(0);
});

test('who comes, goes or is changed elsewhere is seen', async () => {
  open();
  await answered();
  household.all = [...household.all, paired('lars')];
  household.grant.value = { ...owner, generation: 2 };
  await answered();
  expect(names()).toEqual(['me', 'ben', 'lars']);
  household.all = household.all.slice(0, 2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(names()).toEqual(['me', 'ben']);
});

test('what the TV refuses is said beside the remote, and changes nothing', async () => {
  open();
  await answered();
  household.refusal = new StanzaError('conflict', { text: 'A TV needs an owner.' });
  expect(await store.remove('ben')).toBe(false);
  expect(store.trouble.value).toEqual({ id: 'ben', text: 'A TV needs an owner.' });
  expect(names()).toEqual(['me', 'ben']);
});

test('a list that cannot be had says so, and is had at another try', async () => {
  household.refusal = new StanzaError('service-unavailable');
  open();
  await answered();
  expect(store.list.value).toEqual({
    status: 'failed',
    text: 'The TV did not answer. Try again.',
  });
  household.refusal = undefined;
  await store.refresh();
  expect(names()).toEqual(['me', 'ben']);
});

test('a list that was had stays while the TV is away', async () => {
  open();
  await answered();
  household.refusal = new Error('The TV does not answer.');
  await store.refresh();
  expect(names()).toEqual(['me', 'ben']);
  expect(store.trouble.value).toEqual({ text: 'The TV does not answer.' });
});

test('who may not manage sees only this phone', async () => {
  household.grant.value = member;
  household.refusal = new StanzaError('forbidden');
  open();
  await answered();
  expect(names()).toEqual(['Anna’s phone']);
});

test('leaving the list leaves nothing behind', async () => {
  open();
  await answered();
  household.remotes.list = (options) =>
    new Promise((_, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  void store.refresh();
  store.close();
  await answered();
  expect(store.trouble.value).toBeUndefined();
});
