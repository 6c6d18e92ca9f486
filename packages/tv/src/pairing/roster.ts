import {
  defaultPermissions,
  type Grant,
  type Revocation,
  type RevokedKey,
  type Role,
  StanzaError,
} from '@fjern/protocol';
import type { Pairings, StoredAccount, StoredRevocation } from './store.ts';

/** Remotes that a TV is paired with at most: a bound for whoever sits in front of it with a script. */
const mostRemotes = 100;

export type Permissions = Pick<Grant, 'commands' | 'facets' | 'manage'>;

/** How long guests stay. */
export interface GuestTerms {
  /** Default: a day. */
  seconds?: number;
  /** Whether they go when the TV goes to standby, if not before; default true. */
  untilStandby?: boolean;
}

/** What remotes may, and how the list of them changes: everything here computes and stores nothing. */
export class Roster {
  private readonly permissions: Partial<Record<Role, Permissions>>;
  private readonly guest: Required<GuestTerms>;

  constructor(
    permissions: Partial<Record<Role, Permissions>> = {},
    { seconds = 24 * 3600, untilStandby = true }: GuestTerms = {},
  ) {
    this.permissions = permissions;
    this.guest = { seconds, untilStandby };
  }

  grantOf({ role, expires, untilStandby }: StoredAccount, generation: number): Grant {
    const { commands, facets, manage } = this.permissions[role] ?? defaultPermissions[role];
    return {
      role,
      commands,
      facets,
      manage,
      ...(expires === undefined ? {} : { expires }),
      ...(untilStandby ? { untilStandby } : {}),
      generation,
    };
  }

  /** The account with this role, and with the time that the role has. */
  withRole(account: StoredAccount, role: Role, now: number): StoredAccount {
    const { expires: _, untilStandby: __, ...rest } = account;
    if (role !== 'guest') return { ...rest, role };
    const { seconds, untilStandby } = this.guest;
    const expires = now + seconds * 1000;
    return { ...rest, role, expires, ...(untilStandby ? { untilStandby } : {}) };
  }

  /**
   * With one more account, which takes the place of the one that has its key.
   * @param wanted its role, if the TV has an owner already
   * @throws StanzaError `resource-constraint`
   */
  admit(
    accounts: readonly StoredAccount[],
    account: StoredAccount,
    wanted: Role,
    now: number,
  ): { accounts: StoredAccount[]; admitted: StoredAccount } {
    const others = accounts.filter(({ key }) => key !== account.key);
    if (others.length >= mostRemotes)
      throw new StanzaError('resource-constraint', {
        text: 'The TV is paired with too many remotes: remove some first.',
      });
    const admitted = this.withRole(account, hasOwner(others) ? wanted : 'owner', now);
    return { accounts: [...others, admitted], admitted };
  }

  /** @throws StanzaError `conflict` when nobody could be the owner */
  changeRole(
    accounts: readonly StoredAccount[],
    account: StoredAccount,
    role: Role,
    now: number,
  ): readonly StoredAccount[] {
    if (account.role === role) return accounts;
    const changed = this.withRole(account, role, now);
    const others = accounts.filter((other) => other !== account);
    if (hasOwner(others) || role === 'owner') return replace(accounts, account, changed);
    const heir = nextOwner(others);
    if (heir || account.role !== 'owner') return succeed(replace(accounts, account, changed), heir);
    throw new StanzaError('conflict', {
      type: 'cancel',
      text: 'A TV needs an owner: make another remote the owner first.',
    });
  }
}

function hasOwner(accounts: readonly StoredAccount[]): boolean {
  return accounts.some(({ role }) => role === 'owner');
}

/**
 * Without these accounts. Those that had been in use are remembered as revoked; where the last owner goes, the
 * oldest member becomes one.
 */
export function withoutAccounts(
  { accounts, revoked }: Pairings,
  gone: readonly StoredAccount[],
  why: Pick<StoredRevocation, 'at' | 'by' | 'reason'>,
): Pairings {
  const left = accounts.filter((account) => !gone.includes(account));
  const tombs = gone
    .filter(({ confirmed }) => confirmed)
    .map(
      ({ username, token, key, name, kind }): StoredRevocation => ({
        username,
        token,
        key,
        name,
        kind,
        ...why,
      }),
    );
  return {
    accounts: hasOwner(left) ? left : succeed(left, nextOwner(left)),
    revoked: [...revoked, ...tombs],
  };
}

/** The oldest member; one that has not completed its pairing only where there is no other. */
function nextOwner(accounts: readonly StoredAccount[]): StoredAccount | undefined {
  const members = accounts.filter(({ role }) => role === 'member');
  const [oldest] = members.sort(
    (one, other) =>
      Number(other.confirmed) - Number(one.confirmed) || one.pairedAt - other.pairedAt,
  );
  return oldest;
}

function succeed(
  accounts: readonly StoredAccount[],
  heir: StoredAccount | undefined,
): readonly StoredAccount[] {
  return heir ? replace(accounts, heir, { ...heir, role: 'owner' }) : accounts;
}

export function replace(
  accounts: readonly StoredAccount[],
  before: StoredAccount,
  after: StoredAccount,
): readonly StoredAccount[] {
  return accounts.map((account) => (account === before ? after : account));
}

export function toRevocation({ at, reason, by }: StoredRevocation): Revocation {
  return { at, reason, ...(by ? { by } : {}) };
}

export function toRevokedKeys(revocations: readonly StoredRevocation[]): RevokedKey[] {
  const keys = new Map<string, RevokedKey>();
  // The last word on a key is the one that counts.
  for (const revocation of revocations)
    if (revocation.key !== undefined)
      keys.set(revocation.key, { key: revocation.key, ...toRevocation(revocation) });
  return [...keys.values()];
}

/** What somebody is told who logs in to an account that is no more. */
export function farewellText({ at, by, reason }: StoredRevocation): string {
  if (reason === 'upgrade')
    return 'This remote was paired with an older version of the TV’s software: pair again.';
  const day = new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
  if (reason === 'expired') return `This remote was a guest until ${day}: pair again.`;
  if (by) return `${by} removed this remote on ${day}.`;
  return `This remote was removed at the TV on ${day}.`;
}
