import { mediaErrorConditions, playbackStates } from '@fjern/protocol';
import type { PlayerState } from '../player.ts';

/** What in a snapshot cannot be, whatever the player does. */
export function faultsOf(state: PlayerState): string[] {
  const { currentTime, playbackRate, duration, seekable, source, error, level, muted } = state;
  const hasMedia = state.state !== 'idle';
  const rules: [string, boolean][] = [
    ['state is none of the known ones', playbackStates.includes(state.state)],
    ['currentTime must be finite and not negative', isTime(currentTime)],
    ['playbackRate must be finite and above 0', Number.isFinite(playbackRate) && playbackRate > 0],
    [
      'duration must be finite and not negative, or absent',
      duration === undefined || isTime(duration),
    ],
    ['seekable must go from one time to a later one', !seekable || isSpan(seekable)],
    ['level must lie within 0..1', Number.isFinite(level) && level >= 0 && level <= 1],
    ['muted must be a boolean', typeof muted === 'boolean'],
    ['there must be a source unless it is idle', hasMedia === (source !== undefined)],
    ['when idle, currentTime must be 0', hasMedia || currentTime === 0],
    [
      'there must be an error if and only if the state is error',
      (state.state === 'error') === (error !== undefined),
    ],
    [
      'error.condition is none of the known ones',
      !error || mediaErrorConditions.includes(error.condition),
    ],
    // A frame or so: the last sample and the duration in the header seldom agree.
    [
      'currentTime must not be past the duration',
      state.state === 'loading' || duration === undefined || currentTime <= duration + 0.25,
    ],
    ['live media have no duration', state.live !== true || duration === undefined],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isSpan({ start, end }: { start: number; end: number }): boolean {
  return isTime(start) && isTime(end) && start <= end;
}
