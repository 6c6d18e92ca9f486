import type {
  Catalogue,
  FacetName,
  Facets,
  MediaMetadata,
  MediaState,
  Versioned,
  VolumeState,
} from '@fjern/protocol';
import type { Clock } from './clock.ts';
import { FacetStore } from './facets.ts';
import { describeSource, isContinuation, sameJson, sameMedia, seekTolerance } from './media.ts';
import type { Player } from './player.ts';
import { readMedia, readVolume } from './player-reading.ts';

export interface StateOptions {
  epoch: string;
  player: Player;
  catalogue: Catalogue;
  clock: Clock;
  publish<N extends FacetName>(name: N, facet: Versioned<Facets[N]>): void;
  onError(error: unknown): void;
}

/** What the TV shows and plays, as facets: reads the player, and finds out what is news to the remotes. */
export class State {
  readonly epoch: string;
  private readonly options: StateOptions;
  private readonly start: number;
  private readonly facets: FacetStore;
  /** Names of the remotes whose commands are being carried out now, latest last. */
  private readonly actors: Record<FacetName, { name: string }[]> = {
    media: [],
    volume: [],
    catalogue: [],
  };
  private lastReading: Reading = {
    media: { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 },
    volume: { level: 1, muted: false },
  };
  private readonly stopListening: () => void;

  constructor(options: StateOptions) {
    this.options = options;
    this.epoch = options.epoch;
    this.start = options.clock.now();
    const { catalogue, clock, epoch, publish } = options;
    const reading = this.readPlayer();
    this.facets = new FacetStore({
      epoch,
      clock,
      publish,
      initial: {
        media: describe(reading.media, catalogue),
        volume: reading.volume,
        catalogue,
      },
      // Whether it is news was decided before; this is whether it came back to what it was.
      same: {
        media: (a, b) => sameMedia(a, b, seekTolerance),
        volume: sameVolume,
        catalogue: sameJson,
      },
    });
    this.stopListening = options.player.onchange(() => this.observe());
  }

  /** Seconds on the TV's clock. */
  now(): number {
    return Math.round((this.options.clock.now() - this.start) * 1e3) / 1e6;
  }

  published<N extends FacetName>(name: N): Versioned<Facets[N]> {
    return this.facets.published(name);
  }

  latest<N extends FacetName>(name: N): Facets[N] {
    return this.facets.latest(name);
  }

  promise(name: FacetName): number {
    return this.facets.promise(name);
  }

  setCatalogue(catalogue: Catalogue): void {
    if (!sameJson(this.facets.latest('catalogue'), catalogue))
      this.facets.set('catalogue', catalogue);
  }

  /**
   * Until the returned function is called, changes of this facet are that remote's doing. Its argument says
   * whether the position is now exactly where it was asked to be.
   */
  attribute(facet: FacetName, name: string): (sought: boolean) => void {
    // What happened before is not.
    this.observe();
    const actor = { name };
    const actors = this.actors[facet];
    actors.push(actor);
    return (sought) => {
      this.observe(sought ? seekTolerance : undefined);
      actors.splice(actors.indexOf(actor), 1);
    };
  }

  close(): void {
    this.stopListening();
    this.facets.close();
  }

  private observe(tolerance?: number): void {
    const { media, volume } = this.readPlayer();
    this.setMedia(describe(media, this.facets.latest('catalogue')), tolerance);
    this.setVolume(volume);
  }

  private setMedia(media: MediaState, tolerance: number | undefined): void {
    const before = this.facets.latest('media');
    if (sameMedia(before, media, tolerance)) return;
    const own = isContinuation(before, media) ? before.by : undefined;
    const by = this.actors.media.at(-1)?.name ?? own;
    this.facets.set('media', by === undefined ? media : { ...media, by });
  }

  private setVolume(volume: VolumeState): void {
    if (sameVolume(this.facets.latest('volume'), volume)) return;
    const by = this.actors.volume.at(-1)?.name;
    this.facets.set('volume', by === undefined ? volume : { ...volume, by });
  }

  /** A player that cannot say how it is, is as it was. */
  private readPlayer(): Reading {
    try {
      const { state } = this.options.player;
      this.lastReading = { media: readMedia(state, this.now()), volume: readVolume(state) };
    } catch (error) {
      this.options.onError(error);
    }
    return this.lastReading;
  }
}

interface Reading {
  media: MediaState;
  volume: VolumeState;
}

function describe(media: MediaState, catalogue: Catalogue): MediaState {
  const { source, metadata } = media;
  if (!source || (metadata && !isEmpty(metadata))) return media;
  return { ...media, metadata: describeSource(source, catalogue) };
}

function sameVolume(a: VolumeState, b: VolumeState): boolean {
  return a.level === b.level && a.muted === b.muted;
}

function isEmpty({ title, artist, album, artwork }: MediaMetadata): boolean {
  return !title && !artist && !album && !artwork;
}
