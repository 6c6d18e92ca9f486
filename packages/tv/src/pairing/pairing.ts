import {
  type ApprovalRequest,
  attribute,
  decodeConfirmation,
  decodePakeRequest,
  type Element,
  encodeOfferUrl,
  encodePakeResponse,
  encodeRevocation,
  type Grant,
  type KnownRemote,
  NS_CAM,
  NS_PAIR,
  type Offer,
  type PairingStatus,
  type PairResult,
  type RemoteEdit,
  type Revocation,
  type Role,
  type Session,
  type ShownOffer,
  StanzaError,
  sealingRequired,
} from '@fjern/protocol';
import {
  type Admission,
  createSealedServer,
  keyPair,
  primitives,
  type SealedPeer,
  type SealedServer,
  toBase64Url,
} from '@fjern/seal';
import type { PakeResult } from '@fjern/seal/pairing';
import { type Clock, monotonicClock, wallClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { type Random, randomToken, systemRandom } from '../random.ts';
import { admission, bareJid, type PairedKey, type RemoteDirectory, senderOf } from '../remotes.ts';
import { Consent } from './consent.ts';
import { openIntroduction, readTag, respond, sealResult } from './exchange.ts';
import { answerSealed, type Household, tellScreens } from './management.ts';
import { cleanName } from './name.ts';
import { Offers } from './offers.ts';
import {
  farewellText,
  type GuestTerms,
  type Permissions,
  Roster,
  replace,
  toRevocation,
  toRevokedKeys,
  withoutAccounts,
} from './roster.ts';
import { Runs } from './runs.ts';
import { screenPsk } from './screen-psk.ts';
import {
  Accounts,
  type PairingStore,
  type Pairings,
  type StoredAccount,
  type StoredRevocation,
} from './store.ts';
import { Tries } from './tries.ts';

/** Milliseconds. Wall clocks are set, so an instant on one is not waited for in one go. */
const longestWait = 600_000;
/** Milliseconds between two times that are stored of one remote. */
const lastSeenEvery = 60_000;

export interface PairingOptions {
  /** The domain's own session (the hub's `service`), or the agent's on somebody else's server; its owner closes it. */
  session: Session;
  domain: string;
  /** Bare JID of the TV's account. */
  tvJid: string;
  /** The TV's name. */
  name: string;
  /** The TV's private key, 32 bytes. */
  identity: Uint8Array;
  /** SHA-256 of its public key, base64url. */
  fingerprint: string;
  /** Where remotes find the hub now: `http://192.168.1.20:7120`. Call `refresh` when it changes. */
  origin(): string;
  store: PairingStore;
  /** Of an agent on the same session; its `admit` is this service's. Without it, one is made. */
  sealed?: SealedServer;
  /** The token that the TV's page logs in with; without it, no page manages remotes. Secret. */
  screenSecret?: string;
  /** Whether the viewer is asked about each remote but the first; default `never`. */
  approval?: 'never' | 'always';
  /** What roles may, where it is not as in `defaultPermissions`. */
  permissions?: Partial<Record<Role, Permissions>>;
  guest?: GuestTerms;
  /** Whether a code is shown from the start; default true. */
  open?: boolean;
  /** Seconds that a code is good for; default 300. */
  offerSeconds?: number;
  /** Seconds that a new remote has to log in and complete its pairing; default 60. */
  completeSeconds?: number;
  /** Called when an account is gone: disconnect whoever uses it. */
  onrevoke?(username: string): void;
  /** Of the wall. */
  clock?: Clock;
  random?: Random;
}

export interface PairingEvents {
  /** The shown code has changed; undefined when none is shown any more. */
  offer: (offer: ShownOffer | undefined) => void;
  /** A remote has paired and shown that it can log in. */
  paired: (remote: KnownRemote) => void;
  /** A pairing has ended, whoever ended it. */
  revoked: (remote: KnownRemote) => void;
  /** A remote waits for the viewer to let it in. */
  request: (request: ApprovalRequest) => void;
  /** Anything of the status has changed. */
  change: (status: PairingStatus) => void;
  /** Something failed that nobody waits for; pairing goes on. */
  error: (error: unknown) => void;
}

/** The pairing service at the TV's domain: codes, and the accounts of those who came with one. */
export interface Pairing {
  readonly status: PairingStatus;
  /** For the hub's login; `disabled` for whoever was paired once, with what it is told. */
  find(username: string): { token: string; disabled?: { text: string } } | undefined;
  /** For the agent, where it runs in the same process. */
  readonly directory: RemoteDirectory;
  /** Answers what is sealed; for the agent, where it shares the session. */
  readonly sealed: SealedServer;
  /** What a sealed server of this session asks of a key: new remotes come in to complete their pairing. */
  admit(key: string): Admission;
  /**
   * Lets somebody in who belongs to the TV itself and is in no list. Returns the function that ends it.
   * @param key public key, base64url
   */
  addSystemRemote(key: string, name: string, grant: Grant): () => void;
  /** The viewer's decision. @throws StanzaError `item-not-found`: the remote is not waiting any more */
  approve(id: string, allow: boolean, role?: Role): void;
  /** Shows another code, for this role. */
  offer(role: Role): void;
  /** Shows codes, or stops to. */
  setOpen(open: boolean): void;
  setName(name: string): void;
  /** The address has changed: the code on the screen is drawn again. */
  refresh(): void;
  /**
   * @param by name of the remote that does it; empty: it is done at the TV
   * @throws StanzaError `item-not-found`, or `resource-constraint` when it could not be stored
   */
  revoke(id: string, by?: string): Promise<void>;
  /** @throws StanzaError `item-not-found`, `conflict` (no owner would be left), `resource-constraint` */
  edit(edit: { id: string; name?: string; role?: Role }): Promise<void>;
  /** The TV goes to standby: guests who were let in until then are not paired any more. */
  standby(): Promise<void>;
  /** Tells that a full JID of anybody came or went; the hub's logins know it best. */
  setOnline(jid: string, online: boolean): void;
  on<E extends keyof PairingEvents>(event: E, listener: PairingEvents[E]): () => void;
  /** Stops answering; nothing stored is lost. May be repeated. */
  close(): void;
}

/** @throws PairingStoreError when what is stored cannot be read */
export async function createPairing(options: PairingOptions): Promise<Pairing> {
  const accounts = await Accounts.load(options.store, options.clock ?? wallClock);
  return new PairingService(options, accounts);
}

class PairingService implements Pairing {
  readonly sealed: SealedServer;
  readonly directory: RemoteDirectory;
  private readonly options: PairingOptions;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly accounts: Accounts;
  private readonly roster: Roster;
  private readonly offers: Offers;
  private readonly tries: Tries;
  private readonly runs: Runs<PakeResult>;
  private readonly consent: Consent;
  private readonly events: Emitter<PairingEvents>;
  private readonly publicKey: string;
  private readonly household: Household;
  private readonly systemRemotes = new Map<string, PairedKey>();
  private grants: { generation: number; byKey: Map<string, Grant> } | undefined;
  private name: string;
  /** Full JIDs by username. */
  private readonly online = new Map<string, Set<string>>();
  /** When they were last there, by username: newer than what is stored. */
  private readonly lastSeen = new Map<string, number>();
  /** Deadlines of those who have not completed their pairing yet, by username. */
  private readonly deadlines = new Map<string, unknown>();
  /** Of the guest whose time is over first. */
  private expiryTimer: unknown;
  private readonly stops: (() => void)[];
  private closed = false;

  constructor(options: PairingOptions, accounts: Accounts) {
    const { session, identity, screenSecret } = options;
    const clock = options.clock ?? wallClock;
    const random = options.random ?? systemRandom;
    const onChange = () => this.onChange();
    this.options = options;
    this.accounts = accounts;
    this.clock = clock;
    this.random = random;
    this.name = options.name;
    this.roster = new Roster(options.permissions, options.guest);
    this.publicKey = toBase64Url(primitives.x25519PublicKey(identity));
    // A listener that throws is the application's defect, not a state of pairing.
    this.events = new Emitter((error) => this.report(error));
    this.directory = {
      find: (key) => this.findKey(key),
      jids: () => this.confirmed.map(({ username }) => `${username}@${options.domain}`),
    };
    this.tries = new Tries({ clock, onChange });
    this.offers = new Offers({
      clock,
      random,
      lifetime: options.offerSeconds ?? 300,
      toUrl: (offer) => this.toUrl(offer),
      onChange: (offer) => {
        this.events.emit('offer', offer);
        this.onChange();
      },
    });
    this.runs = new Runs({
      clock,
      offers: this.offers,
      tries: this.tries,
      exchange: (from, password, request) => respond(from, this.jid, password, request),
    });
    this.consent = new Consent({
      clock,
      random,
      onRequest: (request) => this.events.emit('request', request),
      onChange,
    });
    const own = options.sealed
      ? undefined
      : createSealedServer({
          session,
          key: keyPair(primitives, identity),
          admit: (key) => this.admit(key),
          ...(screenSecret === undefined ? {} : { psk: screenPsk(screenSecret) }),
          now: () => monotonicClock.now(),
          onerror: (error) => this.report(error),
        });
    const sealed = options.sealed ?? own;
    if (!sealed) throw new TypeError('There is no sealed server.');
    this.sealed = sealed;
    this.household = {
      accounts,
      screens: new Set(),
      identity,
      systemRemotes: this.systemRemotes,
      status: () => this.status,
      toRemote: (account) => this.toRemote(account),
      mayManage: (account) => this.grantOf(account).manage,
      complete: (peer) => this.complete(peer),
      remove: (username, by, check) => this.remove(username, by, check),
      endSessions: (gone) => this.endSessions(gone),
      edit: (edit, check) => this.change(edit, check),
      approve: (approval) => this.consent.decide(approval),
      offer: (role) => this.offers.replace(role),
      later: (action) => {
        clock.setTimeout(action, 0);
      },
    };
    this.stops = [
      session.handle('set', NS_PAIR, (payload, iq) => this.answerSet(payload, iq)),
      ...(['get', 'set'] as const).map((type) =>
        session.handle(type, NS_CAM, () => {
          throw sealingRequired();
        }),
      ),
      session.handle('get', NS_PAIR, () => {
        throw sealingRequired();
      }),
      session.on('presence', (presence) => {
        const type = attribute(presence, 'type');
        if (type === undefined || type === 'unavailable')
          this.setOnline(senderOf(presence), type === undefined);
      }),
      answerSealed(sealed, this.household),
      () => own?.close(),
    ];
    // They may have been cut off by our restart: they get their time again.
    for (const { username, confirmed } of accounts.list)
      if (!confirmed) this.startDeadline(username);
    this.awaitExpiry();
    if (options.open ?? true) this.offers.open();
  }

  get status(): PairingStatus {
    const { shown: offer } = this.offers;
    const { refused } = this.tries;
    return {
      name: this.name,
      ...(offer ? { offer } : {}),
      ...(refused ? { refused } : {}),
      requests: this.consent.requests,
      remotes: this.confirmed.map((account) => this.toRemote(account)),
      revoked: toRevokedKeys(this.accounts.revocations),
    };
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
    return admission(this.directory, key, this.clock.now());
  }

  addSystemRemote(key: string, name: string, grant: Grant): () => void {
    const remote = { name, grant };
    this.systemRemotes.set(key, remote);
    this.onChange();
    return () => {
      if (this.systemRemotes.get(key) !== remote) return;
      this.systemRemotes.delete(key);
      this.sealed.end(key);
      this.onChange();
    };
  }

  approve(id: string, allow: boolean, role?: Role): void {
    this.consent.decide({ id, allow, ...(role === undefined ? {} : { role }) });
  }

  offer(role: Role): void {
    this.offers.replace(role);
  }

  setOpen(open: boolean): void {
    if (open) {
      this.offers.open();
      return;
    }
    if (this.offers.shown) this.offers.close();
    this.consent.close();
  }

  setName(name: string): void {
    this.name = name;
    if (this.offers.shown) this.offers.refresh();
    else this.onChange();
  }

  refresh(): void {
    this.offers.refresh();
  }

  async revoke(id: string, by = ''): Promise<void> {
    this.endSessions(await this.remove(id, by));
  }

  edit(edit: RemoteEdit): Promise<void> {
    return this.change(edit);
  }

  async standby(): Promise<void> {
    await this.expire(({ untilStandby }) => untilStandby === true);
  }

  setOnline(jid: string, online: boolean): void {
    if (!online) {
      this.runs.giveUp(jid);
      this.consent.withdraw(jid);
    }
    const username = this.accountOf(bareJid(jid))?.username;
    if (username === undefined) return;
    const sessions = this.online.get(username) ?? new Set<string>();
    const before = sessions.size > 0;
    if (online) sessions.add(jid);
    else sessions.delete(jid);
    this.online.set(username, sessions);
    if (before === sessions.size > 0) return;
    if (before) this.storeLastSeen(username);
    this.onChange();
  }

  on<E extends keyof PairingEvents>(event: E, listener: PairingEvents[E]): () => void {
    return this.events.on(event, listener);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.events.clear();
    for (const stop of this.stops) stop();
    this.consent.close();
    this.runs.stop();
    this.tries.stop();
    this.offers.stop();
    this.clock.clearTimeout(this.expiryTimer);
    for (const timer of this.deadlines.values()) this.clock.clearTimeout(timer);
    this.deadlines.clear();
  }

  /** JID of this service, without resource. */
  private get jid(): string {
    return bareJid(this.options.session.jid);
  }

  private get confirmed(): StoredAccount[] {
    return this.accounts.list.filter(({ confirmed }) => confirmed);
  }

  private answerSet(payload: Element, iq: Element): Element | Promise<Element> {
    const name = payload.getName();
    if (name === 'pake') return this.begin(payload, senderOf(iq));
    if (name === 'confirm') return this.finish(payload, senderOf(iq));
    throw sealingRequired();
  }

  private begin(payload: Element, from: string): Element {
    const request = decodePakeRequest(payload);
    const share = this.runs.begin(from, request);
    return encodePakeResponse({
      sid: request.sid,
      share: primitives.toBase64(share),
      approval: this.asksViewer,
    });
  }

  private get asksViewer(): boolean {
    return this.options.approval === 'always' && this.accounts.list.length > 0;
  }

  private async finish(payload: Element, from: string): Promise<Element> {
    const { sid, tag, sealed } = decodeConfirmation('confirm', payload);
    const { exchange, offer, hold } = this.runs.confirm(from, sid, readTag(tag));
    try {
      const { key, name, kind } = openIntroduction(exchange, sealed);
      if (key === this.publicKey || this.systemRemotes.has(key))
        throw new StanzaError('bad-request', { text: 'This key is the TV’s own.' });
      const remote = { name: cleanName(name, kind), kind, role: offer.role };
      const role = this.asksViewer ? await this.consent.ask(from, remote) : offer.role;
      const account = await this.admitRemote({ ...remote, key, role });
      hold.use();
      this.tries.forget();
      return sealResult(exchange, sid, this.toResult(account));
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  private async admitRemote(
    remote: Pick<StoredAccount, 'key' | 'name' | 'kind' | 'role'>,
  ): Promise<StoredAccount> {
    const { random, clock, roster } = this;
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
        return next;
      });
    } catch (error) {
      this.report(error);
      throw error;
    }
    if (!admitted) throw new StanzaError('internal-server-error');
    if (before) this.onReplaced(before);
    if (this.closed) throw new StanzaError('service-unavailable');
    this.startDeadline(username);
    this.awaitExpiry();
    this.onChange();
    return admitted;
  }

  /** The same remote has another account now; it may have paired through the one that it had. */
  private onReplaced({ username }: StoredAccount): void {
    this.forget(username);
    this.clock.setTimeout(() => this.options.onrevoke?.(username), 0);
  }

  private toResult({ username, token, role, expires }: StoredAccount): PairResult {
    const { domain, tvJid: tv } = this.options;
    return {
      jid: `${username}@${domain}`,
      token,
      tv,
      pairing: this.jid,
      key: this.publicKey,
      name: this.name,
      role,
      ...(expires === undefined ? {} : { expires }),
    };
  }

  /** May be said more than once. @throws StanzaError `forbidden` */
  private async complete(peer: SealedPeer): Promise<void> {
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
    this.events.emit('paired', this.toRemote(completed));
    // Whoever watches knows the remote before the remote knows that it is known.
    this.onChange();
  }

  /** @param check throws unless this account may be changed now */
  private async change(
    { id, name, role }: RemoteEdit,
    check: (account: StoredAccount) => void = () => {},
  ): Promise<void> {
    let changed = false;
    await this.accounts.change((pairings) => {
      const account = confirmedAccount(pairings, id);
      check(account);
      const { kind } = account;
      const renamed = name === undefined ? account : { ...account, name: cleanName(name, kind) };
      let accounts = pairings.accounts;
      if (renamed.name !== account.name) accounts = replace(accounts, account, renamed);
      const current = accounts.find(({ username }) => username === id) ?? account;
      if (role !== undefined)
        accounts = this.roster.changeRole(accounts, current, role, this.clock.now());
      changed = accounts !== pairings.accounts;
      return { accounts };
    });
    if (!changed) return;
    this.awaitExpiry();
    this.onChange();
  }

  /**
   * Takes an account away; whoever uses it is told and cut off by `endSessions`, after what has to be said before.
   * @param check throws unless this account may be removed now
   */
  private async remove(
    username: string,
    by: string,
    check: (account: StoredAccount) => void = () => {},
  ): Promise<StoredAccount[]> {
    return this.removeAll(
      (pairings) => {
        const account = confirmedAccount(pairings, username);
        check(account);
        return [account];
      },
      { by, reason: 'removed' },
    );
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
    const at = this.clock.now();
    await this.accounts.change((pairings) => {
      gone = choose(pairings);
      return gone.length === 0 ? pairings : withoutAccounts(pairings, gone, { at, ...why });
    });
    if (gone.length === 0) return gone;
    const remotes = gone.filter(({ confirmed }) => confirmed).map((one) => this.toRemote(one));
    for (const { username } of gone) this.forget(username);
    for (const remote of remotes) this.events.emit('revoked', remote);
    this.awaitExpiry();
    this.onChange();
    return gone;
  }

  private endSessions(gone: readonly StoredAccount[]): void {
    for (const { username, key } of gone) {
      const found = this.directory.find(key);
      if (!this.accounts.findByKey(key))
        this.sealed.end(
          key,
          found && 'revoked' in found ? encodeRevocation(found.revoked) : undefined,
        );
      this.options.onrevoke?.(username);
    }
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
    const timer = this.clock.setTimeout(
      () => {
        onDeadline().catch((error: unknown) => this.report(error));
      },
      (this.options.completeSeconds ?? 60) * 1000,
    );
    this.deadlines.set(username, timer);
  }

  private stopDeadline(username: string): void {
    this.clock.clearTimeout(this.deadlines.get(username));
    this.deadlines.delete(username);
  }

  private awaitExpiry(): void {
    this.clock.clearTimeout(this.expiryTimer);
    this.expiryTimer = undefined;
    const next = Math.min(...this.accounts.list.map(({ expires = Infinity }) => expires));
    if (next === Infinity || this.closed) return;
    const wait = Math.min(next - this.clock.now(), longestWait);
    this.expiryTimer = this.clock.setTimeout(() => {
      const now = this.clock.now();
      this.expire(({ expires = Infinity }) => expires <= now)
        .catch((error: unknown) => this.report(error))
        .finally(() => this.awaitExpiry());
    }, wait);
  }

  private storeLastSeen(username: string): void {
    const now = this.clock.now();
    this.lastSeen.set(username, now);
    const isDue = ({ lastSeen = 0 }: StoredAccount) => now - lastSeen >= lastSeenEvery;
    this.accounts
      .change((pairings) => {
        const account = pairings.accounts.find((candidate) => candidate.username === username);
        if (!account || !isDue(account)) return pairings;
        return { accounts: replace(pairings.accounts, account, { ...account, lastSeen: now }) };
      })
      .catch((error: unknown) => this.report(error));
  }

  private accountOf(bare: string): StoredAccount | undefined {
    const at = bare.indexOf('@');
    if (at < 0 || bare.slice(at + 1) !== this.options.domain) return undefined;
    return this.accounts.find(bare.slice(0, at));
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
    if (this.grants?.generation !== generation) this.grants = { generation, byKey: new Map() };
    const { byKey } = this.grants;
    const grant = byKey.get(account.username) ?? this.roster.grantOf(account, generation);
    byKey.set(account.username, grant);
    return grant;
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

  private toUrl({ secret, id, expires }: Pick<Offer, 'secret' | 'id' | 'expires'>): string {
    const { origin, tvJid: tv, fingerprint } = this.options;
    return encodeOfferUrl({
      origin: origin(),
      tv,
      fingerprint,
      secret,
      id,
      expires,
      name: this.name,
    });
  }

  private onChange(): void {
    if (this.closed) return;
    this.events.emit('change', this.status);
    tellScreens(this.sealed, this.household);
  }

  private report(error: unknown): void {
    this.events.emit('error', error);
  }
}

/** @throws StanzaError `item-not-found` */
function confirmedAccount({ accounts }: Pairings, id: string): StoredAccount {
  const account = accounts.find(({ username, confirmed }) => username === id && confirmed);
  if (!account) throw new StanzaError('item-not-found', { text: 'There is no such remote.' });
  return account;
}
