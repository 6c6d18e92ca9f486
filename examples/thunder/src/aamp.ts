import type { PlayerErrorCode } from '@fjern/tv';

// What org.rdk.FireboltMediaPlayer, which plays with AAMP, says in its events.

/** `state` of `playbackStateChanged`: AAMP's own numbers. */
export const aampState = {
  prepared: 4,
  buffering: 5,
  paused: 6,
  seeking: 7,
  playing: 8,
  complete: 11,
  error: 12,
} as const;

/** `playbackProgressUpdate`, about once a second; the spelling is RDK's. */
export interface Progress {
  durationMiliseconds: number;
  positionMiliseconds: number;
  /** 0 paused, 1 playing. */
  playbackSpeed: number;
}

/** `playbackFailed`. */
export interface Failure {
  code: number;
  /** For engineers. */
  description: string;
}

type Condition = Extract<PlayerErrorCode, `media-${string}`>;

// #region conditions
/** What AAMP's codes of a failed tune mean to somebody on a sofa. */
export function conditionOf({ code }: Failure): Condition {
  if (code === 10 || code === 20 || code === 30) return 'media-unreachable';
  if (code >= 40 && code < 80) return 'media-unsupported';
  return 'media-failed';
}
// #endregion conditions

export const failureTexts: { [C in Condition]: string } = {
  'media-unreachable': 'The TV could not fetch this.',
  'media-unsupported': 'The TV cannot play this kind of media.',
  'media-failed': 'The media is damaged, or the TV failed to decode it.',
};
