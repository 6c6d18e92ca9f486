import { boolean, decimal, formatDecimal } from './values.ts';
import { attribute, type Element, toXmlText, xml } from './xml.ts';

/** The facet `volume`. */
export interface VolumeState {
  /** 0..1, as HTMLMediaElement.volume; kept while muted. */
  level: number;
  muted: boolean;
  /** Name of the remote whose command led here; absent when it happened at the TV. */
  by?: string;
}

export function encodeVolume(volume: VolumeState): Element {
  return xml('volume', {
    level: formatDecimal(volume.level),
    muted: volume.muted,
    by: volume.by === undefined ? undefined : toXmlText(volume.by),
  });
}

export function decodeVolume(element: Element): VolumeState {
  const by = attribute(element, 'by');
  return {
    level: decimal(element, 'level', { min: 0, max: 1 }),
    muted: boolean(element, 'muted'),
    ...(by ? { by } : {}),
  };
}
