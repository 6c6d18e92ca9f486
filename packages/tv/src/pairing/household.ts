import {
  bareJid,
  type Element,
  encodeRevocation,
  type Grant,
  type KnownRemote,
  type RemoteEdit,
  type Revocation,
  type RevokedKey,
  StanzaError,
} from '@fjern/protocol';
import type { Admission, SealedPeer } from '@fjern/seal';
import type { Clock } from '../clock.ts';
import { type Random, randomToken } from '../random.ts';
import { admission, type PairedKey, type RemoteDirectory } from '../remotes.ts';
import { cleanName } from './name.ts';
import {
  farewellText,
  type Roster,
  replace,
  toRevocation,
  toRevokedKeys,
  withoutAccounts,
} from './roster.ts';
import type { Accounts, Pairings, StoredAccount, StoredRevocation } from './store.ts';

/** Milliseconds. Wall clocks are set, so an instant on one is not waited for in one go. */
const longestWait = 600_000;
/** Milliseconds until what could not be stored is tried again. */
const afterFailure = 60_000;
/** Milliseconds between two times that are stored of one remote. */
const lastSeenEvery = 60_000;

export interface HouseholdOptions {
  accounts: Accounts;
  roster: Roster;
  domain: string;
  /** Seconds that a new remote has to complete its pairing. */
  completeSeconds: number;
  /** Of the wall. */
  clock: Clock;
  random: Random;
  /** Ends the sealed sessions of a key. */
  endSealed(key: string, farewell?: Element): void;
  /** Ends the streams of an account that is gone. */
  disconnect(username: string): void;
  onpaired(remote: KnownRemote): void;
  onrevoked(remote: KnownRemote): void;
  onchange(): void;
  onerror(error: unknown): void;
}

/** The remotes of the TV: who they are, what they may, and until when. */
export class Household {
  readonly directory: RemoteDirectory = {
    find: (key) => this.findKey(key),
    jids: () => [...new Set(this.confirmed.map((account) => this.jidOf(account)))],
  };
  /** Remotes that belong to the TV itself, by key. */
  readonly systemRemotes = new Map<string, PairedKey>();
  private readonly options: HouseholdOptions;
  private readonly accounts: Accounts;
  private readonly roster: Roster;
  private grants: { generation: number; byId: Map<string, Grant> } | undefined;
  /** Full JIDs by username. */
  private readonly online = new Map<string, Set<string>>();
  /** When they were last there, by username: newer than what is stored. */
  private readonly lastSeen = new Map<string, number>();
  /** Deadlines of those who have not completed their pairing yet, by username. */
  private readonly deadlines = new Map<string, unknown>();
  /** Of the guest whose time is over first. */
  private expiryTimer: unknown;
  private closed = false;

  constructor(options: HouseholdOptions) {
    const { accounts } = options;
    this.options = options;
    this.accounts = accounts;
    this.roster = options.roster;
    // They may have been cut off by our restart: they get their time again.
    for (const { username, confirmed } of accounts.list)
      if (!confirmed) this.startDeadline(username);
    this.awaitExpiry();
  }

  get isEmpty(): boolean {
    return this.accounts.list.length === 0;
  }

  get remotes(): KnownRemote[] {
    return this.confirmed.map((account) => this.toRemote(account));
  }

  get revoked(): RevokedKey[] {
    return toRevokedKeys(this.accounts.revocations);
  }

  find(username: string): { token: string; disabled?: { text: string } } | undefined {
    const account = this.accounts.find(username);
    if (account) return { token: account.token };
    const revocation = this.accounts.revocations.find((ended) => ended.username === username);
    return revocation && { token: revocation.token, disabled: { text: farewellText(revocation) } };
  }

  admit(key: string): Admission {
    const account = this.accounts.findByKey(key);
    if (account && !account.confirmed) return 'welcome';
    return admission(this.directory, key, this.options.clock.now());
  }

  addSystemRemote(key: string, name: string, grant: Grant): () => void {
    const remote = { name, grant };
    this.systemRemotes.set(key, remote);
    this.options.onchange();
    return () => {
      if (this.systemRemotes.get(key) !== remote) return;
      this.systemRemotes.delete(key);
      this.options.endSealed(key);
      this.options.onchange();
    };
  }

  /** A paired remote by its key; undefined also for one that has not completed its pairing. */
  remote(key: string): KnownRemote | undefined {
    const account = this.accounts.findByKey(key);
    return account?.confirmed ? this.toRemote(account) : undefined;
  }

