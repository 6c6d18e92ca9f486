import {
  type Capabilities,
  type CommandName,
  commandError,
  decodeCommand,
  defaultPermissions,
  type Element,
  encodeCapabilities,
  encodeClockReading,
  encodeCommandResult,
  encodeFacet,
  encodeGrant,
  encodeItems,
  encodeNotification,
  encodeRevocation,
  encodeSubscription,
  encodeTvPresence,
  type FacetName,
  type Facets,
  facetNames,
  type Grant,
  NS,
  NS_DISCO_INFO,
  NS_PUBSUB,
  NS_PUBSUB_EVENT,
  type Revocation,
  type Role,
  type Versioned,
  xml,
} from '@fjern/protocol';
import {
  type Admission,
  createSealedServer,
  type KeyPair,
  keyPair,
  primitives,
  type SealedPeer,
  type SealedServer,
  toBase64Url,
} from '@fjern/seal';
import { type TestSession, TvSession, tvJid } from './session.testing.ts';

export const newKey = (): KeyPair => keyPair(primitives, primitives.random(32));

/** Of every TV and remote in a test, unless it says otherwise. */
export const tvKey = newKey();
export const remoteKey = newKey();

const commands: CommandName[] = ['load', 'play', 'pause', 'stop', 'seek', 'setVolume', 'setMuted'];

const capabilities: Capabilities = {
  name: 'Living room',
  commands,
  facets: [...facetNames],
  mediaTypes: ['video/mp4'],
  playbackRate: { min: 1, max: 1 },
};

/** A TV at the other end of a TestSession, sealed as any; it does what the test wants it to. */
export class TestTv {
  epoch: string;
  /** Commands that it carried out, by id. */
  readonly done: string[] = [];
  facets: { [N in FacetName]: Versioned<Facets[N]> };
  admission: Admission = 'welcome';
  grant: Grant = { role: 'owner', ...defaultPermissions.owner, generation: 5 };
  /** What it does before it answers a sealed request; throws to refuse. */
  onrequest: ((payload: Element) => void | Promise<void>) | undefined;
  readonly session: TvSession;
  readonly sealed: SealedServer;
  private readonly subscribers = new Set<SealedPeer>();

  constructor(
    other: TestSession,
    { resource = 'box', epoch = 'e1', key = tvKey }: TestTvOptions = {},
  ) {
    this.session = new TvSession(other, resource);
    this.epoch = epoch;
    const first = { epoch, revision: 1 };
    this.facets = {
      media: {
        ...first,
        value: { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 },
      },
      volume: { ...first, value: { level: 0.5, muted: false } },
      catalogue: { ...first, value: { items: [] } },
    };
    this.sealed = createSealedServer({
      session: this.session,
      key,
      admit: () => this.admission,
      now: () => performance.now(),
      onerror: (error) => {
        throw error;
      },
    });
    this.sealed.on('close', (peer) => this.subscribers.delete(peer));
    const early = { early: true };
    const handle = (
      type: 'get' | 'set',
      xmlns: string,
      answer: (payload: Element, peer: SealedPeer) => Element,
      options?: { early: boolean },
    ) =>
      this.sealed.handle(
        type,
        xmlns,
        (payload, peer) => {
          const waiting = this.onrequest?.(payload);
          return waiting ? waiting.then(() => answer(payload, peer)) : answer(payload, peer);
        },
        options,
      );
    handle('get', NS_DISCO_INFO, () => encodeCapabilities(this.capabilities), early);
    handle('get', NS_PUBSUB, () => this.items(), early);
    handle('set', NS_PUBSUB, (_, peer) => this.subscribe(peer), early);
    handle('get', NS, (payload) => this.tell(payload.getName()), early);
    handle('set', NS, (payload) => this.execute(payload));
    this.session.on('presence', ({ attrs }) => {
      if (attrs.to === tvJid && !attrs.type) this.announce();
    });
    this.announce();
  }

  get jid(): string {
    return this.session.jid;
  }

  announce(): void {
    this.session.send(xml('presence', {}, encodeTvPresence(this)));
  }

  disappear(): void {
    this.session.send(xml('presence', { type: 'unavailable' }));
    this.crash();
  }

  /** Without a word. */
  crash(): void {
    this.sealed.close();
    this.session.end();
  }

  setVolume(level: number): void {
    const { revision, value } = this.facets.volume;
    this.facets.volume = { epoch: this.epoch, revision: revision + 1, value: { ...value, level } };
    this.notify('volume');
  }

  notify(name: FacetName): void {
    if (this.grant.facets.includes(name))
      this.push(encodeNotification(name, this.facets[name]).getChild('event', NS_PUBSUB_EVENT));
  }

  push(element: Element | undefined): void {
    if (element) for (const peer of this.subscribers) this.sealed.send(peer, element);
  }

  regrant(role: Role, changes: Partial<Grant> = {}): void {
    this.grant = { role, ...defaultPermissions[role], ...changes };
    this.push(encodeGrant(this.grant));
  }

  revoke(revocation: Revocation): void {
    const farewell = encodeRevocation(revocation);
    this.admission = { farewell };
    this.sealed.end(toBase64Url(remoteKey.publicKey), farewell);
  }

  items(): Element {
    const { facets } = this.grant;
    return encodeItems(facets.map((name) => encodeFacet(name, this.facets[name])));
  }

  private get capabilities(): Capabilities {
    const allowed = commands.filter((name) => this.grant.commands.includes(name));
    return { ...capabilities, commands: allowed };
  }

  private subscribe(peer: SealedPeer): Element {
    this.subscribers.add(peer);
    return encodeSubscription(peer.jid);
  }

  private tell(name: string): Element {
    if (name === 'grant') return encodeGrant(this.grant);
    const now = performance.now() / 1000;
    return encodeClockReading({ epoch: this.epoch, received: now, sent: now });
  }

  private execute(payload: Element): Element {
    const command = decodeCommand(payload);
    if (!this.grant.commands.includes(command.name))
      throw commandError('not-permitted', 'Guests may not do that.');
    if (command.epoch !== this.epoch) throw commandError('stale-epoch', 'Another run');
    if (!this.done.includes(command.id)) {
      this.done.push(command.id);
      if (command.name === 'setVolume') this.setVolume(command.level);
    }
    const { revision } = this.facets.volume;
    return encodeCommandResult({ id: command.id, facet: 'volume', epoch: this.epoch, revision });
  }
}

export interface TestTvOptions {
  resource?: string;
  epoch?: string;
  key?: KeyPair;
}
