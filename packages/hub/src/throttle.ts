import type { HubLimits } from './limits.ts';
import { addressKey, BoundedMap } from './rates.ts';

interface Failures {
  count: number;
  last: number;
  /** Until then nothing is looked at. */
  until: number;
}

/** Longer names are counted by their beginning: whoever makes them up may not fill the memory. */
const countedName = 128;

/**
 * Slows down whoever guesses, by address and by account, ms.
 *
 * - An address that failed too often has to wait, whatever it tries.
 * - An account for which too many guesses came, from wherever, allows one guess an address: each wrong one
 *   makes *that* address wait for this account. How long depends on all guesses together, so many addresses
 *   are no better than one for long.
 *
 * Each further failure doubles the wait. An address that did not fail is always listened to: whoever has the
 * right token cannot be locked out by what others do elsewhere. Nor can a device that logged in to its account
 * before, even when its neighbours share its IPv6 /64: it is known by its whole address until it fails
 * itself. So an account as such is never closed; behind its token of 128 bits and more that is no loss, and the
 * alternative is a switch with which any guest turns off any phone.
 */
export class LoginThrottle {
  private readonly limits: HubLimits;
  private readonly now: () => number;
  private readonly byAddress: BoundedMap<Failures>;
  private readonly byAccount: BoundedMap<Failures>;
  private readonly byBoth: BoundedMap<{ until: number }>;
  private readonly known: BoundedMap<true>;

  constructor(limits: HubLimits, now: () => number = () => performance.now()) {
    this.limits = limits;
    this.now = now;
    this.byAddress = new BoundedMap(limits.rememberedAddresses);
    this.byAccount = new BoundedMap(limits.rememberedAddresses);
    this.byBoth = new BoundedMap(limits.rememberedAddresses);
    this.known = new BoundedMap(limits.rememberedAddresses);
  }

  /** Whether a login is looked at; otherwise it is a `temporary-auth-failure`. */
  admits(address: string, username: string): boolean {
    if (this.known.get(pair(address, username))) return true;
    const now = this.now();
    const key = addressKey(address);
    const both = this.byBoth.get(pair(key, username));
    return (this.byAddress.get(key)?.until ?? 0) <= now && (both?.until ?? 0) <= now;
  }

  failed(address: string, username: string): void {
    const { failedLoginsPerAddress, failedLoginsPerAccount } = this.limits;
    this.known.delete(pair(address, username));
    const key = addressKey(address);
    this.count(this.byAddress, key, failedLoginsPerAddress);
    const account = this.count(
      this.byAccount,
      username.slice(0, countedName),
      failedLoginsPerAccount,
    );
    this.byBoth.set(pair(key, username), { until: account.until });
  }

  /** Does not clear what the address did before: a guesser may well have an account of its own. */
  succeeded(address: string, username: string): void {
    this.known.set(pair(address, username), true);
  }

  private count(table: BoundedMap<Failures>, key: string, free: number): Failures {
    const now = this.now();
    const longest = this.limits.loginDelaySeconds * 1000;
    const before = table.get(key);
    const count = before && now - before.last < 2 * longest ? before.count + 1 : 1;
    const wait = count < free ? 0 : Math.min(longest, 1000 * 2 ** (count - free));
    const failures = { count, last: now, until: now + wait };
    table.set(key, failures);
    return failures;
  }
}

function pair(address: string, username: string): string {
  return `${address} ${username.slice(0, countedName)}`;
}