  /**
   * Gives a remote an account, unconfirmed as yet, in place of the one that its key has.
   * @throws StanzaError `resource-constraint`
   */
  async pair(
    remote: Pick<StoredAccount, 'key' | 'jid' | 'name' | 'kind' | 'role'>,
  ): Promise<StoredAccount> {
    const { random, clock } = this.options;
    const { roster } = this;
    // Lower case, as local parts are compared without regard to it.
    const username = [...random(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const token = randomToken(random, 32);
    const now = clock.now();
    let before: StoredAccount | undefined;
    let admitted: StoredAccount | undefined;
    try {
      await this.accounts.change(({ accounts }) => {
        before = accounts.find(({ key }) => key === remote.key);
        const account = { ...remote, username, token, pairedAt: now, confirmed: false };
        const next = roster.admit(accounts, account, remote.role, now);
        admitted = next.admitted;
        return { accounts: next.accounts };
      });
    } catch (error) {
      // Somebody at the TV may have to make room.
      this.options.onerror(error);
      throw error;
    }
    if (!admitted) throw new StanzaError('internal-server-error');
    if (before) this.onReplaced(before);
    if (this.closed) throw new StanzaError('service-unavailable');
    this.startDeadline(username);
    this.awaitExpiry();
    this.options.onchange();
    return admitted;
  }

  /** May be said more than once. @throws StanzaError `forbidden` */
  async complete(peer: SealedPeer): Promise<void> {
    let completed: StoredAccount | undefined;
    await this.accounts.change((pairings) => {
      const { accounts } = pairings;
      const account = accounts.find(({ key }) => key === peer.key);
      if (!account) throw new StanzaError('forbidden', { text: 'It is too late: pair again.' });
      if (account.confirmed) return pairings;
      completed = { ...account, confirmed: true };
      return { accounts: replace(accounts, account, completed) };
    });
    if (!completed) return;
    this.stopDeadline(completed.username);
    this.setOnline(peer.jid, true);
    this.options.onpaired(this.toRemote(completed));
    // Whoever watches knows the remote before the remote knows that it is known.
    this.options.onchange();
  }

  /** @param check throws unless this account may be changed now */
  async edit(
    { id, name, role }: RemoteEdit,
    check: (remote: KnownRemote) => void = () => {},
  ): Promise<void> {
    let changed = false;
    await this.accounts.change((pairings) => {
      const account = confirmedAccount(pairings, id);
      check(this.toRemote(account));
      const { kind } = account;
      const renamed = name === undefined ? account : { ...account, name: cleanName(name, kind) };
      let accounts = pairings.accounts;
      if (renamed.name !== account.name) accounts = replace(accounts, account, renamed);
      const current = accounts.find(({ username }) => username === id) ?? account;
      if (role !== undefined)
        accounts = this.roster.changeRole(accounts, current, role, this.options.clock.now());
      changed = accounts !== pairings.accounts;
      return { accounts };
    });
    if (!changed) return;
    this.awaitExpiry();
    this.options.onchange();
  }

  /**
   * Takes an account away; whoever uses it is told and cut off by `endSessions`, after what has to be said before.
   * @param check throws unless this account may be removed now
   */
  async remove(
    username: string,
    by: string,
    check: (remote: KnownRemote) => void = () => {},
  ): Promise<StoredAccount[]> {
    return this.removeAll(
      (pairings) => {
        const account = confirmedAccount(pairings, username);
        check(this.toRemote(account));
        return [account];
      },
      { by, reason: 'removed' },
    );
  }

  endSessions(gone: readonly StoredAccount[]): void {
    for (const { username, key } of gone) {
      const found = this.directory.find(key);
      if (!this.accounts.findByKey(key))
        this.options.endSealed(
          key,
          found && 'revoked' in found ? encodeRevocation(found.revoked) : undefined,
        );
      this.options.disconnect(username);
    }
  }

  async standby(): Promise<void> {
    await this.expire(({ untilStandby }) => untilStandby === true);
  }

  /** Bare JID. */
  jidOf({ username, jid }: StoredAccount): string {
    return jid ?? `${username}@${this.options.domain}`;
  }

  setOnline(jid: string, online: boolean): void {
    const username = this.accountOf(bareJid(jid))?.username;
    if (username === undefined) return;
    const sessions = this.online.get(username) ?? new Set<string>();
    const before = sessions.size > 0;
    if (online) sessions.add(jid);
    else sessions.delete(jid);
    this.online.set(username, sessions);
    if (before === sessions.size > 0) return;
    if (before) this.storeLastSeen(username);
    this.options.onchange();
  }

  close(): void {
    this.closed = true;
    this.options.clock.clearTimeout(this.expiryTimer);
    for (const timer of this.deadlines.values()) this.options.clock.clearTimeout(timer);
    this.deadlines.clear();
  }

  private get confirmed(): StoredAccount[] {
    return this.accounts.list.filter(({ confirmed }) => confirmed);
  }

  private toRemote(account: StoredAccount): KnownRemote {
    const { username, key, name, kind, pairedAt } = account;
    const lastSeen = this.lastSeen.get(username) ?? account.lastSeen;
    return {
      id: username,
      key,
      name,
      kind,
      grant: this.grantOf(account),
      pairedAt,
      ...(lastSeen === undefined ? {} : { lastSeen }),
      online: (this.online.get(username)?.size ?? 0) > 0,
    };
  }

  private async expire(whether: (account: StoredAccount) => boolean): Promise<void> {
    const gone = await this.removeAll(({ accounts }) => accounts.filter(whether), {
      by: '',
      reason: 'expired',
    });
    this.endSessions(gone);
  }

  private async removeAll(
    choose: (pairings: Pairings) => StoredAccount[],
    why: Pick<StoredRevocation, 'by' | 'reason'>,
  ): Promise<StoredAccount[]> {
    let gone: StoredAccount[] = [];
    const at = this.options.clock.now();
    await this.accounts.change((pairings) => {
      gone = choose(pairings);
      return gone.length === 0 ? pairings : withoutAccounts(pairings, gone, { at, ...why });
    });
    if (gone.length === 0) return gone;
    const remotes = gone.filter(({ confirmed }) => confirmed).map((one) => this.toRemote(one));
    for (const { username } of gone) this.forget(username);
    for (const remote of remotes) this.options.onrevoked(remote);
    this.awaitExpiry();
    this.options.onchange();
    return gone;
  }

  /** The same remote has another account now; it may have paired through the one that it had. */
  private onReplaced({ username }: StoredAccount): void {
    this.forget(username);
    this.options.clock.setTimeout(() => this.options.disconnect(username), 0);
  }

  private forget(username: string): void {
    this.stopDeadline(username);
    this.online.delete(username);
    this.lastSeen.delete(username);
  }

  private startDeadline(username: string): void {
    const onDeadline = async () => {
      this.deadlines.delete(username);
      const gone = await this.removeAll(
        ({ accounts }) =>
          accounts.filter((account) => account.username === username && !account.confirmed),
        { by: '', reason: 'removed' },
      );
      this.endSessions(gone);
    };
    this.stopDeadline(username);
    const timer = this.options.clock.setTimeout(() => {
      onDeadline().catch((error: unknown) => {
        this.options.onerror(error);
        if (!this.closed) this.startDeadline(username);
      });
    }, this.options.completeSeconds * 1000);
    this.deadlines.set(username, timer);
  }

  private stopDeadline(username: string): void {
    this.options.clock.clearTimeout(this.deadlines.get(username));
    this.deadlines.delete(username);
  }

  /** @param atLeast milliseconds */
  private awaitExpiry(atLeast = 0): void {
    this.options.clock.clearTimeout(this.expiryTimer);
    this.expiryTimer = undefined;
    const next = Math.min(...this.accounts.list.map(({ expires = Infinity }) => expires));
    if (next === Infinity || this.closed) return;
    const wait = Math.max(atLeast, Math.min(next - this.options.clock.now(), longestWait));
    this.expiryTimer = this.options.clock.setTimeout(() => {
      const now = this.options.clock.now();
      this.expire(({ expires = Infinity }) => expires <= now).then(
        () => this.awaitExpiry(),
        (error: unknown) => {
          this.options.onerror(error);
          this.awaitExpiry(afterFailure);
        },
      );
    }, wait);
  }

  private storeLastSeen(username: string): void {
    const now = this.options.clock.now();
    this.lastSeen.set(username, now);
    const isDue = ({ lastSeen = 0 }: StoredAccount) => now - lastSeen >= lastSeenEvery;
    this.accounts
      .change((pairings) => {
        const account = pairings.accounts.find((candidate) => candidate.username === username);
        if (!account || !isDue(account)) return pairings;
        return { accounts: replace(pairings.accounts, account, { ...account, lastSeen: now }) };
      })
      .catch((error: unknown) => this.options.onerror(error));
  }

  private accountOf(bare: string): StoredAccount | undefined {
    return this.accounts.list.find((account) => this.jidOf(account) === bare);
  }

  private findKey(key: string): PairedKey | { revoked: Revocation } | undefined {
    const account = this.accounts.findByKey(key);
    if (account)
      return account.confirmed ? { name: account.name, grant: this.grantOf(account) } : undefined;
    const system = this.systemRemotes.get(key);
    if (system) return system;
    // The last word on a key is the one that counts.
    const revocation = this.accounts.revocations.filter((ended) => ended.key === key).pop();
    return revocation && { revoked: toRevocation(revocation) };
  }

  /** The same object until something changes: it is asked for with every request. */
  private grantOf(account: StoredAccount): Grant {
    const { generation } = this.accounts;
    if (this.grants?.generation !== generation) this.grants = { generation, byId: new Map() };
    const { byId } = this.grants;
    const grant = byId.get(account.username) ?? this.roster.grantOf(account, generation);
    byId.set(account.username, grant);
    return grant;
  }
}

/** @throws StanzaError `item-not-found` */
function confirmedAccount({ accounts }: Pairings, id: string): StoredAccount {
  const account = accounts.find(({ username, confirmed }) => username === id && confirmed);
  if (!account) throw new StanzaError('item-not-found', { text: 'There is no such remote.' });
  return account;
}
