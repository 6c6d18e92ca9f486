/**
 * Stands in for a `<video>` element: the attributes that the player uses, and events when a test fires them,
 * in the order that Chromium was seen to fire them. It does nothing by itself.
 */
export class FakeMediaElement extends EventTarget {
  baseURI = 'http://tv.example/tv/';
  preload = '';
  currentTime = 0;
  duration = Number.NaN;
  paused = true;
  ended = false;
  seeking = false;
  readyState = 0;
  error: { code: number; message: string } | null = null;
  defaultPlaybackRate = 1;
  playbackRate = 1;
  volume = 1;
  muted = false;
  ranges: [number, number][] = [];
  tracks: Record<string, unknown>[] = [];
  /** What `play()` does next. */
  onplay: () => Promise<void> = async () => {};
  private source = '';

  get element(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }

  get src(): string {
    return this.source;
  }

  set src(url: string) {
    this.source = url;
    this.load();
  }

  get seekable() {
    const { ranges } = this;
    return {
      length: ranges.length,
      start: (index: number) => ranges[index]?.[0],
      end: (index: number) => ranges[index]?.[1],
    };
  }

  get ownerDocument() {
    return {
      createElement: () => {
        const track: Record<string, unknown> = {
          remove: () => this.tracks.splice(this.tracks.indexOf(track), 1),
        };
        return track;
      },
    };
  }

  canPlayType(type: string): string {
    return /^(video|audio)\/mp4|mpegurl/.test(type) ? 'probably' : '';
  }

  querySelectorAll(): Record<string, unknown>[] {
    return this.tracks;
  }

  appendChild(track: Record<string, unknown>): void {
    this.tracks.push(track);
  }

  /** As the load algorithm does at once, before anything is fetched. */
  load(): void {
    Object.assign(this, {
      readyState: 0,
      error: null,
      currentTime: 0,
      duration: Number.NaN,
      ended: false,
      seeking: false,
      paused: true,
      playbackRate: this.defaultPlaybackRate,
      ranges: [],
    });
  }

  removeAttribute(): void {
    this.source = '';
  }

  play(): Promise<void> {
    this.paused = false;
    return this.onplay();
  }

  pause(): void {
    this.paused = true;
  }

  /** Sets attributes, then fires events. */
  becomes(attributes: Partial<FakeMediaElement>, ...events: string[]): void {
    Object.assign(this, attributes);
    for (const event of events) this.dispatchEvent(new Event(event));
  }

  hasLoaded(duration: number): void {
    this.becomes(
      { readyState: 1, duration, ranges: [[0, duration]] },
      'loadstart',
      'durationchange',
    );
    this.becomes({}, 'loadedmetadata');
    this.becomes({ readyState: 4 }, 'canplay', 'canplaythrough');
  }

  hasFailed(code: number, message = ''): void {
    this.becomes({ error: { code, message } }, 'error');
  }
}
