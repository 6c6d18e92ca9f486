import { formatTime } from '@fjern/design/time.ts';
import type { MediaState, VolumeState } from '@fjern/protocol';
import {
  ArrowLeft,
  FastForward,
  Gauge,
  Pause,
  Play,
  Rewind,
  Square,
  TriangleAlert,
  Volume1,
  Volume2,
  VolumeX,
} from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { Activity } from '../state/activity.ts';
import { bylineOf, titleOf } from '../state/metadata.ts';
import { Artwork, Spinner } from './parts.tsx';

export interface PlaybackProps {
  media: MediaState;
  volume: VolumeState;
  activity: Activity | undefined;
  /** Seconds. */
  position: number;
  /** The hub is lost: phones cannot reach this TV. */
  cutOff: boolean;
}

/** Over the picture: nothing while it plays, the bar when something happened or it stands still. */
export function Playback({ media, volume, activity, position, cutOff }: PlaybackProps) {
  const { state } = media;
  const visible = state !== 'playing' || activity !== undefined || cutOff;
  useEffect(() => {
    // Subtitles make room for the bar.
    document.documentElement.classList.toggle('has-bar', visible);
    return () => document.documentElement.classList.remove('has-bar');
  }, [visible]);
  return (
    <div class={`screen playback playback--${state}`}>
      {state === 'buffering' && (
        <div class="playback__spinner" role="status">
          <Spinner />
          <span class="sr-only">{labels.buffering}</span>
        </div>
      )}
      <div class={`bar ${visible ? 'bar--visible' : ''}`} aria-hidden={!visible}>
        <p class="bar__notices" role="status">
          {activity && <Notice activity={activity} volume={volume} />}
          {cutOff && (
            <span class="pill pill--warn">
              <TriangleAlert class="icon" aria-hidden />
              <span>{labels.offline.notice}</span>
            </span>
          )}
        </p>
        <div class="bar__row">
          {state === 'paused' && (
            <div class="bar__state">
              <Pause class="icon icon--filled" aria-hidden />
              <span class="sr-only">{labels.paused}</span>
            </div>
          )}
          <div class="bar__title">
            <h1 dir="auto">{titleOf(media.metadata)}</h1>
            {bylineOf(media.metadata) && (
              <p class="muted" dir="auto">
                {bylineOf(media.metadata)}
              </p>
            )}
          </div>
        </div>
        <Progress media={media} position={position} />
      </div>
    </div>
  );
}

function Progress({ media, position }: { media: MediaState; position: number }) {
  const { duration, live } = media;
  if (live || duration === undefined)
    return (
      <p class="progress">
        {live ? <span class="live">{labels.live}</span> : <span>{formatTime(position)}</span>}
      </p>
    );
  const done = duration > 0 ? Math.min(1, Math.max(0, position / duration)) : 0;
  return (
    <div class="progress">
      <span>{formatTime(position)}</span>
      <div
        class="progress__track"
        role="progressbar"
        aria-label={labels.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(done * 100)}
      >
        <div class="progress__done" style={{ transform: `scaleX(${done})` }} />
      </div>
      <span>{formatTime(duration)}</span>
    </div>
  );
}

/** Those of the keys of a player, which are drawn solid as on any other. */
const solid: readonly Activity['kind'][] = ['loaded', 'played', 'paused', 'stopped', 'sought'];

const icons: Record<Activity['kind'], typeof Play> = {
  loaded: Play,
  played: Play,
  paused: Pause,
  stopped: Square,
  muted: VolumeX,
  unmuted: Volume2,
  sought: FastForward,
  rate: Gauge,
  volume: Volume1,
  leaving: ArrowLeft,
};

/** What happened, and who did it. */
export function Notice({ activity, volume }: { activity: Activity; volume: VolumeState }) {
  const Icon = activity.kind === 'sought' && !activity.forward ? Rewind : icons[activity.kind];
  return (
    <span class="pill">
      <Icon class={solid.includes(activity.kind) ? 'icon icon--filled' : 'icon'} aria-hidden />
      <span>{labels.activity(activity)}</span>
      {activity.kind === 'volume' && (
        <span class="meter" aria-hidden>
          <span class="meter__level" style={{ transform: `scaleX(${volume.level})` }} />
        </span>
      )}
    </span>
  );
}

export function Loading({
  media,
  activity,
}: {
  media: MediaState;
  activity: Activity | undefined;
}) {
  return (
    <div class="screen loading">
      <Artwork metadata={media.metadata} />
      <div class="loading__text">
        <h1 dir="auto">{titleOf(media.metadata)}</h1>
        {bylineOf(media.metadata) && (
          <p class="lead" dir="auto">
            {bylineOf(media.metadata)}
          </p>
        )}
        <p class="loading__state" role="status">
          <Spinner />
          <span>{activity?.by ? labels.activity(activity) : labels.loading}</span>
        </p>
      </div>
    </div>
  );
}
