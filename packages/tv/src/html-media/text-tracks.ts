/** Subtitles that belong to a source: the attributes of a `<track>` element. */
export interface TextTrackSource {
  /** WebVTT, absolute or relative to the TV's HTTP endpoint. */
  src: string;
  /** BCP 47. */
  srclang: string;
  label: string;
  kind?: 'subtitles' | 'captions';
  /** Whether it is shown from the start. */
  default?: boolean;
}

export function removeTextTracks(element: HTMLMediaElement): void {
  for (const track of Array.from(element.querySelectorAll('track'))) track.remove();
}

export function addTextTracks(
  element: HTMLMediaElement,
  tracks: readonly TextTrackSource[],
  baseUrl: string,
): void {
  for (const { src, srclang, label, kind = 'subtitles', default: isDefault } of tracks) {
    const track = element.ownerDocument.createElement('track');
    Object.assign(track, { kind, label, srclang, src: new URL(src, baseUrl).href });
    track.default = isDefault === true;
    element.appendChild(track);
  }
}
