import type { Facet, FacetName, Facets, Versioned } from '@fjern/protocol';

/**
 * What is known of the TV's state. A facet arrives whole, so a gap between revisions loses nothing;
 * one that is not newer (a snapshot overtaken by a notification, a repeat) changes nothing.
 */
export class FacetStore {
  private readonly known = new Map<FacetName, Facet>();
  private readonly changed: (name: FacetName) => void;

  constructor(changed: (name: FacetName) => void) {
    this.changed = changed;
  }

  get<N extends FacetName>(name: N): Versioned<Facets[N]> | undefined {
    return this.known.get(name) as (Versioned<Facets[N]> & { name: N }) | undefined;
  }

  /** Takes in a facet of the current epoch; values of an earlier epoch stay until they are replaced. */
  apply(facet: Facet): void {
    const known = this.known.get(facet.name);
    if (known && known.epoch === facet.epoch && known.revision >= facet.revision) return;
    this.known.set(facet.name, facet);
    this.changed(facet.name);
  }

  /** After a complete snapshot: what it did not bring, the TV no longer has, or does not show. */
  keep(names: readonly FacetName[]): void {
    for (const name of [...this.known.keys()]) {
      if (names.includes(name)) continue;
      this.known.delete(name);
      this.changed(name);
    }
  }
}
