import { StanzaError } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import {
  Accounts,
  type PairingStore,
  PairingStoreError,
  type StoredAccount,
  type StoredPairings,
  type StoredRevocation,
} from './store.ts';

const day = 24 * 3600 * 1000;
const now = 1000 * day;
const clock: Clock = {
  now: () => now,
  setTimeout: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};

const keyOf = (number: number) => String(number).padStart(43, 'k');
const account = (number: number): StoredAccount => ({
  username: `a${number}`,
  token: 'secret token',
  key: keyOf(number),
  name: 'Anna’s phone',
  kind: 'phone',
  role: 'member',
  pairedAt: number,
  confirmed: true,
});
const revocation = (number: number, at = now): StoredRevocation => ({
  username: `r${number}`,
  token: 'secret token',
  key: keyOf(1000 + number),
  name: 'Bob’s phone',
  kind: 'phone',
  at,
  by: '',
  reason: 'removed',
});
const pairings = (more: Partial<StoredPairings> = {}): StoredPairings => ({
  version: 2,
  generation: 7,
  accounts: [account(1), account(2)],
  revoked: [revocation(1)],
  ...more,
});

/** Keeps JSON, as real ones do. */
class TextStore implements PairingStore {
  text: string | undefined;
  saves = 0;
  fails = false;

  constructor(stored?: unknown) {
    this.text = stored === undefined ? undefined : JSON.stringify(stored);
  }

