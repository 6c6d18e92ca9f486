import type { VolumeState } from '@fjern/protocol';
import { Coalescer, type DragOutcome } from './coalesce.ts';
import type { CommandOptions, Execute } from './commander.ts';
import type { CommandHandle } from './handle.ts';

export interface VolumeControlOptions {
  value(): VolumeState | undefined;
  execute: Execute;
}

/** The TV's volume, and the commands on it. */
export class VolumeControl {
  private readonly options: VolumeControlOptions;
  private readonly drags: Coalescer<number>;

  constructor(options: VolumeControlOptions) {
    this.options = options;
    this.drags = new Coalescer((level, signal) => this.set(level, { signal }));
  }

  get value(): VolumeState | undefined {
    return this.options.value();
  }

  /** The level that a drag asks for, until the TV has answered: to be shown as not yet true. */
  get pending(): number | undefined {
    return this.drags.pending;
  }

  /** @param level 0..1 */
  set(level: number, options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'setVolume', level }, options);
  }

  /** Sets the level while a finger drags: call it at every move. See Coalescer. */
  drag(level: number): Promise<DragOutcome> {
    return this.drags.push(level);
  }

  mute(options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'setMuted', muted: true }, options);
  }

  unmute(options?: CommandOptions): CommandHandle {
    return this.options.execute({ name: 'setMuted', muted: false }, options);
  }
}
