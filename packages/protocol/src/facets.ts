import { type Catalogue, decodeCatalogue, encodeCatalogue } from './catalogue.ts';
import { ProtocolError } from './errors.ts';
import { decodeMedia, encodeMedia, type MediaState } from './media.ts';
import { NS } from './namespaces.ts';
import { integer, token } from './values.ts';
import { decodeVolume, encodeVolume, type VolumeState } from './volume.ts';
import type { Element } from './xml.ts';

/** The parts of the TV's state; each is versioned and travels on its own. */
export interface Facets {
  media: MediaState;
  volume: VolumeState;
  catalogue: Catalogue;
}
export type FacetName = keyof Facets;

/** A facet's value with its version. */
export interface Versioned<T> {
  /** Identifies one run of the agent. Revisions of different epochs cannot be compared. */
  epoch: string;
  /** Grows by one with every change of this facet within the epoch; starts at 1. */
  revision: number;
  value: T;
}

export type Facet = { [N in FacetName]: { name: N } & Versioned<Facets[N]> }[FacetName];

const encoders: { [N in FacetName]: (value: Facets[N]) => Element } = {
  media: encodeMedia,
  volume: encodeVolume,
  catalogue: encodeCatalogue,
};

const decoders: { [N in FacetName]: (element: Element) => Facets[N] } = {
  media: decodeMedia,
  volume: decodeVolume,
  catalogue: decodeCatalogue,
};

export const facetNames = /*#__PURE__*/ Object.keys(decoders) as FacetName[];

export function isFacetName(name: string): name is FacetName {
  return Object.hasOwn(decoders, name);
}

export function encodeFacet<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): Element {
  const element = encoders[name](facet.value);
  // The envelope first: it is what a person looks for in a trace.
  const { attrs } = element;
  element.attrs = { xmlns: NS, epoch: facet.epoch, revision: String(facet.revision), ...attrs };
  return element;
}

/**
 * @throws ProtocolError `unknown` for a facet of a later version (to be ignored), otherwise for what is wrong with it
 */
export function decodeFacet(element: Element): Facet {
  const name = element.getName();
  if (element.getNS() !== NS) throw new ProtocolError('malformed', name, `is not in ${NS}`);
  if (!isFacetName(name)) throw new ProtocolError('unknown', name, 'is no facet of this version');
  return {
    name,
    epoch: token(element, 'epoch'),
    revision: integer(element, 'revision'),
    value: decoders[name](element),
  } as Facet;
}
