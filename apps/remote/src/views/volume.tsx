import { Volume1, Volume2, VolumeX } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';
import { Slider } from './slider.tsx';
import { Press } from './transport.tsx';

/** Always on the page, in the same place whatever plays. */
export function Volume({ remote }: { remote: RemoteStore }) {
  const volume = remote.volume.value;
  const disabled = remote.blocked.value !== undefined || !volume;
  const muted = volume?.muted ?? false;
  const level = remote.level.target.value ?? volume?.level ?? 0;
  const Icon = muted || level === 0 ? VolumeX : level < 0.5 ? Volume1 : Volume2;

  return (
    <div class="volume" data-muted={muted}>
      <Press
        remote={remote}
        action="mute"
        command="setMuted"
        label={muted ? labels.volume.unmute : labels.volume.mute}
        disabled={disabled}
        press={muted ? remote.unmute : remote.mute}
      >
        <Icon size={24} />
      </Press>
      <Slider
        class="volume-slider"
        label={labels.volume.label}
        text={labels.volume.value(Math.round(level * 100), muted)}
        min={0}
        max={1}
        step={0.01}
        keySteps={{ arrow: 0.05, page: 0.2 }}
        value={level}
        drag={remote.level}
        disabled={disabled}
        {...(remote.lacks('setVolume') ? { lacking: () => remote.explain('setVolume') } : {})}
      />
    </div>
  );
}
