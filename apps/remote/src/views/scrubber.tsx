import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';
import { Slider } from './slider.tsx';

export function Scrubber({ remote }: { remote: RemoteStore }) {
  const view = remote.position.value;
  const state = remote.media.value?.state;
  if (!view) return null;
  const held = remote.scrub.held.value;
  const moving = remote.scrub.target.value !== undefined;
  const waiting = state === 'buffering' || state === 'loading';

  return (
    <div class="scrubber" data-waiting={waiting} data-moving={moving}>
      {view.live && !view.seekable ? (
        <div class="scrubber-live-track" />
      ) : (
        <Slider
          class="scrubber-slider"
          label={labels.position.label}
          text={view.text}
          min={view.min}
          max={view.max}
          step={0.1}
          keySteps={{ arrow: 5, page: 30 }}
          value={view.value}
          drag={remote.scrub}
          disabled={remote.blocked.value !== undefined || !view.seekable}
          {...(remote.lacks('seek') ? { lacking: () => remote.explain('seek') } : {})}
          describedBy="caption"
          bubble={held ? view.elapsed || view.rest : undefined}
        >
          {waiting && <div class="scrubber-shimmer" />}
        </Slider>
      )}
      <div class="scrubber-times">
        <span class="scrubber-elapsed" aria-hidden="true">
          {view.elapsed}
        </span>
        {view.live ? (
          <LiveMark remote={remote} behind={view.elapsed !== ''} />
        ) : (
          <span aria-hidden="true">{view.rest}</span>
        )}
      </div>
    </div>
  );
}

function LiveMark({ remote, behind }: { remote: RemoteStore; behind: boolean }) {
  if (!behind) return <span class="live-mark">{labels.position.live}</span>;
  const toEdge = () => {
    const view = remote.position.peek();
    if (view?.seekable && !remote.explain('seek')) remote.scrub.jump(view.max);
  };
  return (
    <button type="button" class="live-mark live-mark-behind" onClick={toEdge}>
      {labels.position.liveEdge}
    </button>
  );
}
