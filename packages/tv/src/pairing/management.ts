import {
  commandError,
  decodeApproval,
  decodeEdit,
  decodeOfferRequest,
  decodeRevoke,
  type Element,
  encodeIdentity,
  encodeKnownRemote,
  encodeList,
  encodePairingStatus,
  type KnownRemote,
  NS_CAM,
  NS_PAIR,
  type PairingStatus,
  type RemoteEdit,
  type Role,
  roles,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { type SealedPeer, type SealedServer, toBase64Url } from '@fjern/seal';
import type { Clock } from '../clock.ts';
import { notPaired } from '../remotes.ts';
import type { Consent } from './consent.ts';
import type { Household } from './household.ts';
import type { Offers } from './offers.ts';

export interface ManagementOptions {
  sealed: SealedServer;
  household: Household;
  consent: Consent;
  offers: Offers;
  /** The TV's private key. */
  identity: Uint8Array;
  clock: Clock;
  status(): PairingStatus;
}

/** Answers what remotes and the TV's page ask, sealed. */
export class Management {
  private readonly options: ManagementOptions;
  /** Sessions of the TV's page that follow the status. */
  private readonly screens = new Set<SealedPeer>();
  private readonly stops: (() => void)[];

  constructor(options: ManagementOptions) {
    const { sealed } = options;
    this.options = options;
    this.stops = [
      sealed.handle('get', NS_CAM, (payload, peer) => this.list(payload, peer)),
      sealed.handle('set', NS_CAM, (payload, peer) => this.revoke(payload, peer)),
      sealed.handle('get', NS_PAIR, (payload, peer) => this.answerGet(payload, peer)),
      sealed.handle(
        'set',
        NS_PAIR,
        (payload, peer, early) => this.answerSet(payload, peer, early),
        { early: true },
      ),
      sealed.on('close', (peer) => this.screens.delete(peer)),
    ];
  }

  tellScreens(): void {
    if (this.screens.size === 0) return;
    const status = this.encodeStatus();
    for (const screen of this.screens) this.options.sealed.send(screen, status);
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.screens.clear();
  }

  /** The TV's own remotes, which no list shows, stand apart for the agent alone. */
  private encodeStatus(): Element {
    const { status, household } = this.options;
    const element = encodePairingStatus(status());
    for (const [key, remote] of household.systemRemotes) {
      const known = {
        ...remote,
        key,
        id: 'system',
        kind: 'other',
        pairedAt: 0,
        online: true,
      } as const;
      element.cnode(xml('system', { xmlns: NS_PAIR }, encodeKnownRemote(known)));
    }
    return element;
  }

  /** Of everybody for those who manage, of itself for any other remote. */
  private list(payload: Element, peer: SealedPeer): Element {
    if (payload.getName() !== 'list') throw new StanzaError('feature-not-implemented');
    const self = this.selfOf(peer);
    const own = self && { ...self, own: true };
    if (own && !own.grant.manage) return encodeList([own]);
    const { remotes } = this.options.household;
    return encodeList(remotes.map((remote) => (own && remote.id === own.id ? own : remote)));
  }

  private async revoke(payload: Element, peer: SealedPeer): Promise<undefined> {
    if (payload.getName() !== 'revoke') throw new StanzaError('feature-not-implemented');
    const { household, clock } = this.options;
    const self = this.selfOf(peer);
    const id = decodeRevoke(payload);
    const gone = await household.remove(id, self?.name ?? '', (remote) =>
      this.assertMay(peer, remote, 'remove'),
    );
    const end = () => household.endSessions(gone);
    // Whoever removes itself gets its answer first.
    if (self?.id === id) clock.setTimeout(end, 0);
    else end();
  }

  private answerGet(payload: Element, peer: SealedPeer): Element {
    requireScreen(peer);
    const { identity } = this.options;
    if (payload.getName() === 'identity') return encodeIdentity(toBase64Url(identity));
    if (payload.getName() !== 'pairing') throw new StanzaError('feature-not-implemented');
    this.screens.add(peer);
    return this.encodeStatus();
  }

  private async answerSet(payload: Element, peer: SealedPeer, early: boolean): Promise<undefined> {
    const { household, consent, offers } = this.options;
    const name = payload.getName();
    if (name === 'complete') return void (await household.complete(peer));
    if (early)
      throw new StanzaError('not-allowed', { text: 'This is not asked with a handshake.' });
    if (name === 'edit') return void (await this.edit(decodeEdit(payload), peer));
    if (name !== 'approve' && name !== 'offer') throw new StanzaError('feature-not-implemented');
    requireScreen(peer);
    if (name === 'approve') consent.decide(decodeApproval(payload));
    else offers.replace(decodeOfferRequest(payload));
  }

  private async edit(edit: RemoteEdit, peer: SealedPeer): Promise<void> {
    this.selfOf(peer);
    await this.options.household.edit(edit, (remote) => {
      this.assertMay(peer, remote, 'change');
      const self = this.selfOf(peer);
      if (!self || edit.role === undefined || edit.role === remote.grant.role) return;
      if (!self.grant.manage || rank(edit.role) > rank(self.grant.role))
        throw notManaging('You may not give this role: ask the owner of this TV.');
    });
  }

  /**
   * Everybody may with itself; those who manage, with others that are no more than they are: so nobody but an
   * owner takes an owner away. Asked at the moment of the change.
   */
  private assertMay(peer: SealedPeer, remote: KnownRemote, deed: 'remove' | 'change'): void {
    const self = this.selfOf(peer);
    if (!self || self.id === remote.id) return;
    if (!self.grant.manage || rank(remote.grant.role) > rank(self.grant.role))
      throw notManaging(`You may not ${deed} this remote: ask the owner of this TV.`);
  }

  /** Nothing for the TV's page. @throws StanzaError `not-permitted` */
  private selfOf({ key }: SealedPeer): KnownRemote | undefined {
    if (key === undefined) return undefined;
    const remote = this.options.household.remote(key);
    if (!remote) throw notPaired();
    return remote;
  }
}

/** @throws StanzaError `not-permitted` */
function requireScreen({ key }: SealedPeer): void {
  if (key !== undefined) throw notManaging('This is asked at the TV only.');
}

/** Owners first. */
function rank(role: Role): number {
  return -roles.indexOf(role);
}

function notManaging(text: string): StanzaError {
  return commandError('not-permitted', text);
}
