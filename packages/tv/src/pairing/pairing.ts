import {
  attribute,
  decodePairRequest,
  type Element,
  encodeOfferUrl,
  encodePairingStatus,
  encodePairResult,
  NS_HINTS,
  NS_PAIR,
  type PairedRemote,
  type PairingStatus,
  type RemoteKind,
  type Session,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { type Clock, wallClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { type Random, randomToken, systemRandom } from '../random.ts';
import { type Authorize, bareJid, senderOf } from '../remotes.ts';
import { cleanName } from './name.ts';
import { Offers, type ShownOffer } from './offers.ts';
import { Accounts, type PairingStore, type StoredAccount } from './store.ts';

/** Remotes that a TV is paired with at most: a bound for whoever sits in front of it with a script. */
const mostRemotes = 100;
/** Sessions of the TV's account that are told of changes; the one that asked first gives way. */
const mostWatchers = 4;

export interface PairingOptions {
  /** The domain's own session (the hub's `service`); stays its owner's to close. */
  session: Session;
  domain: string;
  /** Bare JID of the TV's account. */
  tvJid: string;
  /** The TV's name. */
  name: string;
  /** SHA-256 of the TV's identity key, base64url. */
  fingerprint: string;
  /** Where remotes find the hub now: `http://192.168.1.20:7120`. Call `refresh` when it changes. */
  origin(): string;
  store: PairingStore;
  /** Whether a code is shown from the start; default true. */
  open?: boolean;
  /** Seconds that a code is good for; default 300. */
  offerSeconds?: number;
  /** Seconds that a new remote has to log in and confirm; default 60. */
  confirmSeconds?: number;
  /** Domain of those who may pair; default `anonymous.<domain>`. */
  anonymousDomain?: string;
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
  paired: (remote: PairedRemote) => void;
  /** A pairing has ended, whoever ended it. */
  revoked: (remote: PairedRemote) => void;
  /** Anything of the status has changed. */
  change: (status: PairingStatus) => void;
  /** Something failed that nobody waits for; pairing goes on. */
  error: (error: unknown) => void;
}

/** The pairing service at the TV's domain: codes, and the accounts of those who came with one. */
export interface Pairing {
  readonly status: PairingStatus;
  /** For the hub's login. */
  find(username: string): { token: string } | undefined;
  /** For the agent, where it runs in the same process. */
  readonly authorize: Authorize;
  /** Bare JIDs of the paired remotes. */
  remotes(): string[];
  /** Shows codes, or stops to. */
  setOpen(open: boolean): void;
  setName(name: string): void;
  /** The address has changed: the code on the screen is drawn again. */
  refresh(): void;
  /** @throws StanzaError `item-not-found`, or `resource-constraint` when it could not be stored */
  unpair(username: string): Promise<void>;
  /** Tells that a full JID of a remote came or went; the hub's logins know it best. */
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
  private readonly options: PairingOptions;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly accounts: Accounts;
  private readonly offers: Offers;
  private readonly events: Emitter<PairingEvents>;
  private name: string;
  /** Full JIDs by username. */
  private readonly online = new Map<string, Set<string>>();
  /** Deadlines of those who have not confirmed yet, by username. */
  private readonly deadlines = new Map<string, unknown>();
  private readonly watchers = new Set<string>();
  private readonly stops: (() => void)[];

  constructor(options: PairingOptions, accounts: Accounts) {
    const { session } = options;
    this.options = options;
    this.accounts = accounts;
    this.clock = options.clock ?? wallClock;
    this.random = options.random ?? systemRandom;
    this.name = options.name;
    // A listener that throws is the application's defect, not a state of pairing.
    this.events = new Emitter((error) => this.report(error));
    this.offers = new Offers({
      clock: this.clock,
      random: this.random,
      lifetime: options.offerSeconds ?? 300,
      toUrl: (secret, expires) => this.toUrl(secret, expires),
      onChange: (offer) => {
        this.events.emit('offer', offer);
        this.onChange();
      },
      onRefused: () => this.onChange(),
    });
    this.stops = [
      session.handle('set', NS_PAIR, (payload, iq) => this.answerSet(payload, iq)),
      session.handle('get', NS_PAIR, (payload, iq) => this.answerGet(payload, iq)),
      session.on('presence', (presence) => {
        const type = attribute(presence, 'type');
        if (type === undefined || type === 'unavailable')
          this.setOnline(senderOf(presence), type === undefined);
      }),
    ];
    // They may have been cut off by our restart: they get their time again.
    for (const { username, confirmed } of accounts.list)
      if (!confirmed) this.startDeadline(username);
    if (options.open ?? true) this.offers.open();
  }

  get status(): PairingStatus {
    const { shown: offer, refused } = this.offers;
    const remotes = this.accounts.list.filter(({ confirmed }) => confirmed);
    return {
      name: this.name,
      ...(offer ? { offer } : {}),
      ...(refused ? { refused } : {}),
      remotes: remotes.map((account) => this.toRemote(account)),
    };
  }

  find(username: string): { token: string } | undefined {
    return this.accounts.find(username);
  }

  readonly authorize: Authorize = (jid) => {
    const account = this.accountOf(jid);
    return account?.confirmed ? { name: account.name } : undefined;
  };

  remotes(): string[] {
    const paired = this.accounts.list.filter(({ confirmed }) => confirmed);
    return paired.map(({ username }) => `${username}@${this.options.domain}`);
  }

  setOpen(open: boolean): void {
    if (open) this.offers.open();
    else if (this.offers.shown) this.offers.close();
  }

  setName(name: string): void {
    this.name = name;
    if (this.offers.shown) this.offers.refresh();
    else this.onChange();
  }

  refresh(): void {
    this.offers.refresh();
  }

  async unpair(username: string): Promise<void> {
    const removed = await this.remove(username);
    if (!removed) throw new StanzaError('item-not-found', { text: 'There is no such remote.' });
    this.options.onrevoke?.(username);
  }

  setOnline(jid: string, online: boolean): void {
    const username = this.accountOf(bareJid(jid))?.username;
    if (username === undefined) return;
    const sessions = this.online.get(username) ?? new Set<string>();
    const before = sessions.size > 0;
    if (online) sessions.add(jid);
    else sessions.delete(jid);
    this.online.set(username, sessions);
    if (before !== sessions.size > 0) this.onChange();
  }

  on<E extends keyof PairingEvents>(event: E, listener: PairingEvents[E]): () => void {
    return this.events.on(event, listener);
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.offers.stop();
    for (const timer of this.deadlines.values()) this.clock.clearTimeout(timer);
    this.deadlines.clear();
    this.events.clear();
  }

  private answerSet(payload: Element, iq: Element): Promise<Element | undefined> {
    const name = payload.getName();
    if (name === 'pair') return this.pair(payload, iq);
    if (name === 'confirm') return this.confirm(iq);
    if (name === 'unpair') return this.answerUnpair(payload, iq);
    throw new StanzaError('feature-not-implemented');
  }

  private answerGet(payload: Element, iq: Element): Element {
    const from = senderOf(iq);
    if (bareJid(from) !== this.options.tvJid) throw new StanzaError('forbidden');
    if (payload.getName() !== 'pairing') throw new StanzaError('feature-not-implemented');
    this.watchers.delete(from);
    for (const oldest of [...this.watchers].slice(0, this.watchers.size - mostWatchers + 1))
      this.watchers.delete(oldest);
    this.watchers.add(from);
    return encodePairingStatus(this.status);
  }

  private async pair(payload: Element, iq: Element): Promise<Element> {
    const { domain, tvJid, anonymousDomain = `anonymous.${domain}` } = this.options;
    if (!bareJid(senderOf(iq)).endsWith(`@${anonymousDomain}`))
      throw new StanzaError('not-allowed', { text: 'You are paired already.' });
    const { secret, name, kind } = decodePairRequest(payload);
    const taken = this.offers.take(secret);
    const account = this.newAccount(name, kind);
    try {
      await this.accounts.change((accounts) => {
        if (accounts.length < mostRemotes) return [...accounts, account];
        const text = 'The TV is paired with too many remotes: remove some first.';
        throw new StanzaError('resource-constraint', { text });
      });
    } catch (error) {
      taken.release();
      this.report(error);
      throw error;
    }
    taken.use();
    this.startDeadline(account.username);
    const { username, token } = account;
    return encodePairResult({ jid: `${username}@${domain}`, token, tv: tvJid, name: this.name });
  }

  private newAccount(name: string, kind: RemoteKind): StoredAccount {
    // Lower case, as local parts are compared without regard to it.
    const username = [...this.random(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return {
      username,
      token: randomToken(this.random, 32),
      name: cleanName(name, kind),
      kind,
      pairedAt: this.clock.now(),
      confirmed: false,
    };
  }

  private async confirm(iq: Element): Promise<undefined> {
    const { username } = this.requireAccount(iq);
    let confirmed: StoredAccount | undefined;
    await this.accounts.change((accounts) => {
      const account = accounts.find((candidate) => candidate.username === username);
      if (!account) throw new StanzaError('forbidden', { text: 'It is too late: pair again.' });
      if (account.confirmed) return accounts;
      const now = { ...account, confirmed: true };
      confirmed = now;
      return accounts.map((candidate) => (candidate === account ? now : candidate));
    });
    if (!confirmed) return;
    this.stopDeadline(username);
    this.setOnline(senderOf(iq), true);
    this.events.emit('paired', this.toRemote(confirmed));
    // Whoever watches knows the remote before the remote knows that it is known.
    this.onChange();
  }

  private async answerUnpair(payload: Element, iq: Element): Promise<undefined> {
    const asked = attribute(payload, 'remote');
    if (bareJid(senderOf(iq)) === this.options.tvJid) {
      if (!asked) throw new StanzaError('bad-request', { text: 'Say which remote.' });
      const [username = ''] = asked.split('@');
      return void (await this.unpair(username));
    }
    const { username } = this.requireAccount(iq);
    if (asked !== undefined && asked !== username) throw new StanzaError('forbidden');
    await this.remove(username);
    // Only after the answer has left.
    this.clock.setTimeout(() => this.options.onrevoke?.(username), 0);
  }

  /** Resolves with false when there is none. */
  private async remove(
    username: string,
    whether: (account: StoredAccount) => boolean = () => true,
  ): Promise<boolean> {
    let removed: StoredAccount | undefined;
    await this.accounts.change((accounts) => {
      removed = accounts.find((account) => account.username === username && whether(account));
      return removed ? accounts.filter((account) => account !== removed) : accounts;
    });
    if (!removed) return false;
    this.stopDeadline(username);
    const remote = this.toRemote(removed);
    this.online.delete(username);
    if (removed.confirmed) this.events.emit('revoked', remote);
    this.onChange();
    return true;
  }

  private startDeadline(username: string): void {
    const onDeadline = async () => {
      this.deadlines.delete(username);
      if (await this.remove(username, ({ confirmed }) => !confirmed))
        this.options.onrevoke?.(username);
    };
    const timer = this.clock.setTimeout(
      () => {
        onDeadline().catch((error: unknown) => this.report(error));
      },
      (this.options.confirmSeconds ?? 60) * 1000,
    );
    this.deadlines.set(username, timer);
  }

  private stopDeadline(username: string): void {
    this.clock.clearTimeout(this.deadlines.get(username));
    this.deadlines.delete(username);
  }

  private accountOf(bare: string): StoredAccount | undefined {
    const at = bare.indexOf('@');
    if (at < 0 || bare.slice(at + 1) !== this.options.domain) return undefined;
    return this.accounts.find(bare.slice(0, at));
  }

  private requireAccount(iq: Element): StoredAccount {
    const account = this.accountOf(bareJid(senderOf(iq)));
    if (!account) throw new StanzaError('forbidden', { text: 'You are not paired.' });
    return account;
  }

  private toRemote({ username, name, kind, pairedAt }: StoredAccount): PairedRemote {
    const online = (this.online.get(username)?.size ?? 0) > 0;
    return { id: username, name, kind, pairedAt, online };
  }

  private toUrl(secret: string, expires: number): string {
    const { origin, tvJid, fingerprint } = this.options;
    return encodeOfferUrl({
      origin: origin(),
      tv: tvJid,
      fingerprint,
      secret,
      expires,
      name: this.name,
    });
  }

  private onChange(): void {
    const { status } = this;
    this.events.emit('change', status);
    for (const to of this.watchers) {
      const hint = xml('no-store', { xmlns: NS_HINTS });
      const message = xml('message', { type: 'headline', to }, encodePairingStatus(status), hint);
      try {
        this.options.session.send(message);
      } catch (error) {
        if (!(error instanceof SessionError)) this.report(error);
      }
    }
  }

  private report(error: unknown): void {
    this.events.emit('error', error);
  }
}
