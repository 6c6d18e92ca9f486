import { CircleAlert } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';
import { artworkOf, captionOf, errorOf, subtitleOf, titleOf } from '../state/view.ts';
import { Artwork } from './artwork.tsx';
import { Scrubber } from './scrubber.tsx';
import { Transport } from './transport.tsx';

export function NowPlaying({ remote }: { remote: RemoteStore }) {
  const media = remote.media.value;
  if (!media) return null;
  const { metadata } = media;
  const artwork = artworkOf(metadata, 'square');
  const failed = media.state === 'error';
  const caption = remote.blocked.value ?? captionOf(media);

  return (
    <section class="now" data-state={media.state} data-blocked={remote.blocked.value !== undefined}>
      <div class="now-picture">
        <Artwork class="now-artwork" src={artwork}>
          {media.state === 'loading' && <div class="spinner" aria-hidden="true" />}
        </Artwork>
      </div>
      <div class="now-panel">
        <div class="now-words">
          <h1 class="now-title" dir="auto">
            {titleOf(metadata, media.source?.uri)}
          </h1>
          {!failed && subtitleOf(metadata) !== '' && (
            <p class="now-subtitle" dir="auto">
              {subtitleOf(metadata)}
            </p>
          )}
          {failed ? (
            <p class="failed">
              <CircleAlert size={22} aria-hidden="true" />
              <span>
                <strong>{labels.media.errorHeading}</strong>
                <span id="caption" dir="auto">
                  {remote.blocked.value ?? errorOf(media)}
                </span>
              </span>
            </p>
          ) : (
            <p class="now-caption" id="caption" dir="auto">
              {caption}
            </p>
          )}
        </div>
        {failed ? (
          <AfterFailure remote={remote} uri={media.source?.uri} />
        ) : (
          <>
            <Scrubber remote={remote} />
            <Transport remote={remote} />
          </>
        )}
      </div>
    </section>
  );
}

/** What makes sense now: try it once more, or let go of it. */
function AfterFailure({ remote, uri }: { remote: RemoteStore; uri: string | undefined }) {
  const blocked = remote.blocked.value !== undefined;
  return (
    <div class="after-failure">
      {uri !== undefined && (
        <button
          type="button"
          class="button"
          disabled={blocked}
          aria-disabled={remote.lacks('load') || undefined}
          aria-busy={remote.loading.value === uri}
          onClick={() => remote.load(uri)}
        >
          {labels.tryAgain}
        </button>
      )}
      <button
        type="button"
        class="button button-quiet"
        disabled={blocked}
        aria-disabled={remote.lacks('stop') || undefined}
        aria-busy={remote.pending.value.get('stop') === 'slow'}
        onClick={remote.stop}
      >
        {labels.transport.stop}
      </button>
    </div>
  );
}
