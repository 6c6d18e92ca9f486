import { type Element, xml } from '@fjern/protocol';

export interface ProbingOptions {
  send(presence: Element): void;
  /** Called once for each start: nothing was heard of the TV. */
  onabsent(): void;
}

/** All in seconds. */
const timing = {
  /** Without the TV's presence for this long after asking, it is absent. */
  presence: 1.5,
  /** Presence is asked for again after this, then twice this, … up to the cap. */
  probe: 2,
  probeCap: 30,
};

/** Asks for the TV's presence, ever more seldom. */
export class Probing {
  /** Bare JID. */
  private readonly tv: string;
  private readonly options: ProbingOptions;
  private probes = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tv: string, options: ProbingOptions) {
    this.tv = tv;
    this.options = options;
  }

  get active(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    this.probes = 0;
    this.probe();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private probe(): void {
    clearTimeout(this.timer);
    const { tv: to } = this;
    const { send, onabsent } = this.options;
    // The first reaches an agent that answers it, the second a server that knows the TV's presence
    // (RFC 6121 §4.6, §4.3) and says so when there is none.
    send(xml('presence', { to }));
    send(xml('presence', { to, type: 'probe' }));
    const first = this.probes === 0;
    const again = Math.min(timing.probe * 2 ** (this.probes - 1), timing.probeCap);
    this.probes++;
    this.timer = setTimeout(
      () => {
        if (first) onabsent();
        this.probe();
      },
      (first ? timing.presence : again) * 1000,
    );
  }
}
