import type { Element } from '@fjern/protocol';

/** One side's counters and the queue of what the peer has not acknowledged (XEP-0198 §2, §4, §5). */
export class StreamManagement {
  /** Names the session in `<resume previd/>`; undefined: acknowledgements only. */
  readonly id: string | undefined;
  private readonly limits: { unackedStanzas: number; unackedBytes: number };
  private queue: { stanza: Element; frame: string }[] = [];
  private queuedBytes = 0;
  private received = 0;
  private acked = 0;
  private forgotten = 0;

  constructor(id: string | undefined, limits: { unackedStanzas: number; unackedBytes: number }) {
    this.id = id;
    this.limits = limits;
  }

  /** Our `h`: stanzas handled, modulo 2^32. */
  get h(): number {
    return this.received;
  }

  /** Stanzas sent since it was enabled, modulo 2^32. */
  get sent(): number {
    return (this.acked + this.unackedCount) >>> 0;
  }

  get unackedCount(): number {
    return this.forgotten + this.queue.length;
  }

  handled(): void {
    this.received = (this.received + 1) >>> 0;
  }

  /**
   * Keeps a stanza that is sent now. Beyond the bounds the oldest is forgotten, after which the session
   * can only be resumed by a peer that did receive it: false then. (A live stream goes on: some
   * clients never acknowledge everything they got.)
   */
  push(stanza: Element, frame: string): boolean {
    this.queue.push({ stanza, frame });
    this.queuedBytes += frame.length;
    let complete = true;
    while (
      this.queue.length > this.limits.unackedStanzas ||
      (this.queuedBytes > this.limits.unackedBytes && this.queue.length > 0)
    ) {
      this.drop();
      this.forgotten++;
      complete = false;
    }
    return complete;
  }

  /** Takes the peer's `h`. False: more than was sent, or less than it said before. */
  acknowledge(h: number): boolean {
    const news = (h - this.acked) >>> 0;
    if (news > this.unackedCount) return false;
    const alreadyForgotten = Math.min(news, this.forgotten);
    this.forgotten -= alreadyForgotten;
    for (let i = alreadyForgotten; i < news; i++) this.drop();
    this.acked = h;
    return true;
  }

  /** Whether everything after the peer's last `h` is still here. */
  get complete(): boolean {
    return this.forgotten === 0;
  }

  /** Frames to send again after a resumption, oldest first. */
  get unackedFrames(): string[] {
    return this.queue.map((sent) => sent.frame);
  }

  /** Empties the queue: the session ended. */
  takeUnacked(): Element[] {
    const stanzas = this.queue.map((sent) => sent.stanza);
    this.queue = [];
    this.queuedBytes = 0;
    return stanzas;
  }

  private drop(): void {
    const dropped = this.queue.shift();
    this.queuedBytes -= dropped?.frame.length ?? 0;
  }
}

/** The value of an `h` attribute, or undefined (XEP-0198 schema: unsignedInt). */
export function parseH(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const h = Number(text);
  return h < 2 ** 32 ? h : undefined;
}
