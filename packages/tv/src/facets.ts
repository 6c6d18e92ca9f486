import type { FacetName, Facets, Versioned } from '@fjern/protocol';
import type { Clock } from './clock.ts';

/** Between two notifications of one facet, milliseconds: a drag moves smoothly at 16 a second. */
const interval = 60;

export interface FacetStoreOptions {
  epoch: string;
  clock: Clock;
  initial: Facets;
  /** Whether a remote that has `a` needs to be told `b`. */
  same: { [N in FacetName]: (a: Facets[N], b: Facets[N]) => boolean };
  publish<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): void;
}

interface Slot<T> {
  published: Versioned<T>;
  /** What the next revision will say, while it waits for its turn. */
  next: T | undefined;
  /** A command was answered with the next revision, so there has to be one. */
  promised: boolean;
  publishedAt: number;
  timer: unknown;
}

/**
 * The facets and their revisions. The first change goes out at once, those that follow it quickly become one,
 * and the last value always goes out. A revision's value never changes.
 */
export class FacetStore {
  readonly epoch: string;
  private readonly options: FacetStoreOptions;
  private readonly slots: { [N in FacetName]: Slot<Facets[N]> };
  private closed = false;

  constructor(options: FacetStoreOptions) {
    this.options = options;
    this.epoch = options.epoch;
    const slot = <T>(value: T): Slot<T> => ({
      published: { epoch: options.epoch, revision: 1, value },
      next: undefined,
      promised: false,
      publishedAt: -Infinity,
      timer: undefined,
    });
    const { media, volume, catalogue } = options.initial;
    this.slots = { media: slot(media), volume: slot(volume), catalogue: slot(catalogue) };
  }

  /** What remotes were told. */
  published<N extends FacetName>(name: N): Versioned<Facets[N]> {
    return this.slots[name].published;
  }

  /** What they are told next, or were told. */
  latest<N extends FacetName>(name: N): Facets[N] {
    const { next, published } = this.slots[name];
    return next ?? published.value;
  }

  /** The revision that shows the latest value. Once it was asked for, it will come. */
  promise(name: FacetName): number {
    const slot = this.slots[name];
    if (slot.next === undefined) return slot.published.revision;
    slot.promised = true;
    return slot.published.revision + 1;
  }

  set<N extends FacetName>(name: N, value: Facets[N]): void {
    if (this.closed) return;
    const { clock, same } = this.options;
    const slot: Slot<Facets[N]> = this.slots[name];
    if (!slot.promised && same[name](slot.published.value, value)) {
      slot.next = undefined;
      return;
    }
    slot.next = value;
    if (slot.timer !== undefined) return;
    const wait = slot.publishedAt + interval - clock.now();
    if (wait <= 0) this.flush(name);
    else
      slot.timer = clock.setTimeout(() => {
        slot.timer = undefined;
        this.flush(name);
      }, wait);
  }

  close(): void {
    this.closed = true;
    for (const { timer } of Object.values(this.slots)) this.options.clock.clearTimeout(timer);
  }

  private flush<N extends FacetName>(name: N): void {
    const slot: Slot<Facets[N]> = this.slots[name];
    if (slot.next === undefined) return;
    slot.published = {
      epoch: this.epoch,
      revision: slot.published.revision + 1,
      value: slot.next,
    };
    slot.next = undefined;
    slot.promised = false;
    slot.publishedAt = this.options.clock.now();
    this.options.publish(name, slot.published);
  }
}
