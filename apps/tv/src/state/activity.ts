import { currentTimeAt, type MediaState, type VolumeState } from '@fjern/protocol';

/** What just happened, for the bar that says so. `by`: the remote's name; absent when it happened at the TV. */
export type Activity = { by?: string } & (
  | { kind: 'loaded' | 'played' | 'paused' | 'stopped' | 'muted' | 'unmuted' }
  | { kind: 'sought'; to: number; forward: boolean }
  | { kind: 'rate'; playbackRate: number }
  | { kind: 'volume'; level: number }
  /** The viewer pressed Back once: once more leaves the player. */
  | { kind: 'leaving' }
);

/** Further from where it would be by itself than this, a position was sought to. Seconds. */
const seekThreshold = 1.5;

const moving = ['playing', 'buffering'];

/** What a person did between two states of the media; nothing for what media does by itself. */
export function mediaActivity(before: MediaState, after: MediaState): Activity | undefined {
  const by = after.by === undefined ? {} : { by: after.by };
  if (after.state === 'idle')
    return before.state === 'idle' || before.state === 'ended'
      ? undefined
      : { kind: 'stopped', ...by };
  if (after.state === 'error') return undefined;
  if (before.source?.uri !== after.source?.uri || after.state === 'loading')
    return before.state === 'loading' ? undefined : { kind: 'loaded', ...by };
  if (after.state === 'ended') return undefined;
  if (after.state === 'paused' && moving.includes(before.state)) return { kind: 'paused', ...by };
  if (moving.includes(after.state) && ['paused', 'ended'].includes(before.state))
    return { kind: 'played', ...by };
  if (after.playbackRate !== before.playbackRate)
    return { kind: 'rate', playbackRate: after.playbackRate, ...by };
  if (before.state === 'loading') return undefined;
  const expected = currentTimeAt(before, after.at);
  if (Math.abs(after.currentTime - expected) < seekThreshold) return undefined;
  return {
    kind: 'sought',
    to: after.currentTime,
    forward: after.currentTime > expected,
    ...by,
  };
}

export function volumeActivity(before: VolumeState, after: VolumeState): Activity | undefined {
  const by = after.by === undefined ? {} : { by: after.by };
  if (after.muted !== before.muted) return { kind: after.muted ? 'muted' : 'unmuted', ...by };
  if (after.level !== before.level) return { kind: 'volume', level: after.level, ...by };
  return undefined;
}
