import {
  type Catalogue,
  type CommandAction,
  currentTimeAt,
  type FacetName,
  type MediaState,
  type VolumeState,
} from '@fjern/protocol';

/** Which facet shows what an action does. */
export function facetOf(action: CommandAction): FacetName {
  return action.name === 'setVolume' || action.name === 'setMuted' ? 'volume' : 'media';
}

/** Seconds between where a seek went and where it was asked to go that still count as the same. */
const seekTolerance = 1;

/**
 * Whether the state is as if the action had been carried out: the only witness when the run of the TV
 * that was asked is over.
 * @param state the facet that shows it, see `facetOf`
 * @param now TV clock, seconds
 */
export function isDone(
  action: CommandAction,
  state: MediaState | VolumeState | Catalogue,
  now: number,
): boolean {
  if ('level' in state) return isVolumeDone(action, state);
  return 'state' in state && isMediaDone(action, state, now);
}

function isVolumeDone(action: CommandAction, volume: VolumeState): boolean {
  if (action.name === 'setMuted') return volume.muted === action.muted;
  return action.name === 'setVolume' && Math.abs(volume.level - action.level) < 0.005;
}

function isMediaDone(action: CommandAction, media: MediaState, now: number): boolean {
  switch (action.name) {
    case 'load':
      return media.source?.uri === action.source.uri && media.state !== 'error';
    case 'play':
      return media.state === 'playing' || media.state === 'buffering';
    case 'pause':
      return media.state === 'paused';
    case 'stop':
      return media.state === 'idle';
    case 'seek':
      return (
        media.source !== undefined &&
        Math.abs(currentTimeAt(media, now) - action.currentTime) <= seekTolerance
      );
    case 'setRate':
      return media.playbackRate === action.playbackRate;
    default:
      return false;
  }
}