  async load(): Promise<unknown> {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async save(data: StoredPairings): Promise<void> {
    if (this.fails) throw new Error('no space');
    this.saves++;
    this.text = JSON.stringify(data);
  }
}

const load = (stored?: unknown) => Accounts.load(new TextStore(stored), clock);

describe('accounts', () => {
  it('are none the first time', async () => {
    const accounts = await load();
    expect([accounts.list, accounts.revocations, accounts.generation]).toEqual([[], [], 0]);
  });

  it('are found by username and by key', async () => {
    const accounts = await load(pairings());
    expect(accounts.generation).toBe(7);
    expect(accounts.find('a2')).toEqual(account(2));
    expect(accounts.findByKey(keyOf(1))).toEqual(account(1));
    expect(accounts.find('r1') ?? accounts.findByKey(keyOf(1001))).toBeUndefined();
    expect(accounts.revocations).toEqual([revocation(1)]);
  });

  it('change once that is stored, and the generation with them', async () => {
    const store = new TextStore(pairings());
    const accounts = await Accounts.load(store, clock);
    const changed = accounts.change(({ accounts, revoked }) => ({
      accounts: accounts.slice(1),
      revoked: [...revoked, revocation(2)],
    }));
    expect(accounts.list).toHaveLength(2);
    await changed;
    expect(accounts.list).toEqual([account(2)]);
    expect(accounts.revocations.map(({ username }) => username)).toEqual(['r1', 'r2']);
    expect(accounts.generation).toBe(8);
    const again = await Accounts.load(store, clock);
    expect(again.list).toEqual(accounts.list);
    expect(again.revocations).toEqual(accounts.revocations);
    expect(again.generation).toBe(8);
  });

  it('stay as they are when an edit changes nothing', async () => {
    const store = new TextStore(pairings());
    const accounts = await Accounts.load(store, clock);
    await accounts.change((given) => given);
    await accounts.change(() => ({}));
    expect([store.saves, accounts.generation]).toEqual([0, 7]);
  });

  it('stay as they are when they cannot be stored, and can be changed afterwards', async () => {
    const store = new TextStore(pairings());
    const accounts = await Accounts.load(store, clock);
    store.fails = true;
    const refused = accounts.change(() => ({ accounts: [] }));
    await expect(refused).rejects.toBeInstanceOf(StanzaError);
    await expect(refused).rejects.toMatchObject({ condition: 'resource-constraint' });
    expect([accounts.list.length, accounts.generation]).toEqual([2, 7]);
    store.fails = false;
    await accounts.change(() => ({ accounts: [] }));
    expect(accounts.list).toEqual([]);
    // The refused attempt may have reached the disk under number 8.
    expect(accounts.generation).toBe(9);
  });

  it('are never what could not be read again', async () => {
    const store = new TextStore(pairings());
    const accounts = await Accounts.load(store, clock);
    const twice = { ...account(3), key: keyOf(1) };
    await expect(
      accounts.change(({ accounts }) => ({ accounts: [...accounts, twice] })),
    ).rejects.toThrow('accounts[2].key is there twice');
    expect([store.saves, accounts.list.length]).toEqual([0, 2]);
  });

  it('follow each other in the order in which they were asked for', async () => {
    const accounts = await load();
    const numbers = Array.from({ length: 10 }, (_, number) => number);
    await Promise.all(
      numbers.map((number) =>
        accounts.change(({ accounts }) => ({ accounts: [...accounts, account(number)] })),
      ),
    );
    expect(accounts.list.map(({ pairedAt }) => pairedAt)).toEqual(numbers);
    expect(accounts.generation).toBe(10);
  });
});

describe('revocations', () => {
  it('are remembered for 90 days', async () => {
    const revoked = [revocation(1, now - 91 * day), revocation(2, now - 89 * day)];
    const accounts = await load(pairings({ revoked }));
    expect(accounts.revocations).toEqual([revoked[1]]);
  });

  it('are 32 at most: the oldest are forgotten', async () => {
    const store = new TextStore(pairings({ revoked: [] }));
    const accounts = await Accounts.load(store, clock);
    const revoked = Array.from({ length: 40 }, (_, number) => revocation(number));
    await accounts.change(() => ({ revoked }));
    expect(accounts.revocations).toEqual(revoked.slice(8));
    expect(JSON.parse(store.text ?? '').revoked).toEqual(revoked.slice(8));
  });

  it('end when the remote pairs again', async () => {
    const accounts = await load(pairings());
    const back = { ...account(3), key: keyOf(1001) };
    await accounts.change(({ accounts }) => ({ accounts: [...accounts, back] }));
    expect(accounts.revocations).toEqual([]);
  });
});

describe('what is stored', () => {
  const { key: _key, role: _role, ...old } = account(1);

  it('of version 1 has to be paired again', async () => {
    const accounts = await load({
      version: 1,
      accounts: [
        { ...old, username: 'late', pairedAt: 2 },
        { ...old, username: 'early', pairedAt: 1 },
        { ...old, username: 'never', confirmed: false },
      ],
    });
    expect(accounts.list).toEqual([]);
    const { name, kind, token } = old;
    const upgraded = { name, kind, token, at: now, by: '', reason: 'upgrade' };
    expect(accounts.revocations).toEqual([
      { ...upgraded, username: 'early' },
      { ...upgraded, username: 'late' },
    ]);
  });

  it.each([
    [null, undefined],
    ['nonsense', 'it is not an object'],
    [{ version: 0 }, 'version is neither 1 nor 2'],
    [{ version: 1 }, 'accounts is not a list'],
    [{ version: 1, accounts: [{ ...old, name: 3 }] }, 'accounts[0].name is not a string'],
    [pairings({ generation: -1 }), 'generation is not a whole number'],
    [{ ...pairings(), revoked: undefined }, 'revoked is not a list'],
    [pairings({ accounts: [account(1), account(1)] }), 'accounts[1].username is there twice'],
    [
      pairings({ accounts: [account(1), { ...account(2), key: 'secret' }] }),
      'accounts[1].key is not a public key',
    ],
    [{ ...pairings(), accounts: [{ ...account(1), role: 'king' }] }, 'accounts[0].role is not one'],
    [{ ...pairings(), accounts: [{ ...account(1), expires: 'soon' }] }, 'accounts[0].expires is'],
    [{ ...pairings(), revoked: [{ ...revocation(1), reason: '' }] }, 'revoked[0].reason is not'],
  ])('is read, or refused with what is wrong and no secret: %j', async (stored, problem) => {
    if (problem === undefined) {
      expect((await load(stored)).list).toEqual([]);
      return;
    }
    const error: unknown = await load(stored).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PairingStoreError);
    expect(error).toMatchObject({ code: 'unreadable' });
    expect(String(error)).toContain(problem);
    expect(String(error)).not.toContain('secret');
  });

  it('by a newer version is left alone', async () => {
    await expect(load({ version: 3 })).rejects.toMatchObject({ code: 'newer' });
  });

  it('is read or refused, whatever it is', async () => {
    const damaged = fc
      .tuple(fc.constantFrom('accounts', 'revoked', 'generation', 'version'), fc.jsonValue())
      .map(([field, value]) => ({ ...pairings(), [field]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), damaged), async (stored) => {
        const result = await load(stored).catch((error: unknown) => error);
        if (!(result instanceof Accounts)) expect(result).toBeInstanceOf(PairingStoreError);
      }),
    );
  });
});
