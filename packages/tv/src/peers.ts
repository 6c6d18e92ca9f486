import { type Element, encodeGrant, encodeRevocation, type Grant } from '@fjern/protocol';
import type { SealedPeer, SealedServer } from '@fjern/seal';
import type { Clock } from './clock.ts';
import { lookUp, notPaired, type PairedKey, type RemoteDirectory } from './remotes.ts';

/** Milliseconds. Wall clocks are set, so an instant on one is not waited for in one go. */
const longestWait = 600_000;

export interface PeersOptions {
  sealed: SealedServer;
  remotes: RemoteDirectory;
  /** Of expiring grants. */
  wallClock: Clock;
  /** It has asked for something for the first time, or has shown that it holds its key. */
  onarrive(peer: SealedPeer): void;
  /** Its session is over. */
  onleave(peer: SealedPeer): void;
}

/**
 * The sealed sessions of remotes, and what each may: always the directory's word of this moment. What is kept here
 * is what they were told of it, so that they hear of changes.
 */
export class Peers {
  private readonly options: PeersOptions;
  /** The written grant that each was told, or has had from the start. */
  private readonly told = new Map<SealedPeer, string>();
  private readonly stops: (() => void)[];
  private timer: unknown;

  constructor(options: PeersOptions) {
    this.options = options;
    this.stops = [
      options.sealed.on('open', (peer) => {
        const found = this.find(peer);
        if (found && !this.told.has(peer)) this.arrive(peer, found.grant);
      }),
      options.sealed.on('close', (peer) => {
        if (this.told.delete(peer)) options.onleave(peer);
      }),
    ];
  }

  /** Full JIDs of those who are there. */
  get jids(): Set<string> {
    return new Set([...this.told.keys()].map(({ jid }) => jid));
  }

  /** Who asks, and what it may now. @throws StanzaError `not-permitted` */
  admit(peer: SealedPeer): PairedKey & { key: string } {
    const { key } = peer;
    const found = this.find(peer);
    if (key === undefined || !found) {
      this.end(key);
      throw notPaired();
    }
    const { name, grant } = found;
    if (!this.told.has(peer)) this.arrive(peer, grant);
    return { key, name, grant };
  }

  /** Nothing for whoever may nothing (any more). */
  find({ key }: SealedPeer): PairedKey | undefined {
    const found = key === undefined ? undefined : this.lookUp(key);
    return found && 'grant' in found ? found : undefined;
  }

  knows(key: string): boolean {
    const found = this.lookUp(key);
    return found !== undefined && 'grant' in found;
  }

  /** The payload that tells a remote what it may. */
  tell(peer: SealedPeer, grant: Grant): Element {
    const element = encodeGrant(grant);
    this.told.set(peer, termsOf(grant));
    return element;
  }

  /**
   * Ends the sessions of keys that are not paired any more, and tells the others what they may if that has changed.
   * @param all also those for whom it is as before: they fetch everything anew
   */
  refresh(all = false): void {
    for (const [peer, told] of [...this.told]) {
      const found = this.find(peer);
      if (!found) this.end(peer.key);
      else if (all || termsOf(found.grant) !== told)
        this.options.sealed.send(peer, this.tell(peer, found.grant));
    }
    this.awaitExpiry();
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.options.wallClock.clearTimeout(this.timer);
    this.told.clear();
  }

  private lookUp(key: string): ReturnType<typeof lookUp> {
    const { remotes, wallClock } = this.options;
    return lookUp(remotes, key, wallClock.now());
  }

  private arrive(peer: SealedPeer, grant: Grant): void {
    this.tell(peer, grant);
    if (grant.expires !== undefined) this.awaitExpiry();
    this.options.onarrive(peer);
  }

  /** Whoever has a session and is not known any more was removed, even if nobody keeps when. */
  private end(key: string | undefined): void {
    if (key === undefined) return;
    const { sealed, wallClock } = this.options;
    const found = this.lookUp(key);
    if (found && 'grant' in found) return;
    sealed.end(key, encodeRevocation(found?.revoked ?? { at: wallClock.now(), reason: 'removed' }));
  }

  private awaitExpiry(): void {
    const { wallClock } = this.options;
    wallClock.clearTimeout(this.timer);
    let next = Infinity;
    for (const peer of this.told.keys())
      next = Math.min(next, this.find(peer)?.grant.expires ?? Infinity);
    if (next === Infinity) return;
    const wait = Math.min(next - wallClock.now(), longestWait);
    this.timer = wallClock.setTimeout(() => this.refresh(), wait);
  }
}

/**
 * What a remote is told anew when it changes. Any change of the list of remotes counts the generation up: that alone
 * is no news to those whom it is not about.
 */
function termsOf({ generation: _, ...grant }: Grant): string {
  return encodeGrant(grant).toString();
}
