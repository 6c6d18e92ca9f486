import { attribute, bareJid, decodeTvPresence, type Element } from '@fjern/protocol';

/** Whether the TV is there: a different thing from whether the link works. */
export type TvPresence =
  /** Not heard of yet, or it has restarted and its state is on the way. */
  | { status: 'unknown' }
  /** There, and its state is known. `since` in ms since the Unix epoch. */
  | { status: 'present'; since: number }
  /** Off, or not connected. The last state is kept. */
  | { status: 'absent'; since: number };

/** One run of the agent at one address. */
export interface TvTarget {
  /** Full JID. */
  jid: string;
  epoch: string;
}

/** The resources of the TV's account at which an agent is, oldest first. */
export class TvResources {
  private readonly tv: string;
  private targets: TvTarget[] = [];

  /** @param tv bare JID */
  constructor(tv: string) {
    this.tv = tv;
  }

  /** The one to talk to: whose presence came last. A repeat of a known presence does not make it newer. */
  get newest(): TvTarget | undefined {
    return this.targets[this.targets.length - 1];
  }

  clear(): void {
    this.targets = [];
  }

  remove(jid: string): void {
    this.targets = this.targets.filter((target) => target.jid !== jid);
  }

  add(added: TvTarget): void {
    const known = this.targets.find(({ jid }) => jid === added.jid);
    if (known?.epoch === added.epoch) return;
    this.remove(added.jid);
    this.targets.push(added);
  }

  /**
   * Returns whether the presence says something of where the TV is.
   * @throws ProtocolError when it is, and cannot be read
   */
  handle(presence: Element): boolean {
    const from = attribute(presence, 'from') ?? '';
    if (bareJid(from) !== this.tv) return false;
    const type = attribute(presence, 'type');
    if (type === 'unavailable' || type === 'error') {
      const before = this.targets.length;
      if (from === this.tv) this.clear();
      else this.remove(from);
      return from === this.tv || this.targets.length < before;
    }
    const tv = type === undefined ? decodeTvPresence(presence) : undefined;
    if (tv) this.add({ jid: from, epoch: tv.epoch });
    return tv !== undefined;
  }
}
