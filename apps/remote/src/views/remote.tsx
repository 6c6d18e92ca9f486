import type { KnownTv } from '@fjern/remote';
import { ArrowUp, LayoutGrid, Search } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { App } from '../state/app.ts';
import type { RemoteStore } from '../state/remote.ts';
import { artworkOf } from '../state/view.ts';
import { Banners } from './banner.tsx';
import { CatalogueList } from './catalogue.tsx';
import { Unavailable } from './extras.tsx';
import { Message } from './message.tsx';
import { NoticeBar } from './notice.tsx';
import { NowPlaying } from './now-playing.tsx';
import { Press } from './transport.tsx';
import { Volume } from './volume.tsx';

interface Props {
  app: App;
  tv: KnownTv;
  remote: RemoteStore;
  /** As remembered: shown until the TV says its own. */
  name: string;
  /** Opens the list of TVs. */
  choose: () => void;
  /** Opens the list of the TV's remotes. */
  manage: () => void;
}

/** One TV: what it plays and what else it could, or why it cannot be controlled. */
export function RemoteView(props: Props) {
  const { remote } = props;
  const stage = remote.stage.value;
  if (stage === 'idle' || stage === 'media' || stage === 'hidden') return <Controls {...props} />;
  return (
    <main class="main main-message">
      {stage === 'connecting' && remote.link.value.reason?.code !== 'impostor' ? (
        <Connecting {...props} />
      ) : (
        <Unavailable {...props} meanwhile={<Connecting {...props} />} />
      )}
    </main>
  );
}

function Connecting({ remote, name }: Pick<Props, 'remote' | 'name'>) {
  const advice = remote.slow.value ? labels.connecting.slow : labels.connecting.text;
  return (
    <Message
      icon={<Search class="searching" size={48} stroke-width={1.5} />}
      heading={labels.connecting.heading(name)}
      text={remote.online.value ? advice : labels.connecting.offline}
    />
  );
}

function Controls({ app, remote, name, manage }: Props) {
  const playing = remote.stage.value === 'media';
  const empty = remote.catalogue.value?.items.length === 0;
  const more = useRef<HTMLElement>(null);
  const seen = useSeen(more, playing);

  const toTop = () => window.scrollTo({ top: 0 });
  const toMore = () => more.current?.scrollIntoView();

  return (
    <>
      <main class="main" data-stage={remote.stage.value}>
        {playing && <Backdrop remote={remote} />}
        {playing && <NowPlaying remote={remote} />}
        <section ref={more} class="more" aria-labelledby="more">
          {playing ? (
            <h2 id="more" class="more-heading">
              {empty ? labels.catalogue.none : labels.catalogue.heading}
            </h2>
          ) : (
            <div class="idle" data-blocked={remote.blocked.value !== undefined}>
              <h1 id="more" class="idle-heading">
                {idleHeading(remote)}
              </h1>
              <p class="idle-text" id="caption" dir="auto">
                {remote.blocked.value ?? idleText(remote, name)}
              </p>
            </div>
          )}
          <CatalogueList remote={remote} loaded={toTop} />
        </section>
      </main>
      <footer class="dock">
        <div class="notice-place">
          <NoticeBar remote={remote} />
          <Banners remote={remote} volatile={app.volatile.value} check={manage} />
        </div>
        <div class="dock-row">
          <Volume remote={remote} />
          {playing && (
            <Press
              class="dock-browse"
              remote={remote}
              label={seen ? labels.catalogue.toTop : labels.catalogue.browse}
              press={seen ? toTop : toMore}
            >
              {seen ? <ArrowUp size={24} /> : <LayoutGrid size={24} />}
            </Press>
          )}
        </div>
      </footer>
    </>
  );
}

function idleHeading(remote: RemoteStore): string {
  if (remote.stage.value === 'hidden') return labels.grants.hidden;
  return remote.lacks('load') ? labels.idle.nothingHeading : labels.idle.heading;
}

function idleText(remote: RemoteStore, name: string): string {
  if (remote.stage.value === 'hidden') return labels.grants.hiddenText(name);
  if (remote.lacks('load')) return labels.idle.nothing(name);
  return remote.catalogue.value?.items.length === 0
    ? labels.idle.empty(name)
    : labels.idle.text(name);
}

/** A breath of the artwork's colours behind the upper half. */
function Backdrop({ remote }: { remote: RemoteStore }) {
  const src = artworkOf(remote.media.value?.metadata, 'square');
  return (
    <div class="backdrop" aria-hidden="true">
      {src !== undefined && <img src={src} alt="" />}
    </div>
  );
}

/** Whether most of what can be seen is the part below the controls. */
function useSeen(part: { current: HTMLElement | null }, watched: boolean): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = part.current;
    if (!watched || !element) return setSeen(false);
    const observer = new IntersectionObserver(
      ([entry]) => setSeen(entry?.isIntersecting === true),
      { rootMargin: '0px 0px -50% 0px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [part, watched]);
  return seen;
}
