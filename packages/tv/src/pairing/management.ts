import {
  type Approval,
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
import { notPaired, type PairedKey } from '../remotes.ts';
import type { Accounts, StoredAccount } from './store.ts';

/** Sessions of the TV's own page that follow the status. */
export type Screens = Set<SealedPeer>;

/** What the pairing service does, for whoever may ask for it. */
export interface Household {
  accounts: Accounts;
  screens: Screens;
  /** The TV's private key. */
  identity: Uint8Array;
  status(): PairingStatus;
  systemRemotes: ReadonlyMap<string, PairedKey>;
  toRemote(account: StoredAccount): KnownRemote;
  mayManage(account: StoredAccount): boolean;
  complete(peer: SealedPeer): Promise<void>;
  /** Resolves with what `endSessions` takes. */
  remove(
    username: string,
    by: string,
    check: (account: StoredAccount) => void,
  ): Promise<StoredAccount[]>;
  endSessions(gone: readonly StoredAccount[]): void;
  edit(edit: RemoteEdit, check: (account: StoredAccount) => void): Promise<void>;
  approve(approval: Approval): void;
  offer(role: Role): void;
  /** After the answer to the request of this moment has left. */
  later(action: () => void): void;
}

/** Answers what remotes and the TV's page ask, sealed. Returns the function that ends it. */
export function answerSealed(sealed: SealedServer, household: Household): () => void {
  const management = new Management(household);
  const stops = [
    sealed.handle('get', NS_CAM, (payload, peer) => management.list(payload, peer)),
    sealed.handle('set', NS_CAM, (payload, peer) => management.revoke(payload, peer)),
    sealed.handle('get', NS_PAIR, (payload, peer) => management.answerGet(payload, peer)),
    sealed.handle(
      'set',
      NS_PAIR,
      (payload, peer, early) => management.answerSet(payload, peer, early),
      { early: true },
    ),
    sealed.on('close', (peer) => household.screens.delete(peer)),
  ];
  return () => {
    for (const stop of stops) stop();
    household.screens.clear();
  };
}

export function tellScreens(sealed: SealedServer, household: Household): void {
  if (household.screens.size === 0) return;
  const status = encodeScreenStatus(household);
  for (const screen of household.screens) sealed.send(screen, status);
}

/** The status; remotes of the TV itself, which no list shows, stand apart for the agent alone. */
function encodeScreenStatus({ status, systemRemotes }: Household): Element {
  const element = encodePairingStatus(status());
  for (const [key, remote] of systemRemotes)
    element.cnode(
      xml(
        'system',
        { xmlns: NS_PAIR },
        encodeKnownRemote({ ...remote, key, id: '', kind: 'other', pairedAt: 0, online: true }),
      ),
    );
  return element;
}

class Management {
  private readonly household: Household;

  constructor(household: Household) {
    this.household = household;
  }

  /** Of everybody for those who manage, of itself for any other remote. */
  list(payload: Element, peer: SealedPeer): Element {
    if (payload.getName() !== 'list') throw new StanzaError('feature-not-implemented');
    const { accounts, toRemote, mayManage } = this.household;
    const self = this.accountOf(peer);
    const all = accounts.list.filter(({ confirmed }) => confirmed);
    const shown = !self || mayManage(self) ? all : [self];
    return encodeList(
      shown.map((account) => {
        const remote = toRemote(account);
        return account === self ? { ...remote, own: true } : remote;
      }),
    );
  }

  async revoke(payload: Element, peer: SealedPeer): Promise<undefined> {
    if (payload.getName() !== 'revoke') throw new StanzaError('feature-not-implemented');
    const { household } = this;
    const self = this.accountOf(peer);
    const id = decodeRevoke(payload);
    const gone = await household.remove(id, self?.name ?? '', (account) =>
      this.assertMay(peer, account, 'remove'),
    );
    if (self?.username !== id) household.endSessions(gone);
    else household.later(() => household.endSessions(gone));
  }

  answerGet(payload: Element, peer: SealedPeer): Element {
    const { household } = this;
    this.requireScreen(peer);
    if (payload.getName() === 'identity') return encodeIdentity(toBase64Url(household.identity));
    if (payload.getName() !== 'pairing') throw new StanzaError('feature-not-implemented');
    household.screens.add(peer);
    return encodeScreenStatus(household);
  }

  async answerSet(payload: Element, peer: SealedPeer, early: boolean): Promise<undefined> {
    const { household } = this;
    const name = payload.getName();
    if (name === 'complete') return void (await household.complete(peer));
    if (early)
      throw new StanzaError('not-allowed', { text: 'This is not asked with a handshake.' });
    if (name === 'edit') return void (await this.edit(decodeEdit(payload), peer));
    this.requireScreen(peer);
    if (name === 'approve') household.approve(decodeApproval(payload));
    else if (name === 'offer') household.offer(decodeOfferRequest(payload));
    else throw new StanzaError('feature-not-implemented');
  }

  private edit(edit: RemoteEdit, peer: SealedPeer): Promise<void> {
    this.accountOf(peer);
    return this.household.edit(edit, (account) => {
      this.assertMay(peer, account, 'change');
      const self = this.accountOf(peer);
      if (!self || edit.role === undefined || edit.role === account.role) return;
      if (!this.household.mayManage(self) || rank(edit.role) > rank(self.role))
        throw notManaging('You may not give this role: ask the owner of this TV.');
    });
  }

  /**
   * Everybody may with himself; those who manage, with others that are no more than they are: so nobody but an
   * owner takes an owner away. Asked at the moment of the change.
   */
  private assertMay(peer: SealedPeer, account: StoredAccount, deed: 'remove' | 'change'): void {
    const self = this.accountOf(peer);
    if (!self || self.username === account.username) return;
    if (!this.household.mayManage(self) || rank(account.role) > rank(self.role))
      throw notManaging(`You may not ${deed} this remote: ask the owner of this TV.`);
  }

  /** Nothing for the TV's page. @throws StanzaError `not-permitted` */
  private accountOf({ key }: SealedPeer): StoredAccount | undefined {
    if (key === undefined) return undefined;
    const account = this.household.accounts.findByKey(key);
    if (!account?.confirmed) throw notPaired();
    return account;
  }

  /** @throws StanzaError `not-permitted` */
  private requireScreen({ key }: SealedPeer): void {
    if (key !== undefined) throw notManaging('This is asked at the TV only.');
  }
}

/** Owners first. */
function rank(role: Role): number {
  return -roles.indexOf(role);
}

function notManaging(text: string): StanzaError {
  return commandError('not-permitted', text);
}
