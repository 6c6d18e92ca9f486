import {
  type ApprovalRequest,
  attribute,
  bareJid,
  decodeConfirmation,
  decodePakeRequest,
  type Element,
  encodeOfferUrl,
  encodePakeResponse,
  type Grant,
  type KnownRemote,
  NS_CAM,
  NS_PAIR,
  type Offer,
  type PairingStatus,
  type PairResult,
  type RemoteEdit,
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
  type SealedServer,
  toBase64Url,
} from '@fjern/seal';
import type { PakeResult } from '@fjern/seal/pairing';
import { type Clock, monotonicClock, wallClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { type Random, systemRandom } from '../random.ts';
import { type RemoteDirectory, senderOf } from '../remotes.ts';
import { Consent } from './consent.ts';
import { openIntroduction, readTag, respond, sealResult } from './exchange.ts';
import { Household } from './household.ts';
import { Management } from './management.ts';
import { cleanName } from './name.ts';
import { Offers } from './offers.ts';
import { type GuestTerms, type Permissions, Roster } from './roster.ts';
import { Runs } from './runs.ts';
import { screenPsk } from './screen-psk.ts';
import { Accounts, type PairingStore, type StoredAccount } from './store.ts';
import { Tries } from './tries.ts';

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
  /** @param renamedFrom what it was to be called, where another TV has that name: screens say why */
  setName(name: string, renamedFrom?: string): void;
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
  private readonly household: Household;
  private readonly offers: Offers;
  private readonly tries: Tries;
  private readonly runs: Runs<PakeResult>;
  private readonly consent: Consent;
  private readonly management: Management;
  private readonly events: Emitter<PairingEvents>;
  private readonly publicKey: string;
  private name: string;
  private renamedFrom: string | undefined;
  private readonly stops: (() => void)[];
  private closed = false;

  constructor(options: PairingOptions, accounts: Accounts) {
    const { session, domain, identity, clock = wallClock, random = systemRandom } = options;
    const onChange = () => this.onChange();
    this.options = options;
    this.name = options.name;
    this.publicKey = toBase64Url(primitives.x25519PublicKey(identity));
    // A listener that throws is the application's defect, not a state of pairing.
    this.events = new Emitter((error) => this.report(error));
    this.household = new Household({
      accounts,
      roster: new Roster(options.permissions, options.guest),
      domain,
      completeSeconds: options.completeSeconds ?? 60,
      clock,
      random,
      endSealed: (key, farewell) => this.sealed.end(key, farewell),
      disconnect: (username) => options.onrevoke?.(username),
      onpaired: (remote) => this.events.emit('paired', remote),
      onrevoked: (remote) => this.events.emit('revoked', remote),
      onchange: onChange,
      onerror: (error) => this.report(error),
    });
    this.directory = this.household.directory;
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
    this.sealed = options.sealed ?? this.createSealed();
    this.management = new Management({
      sealed: this.sealed,
      household: this.household,
      consent: this.consent,
      offers: this.offers,
      identity,
      clock,
      status: () => this.status,
    });
    const refuse = () => {
      throw sealingRequired();
    };
    this.stops = [
      session.handle('set', NS_PAIR, (payload, iq) => this.answer(payload, senderOf(iq))),
      session.handle('get', NS_PAIR, refuse),
      session.handle('get', NS_CAM, refuse),
      session.handle('set', NS_CAM, refuse),
      session.on('presence', (presence) => {
        const type = attribute(presence, 'type');
        if (type === undefined || type === 'unavailable')
          this.setOnline(senderOf(presence), type === undefined);
      }),
    ];
    if (options.open ?? true) this.offers.open();
  }

  get status(): PairingStatus {
    const { shown: offer } = this.offers;
    const { refused } = this.tries;
    return {
      name: this.name,
      ...(this.renamedFrom === undefined ? {} : { renamedFrom: this.renamedFrom }),
      ...(offer ? { offer } : {}),
      ...(refused ? { refused } : {}),
      requests: this.consent.requests,
      remotes: this.household.remotes,
      revoked: this.household.revoked,
    };
  }

  find(username: string): { token: string; disabled?: { text: string } } | undefined {
    return this.household.find(username);
  }

  admit(key: string): Admission {
    return this.household.admit(key);
  }

  addSystemRemote(key: string, name: string, grant: Grant): () => void {
    return this.household.addSystemRemote(key, name, grant);
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

  setName(name: string, renamedFrom?: string): void {
    this.name = name;
    this.renamedFrom = renamedFrom;
    if (this.offers.shown) this.offers.refresh();
    else this.onChange();
  }

  refresh(): void {
    this.offers.refresh();
  }

  async revoke(id: string, by = ''): Promise<void> {
    this.household.endSessions(await this.household.remove(id, by));
  }

  edit(edit: RemoteEdit): Promise<void> {
    return this.household.edit(edit);
  }

  standby(): Promise<void> {
    return this.household.standby();
  }

  setOnline(jid: string, online: boolean): void {
    if (!online) {
      this.runs.giveUp(jid);
      this.consent.withdraw(jid);
    }
    this.household.setOnline(jid, online);
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
    this.household.close();
    this.management.close();
    if (!this.options.sealed) this.sealed.close();
  }

  /** JID of this service, without resource. */
  private get jid(): string {
    return bareJid(this.options.session.jid);
  }

  private createSealed(): SealedServer {
    const { session, identity, screenSecret } = this.options;
    return createSealedServer({
      session,
      key: keyPair(primitives, identity),
      admit: (key) => this.admit(key),
      ...(screenSecret === undefined ? {} : { psk: screenPsk(screenSecret) }),
      now: () => monotonicClock.now(),
      onerror: (error) => this.report(error),
    });
  }

  /** All that is said in the clear, as there is no key to say it under yet. */
  private answer(payload: Element, from: string): Element | Promise<Element> {
    if (payload.getName() === 'pake') return this.begin(payload, from);
    if (payload.getName() === 'confirm') return this.finish(payload, from);
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
    return this.options.approval === 'always' && !this.household.isEmpty;
  }

  private async finish(payload: Element, from: string): Promise<Element> {
    const { sid, tag, sealed } = decodeConfirmation('confirm', payload);
    const { exchange, offer, hold } = this.runs.confirm(from, sid, readTag(tag));
    try {
      const { key, name, kind } = openIntroduction(exchange, sealed);
      if (key === this.publicKey || this.household.systemRemotes.has(key))
        throw new StanzaError('bad-request', { text: 'This key is the TV’s own.' });
      const remote = { name: cleanName(name, kind), kind, role: offer.role };
      const role = this.asksViewer ? await this.consent.ask(from, remote) : offer.role;
      // On somebody else's server we have no accounts to give: the remote keeps its own.
      const jid = this.jid === this.options.domain ? {} : { jid: bareJid(from) };
      const account = await this.household.pair({ ...remote, ...jid, key, role });
      this.tries.forget();
      hold.use();
      return sealResult(exchange, sid, this.toResult(account));
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  private toResult(account: StoredAccount): PairResult {
    const { token, role, expires } = account;
    return {
      jid: this.household.jidOf(account),
      token,
      tv: this.options.tvJid,
      pairing: this.jid,
      key: this.publicKey,
      name: this.name,
      role,
      ...(expires === undefined ? {} : { expires }),
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
    this.management.tellScreens();
  }

  private report(error: unknown): void {
    this.events.emit('error', error);
  }
}
