import {
  currentTimeAt,
  type MediaMetadata,
  type MediaSource,
  type MediaState,
} from '@fjern/protocol';
import { Coalescer, type DragOutcome } from './coalesce.ts';
import type { CommandOptions, Execute } from './commander.ts';
import type { CommandHandle } from './handle.ts';

export interface LoadRequest extends MediaSource {
  metadata?: MediaMetadata;
  /** Where to start, seconds; default 0. */
  currentTime?: number;
  /** Default true. */
  autoplay?: boolean;
}

export interface MediaControlOptions {
  value(): MediaState | undefined;
  /** TV clock, seconds; nothing before it is known. */
  tvNow(): number | undefined;
  execute: Execute;
}

/** What the TV plays, and the commands on it. The state is the TV's own word: commands change it only by way of the TV. */
export class MediaControl {
  private readonly options: MediaControlOptions;
  private readonly scrubs: Coalescer<number>;

  constructor(options: MediaControlOptions) {
    this.options = options;
    this.scrubs = new Coalescer((currentTime, signal) => this.seek(currentTime, { signal }));
  }

  get value(): MediaState | undefined {
    return this.options.value();
  }

  /** Seconds into the media now, computed; 0 before anything is known. */
  get currentTime(): number {
    const { value } = this;
    if (!value) return 0;
    return currentTimeAt(value, this.options.tvNow() ?? value.at);
  }

  /** Seconds; nothing when unknown or endless. */
  get duration(): number | undefined {
    return this.value?.duration;
  }

  /** Where a scrub is heading, seconds, until the TV has answered: to be shown as not yet true. */
  get pending(): number | undefined {
    return this.scrubs.pending;
  }

  load({ uri, type, ...rest }: LoadRequest, options?: CommandOptions): CommandHandle {
    const source: MediaSource = { uri, ...(type === undefined ? {} : { type }) };
    return this.options.execute({ name: 'load', source, ...rest }, options);
  }

  play(options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'play' }, options);
  }

  pause(options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'pause' }, options);
  }

  /** Whichever of play and pause the state calls for; the command itself is absolute. */
  toggle(options?: CommandOptions): CommandHandle {
    const state = this.value?.state;
    return state === 'playing' || state === 'buffering' ? this.pause(options) : this.play(options);
  }

  stop(options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'stop' }, options);
  }

  /** @param currentTime seconds */
  seek(currentTime: number, options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'seek', currentTime }, options);
  }

  /** Seeks while a finger drags: call it at every move. See Coalescer. */
  scrub(currentTime: number): Promise<DragOutcome> {
    return this.scrubs.push(currentTime);
  }

  /** @param playbackRate 1 is normal; the limits are in the TV's capabilities */
  setRate(playbackRate: number, options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'setRate', playbackRate }, options);
  }
}
