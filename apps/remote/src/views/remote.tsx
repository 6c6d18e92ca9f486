import { ArrowUp, LayoutGrid, Moon, Search, TabletSmartphone, WifiOff } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { RemoteStore } from '../state/remote.ts';
import { artworkOf } from '../state/view.ts';
import { Banners } from './banner.tsx';
import { CatalogueList } from './catalogue.tsx';
import { Revoked } from './extras.tsx';
import { Message } from './message.tsx';
import { NoticeBar } from './notice.tsx';
import { NowPlaying } from './now-playing.tsx';
import { Press } from './transport.tsx';
import { Volume } from './volume.tsx';

interface Props {
  remote: RemoteStore;
  /** As remembered: shown until the TV says its own. */
  name: string;
  /** The browser forgets the TV with the page. */
  volatile: boolean;
  reconnect: () => void;
  pairAgain: () => void;
  forget: () => void;
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
      <Unavailable {...props} />
    </main>
  );
}

function Unavailable({ remote, name, reconnect, pairAgain, forget }: Props) {
  switch (remote.stage.value) {
    case 'absent':
      return (
        <Message
          icon={<Moon size={48} stroke-width={1.5} />}
          heading={labels.absent.heading(name)}
          text={labels.absent.text}
        />
      );
    case 'unpaired':
      return (
        <Revoked
          remote={remote}
          name={name}
          pairAgain={pairAgain}
          forget={forget}
          meanwhile={
            <Message
              heading={labels.unpaired.heading(name)}
              text={remote.link.value.reason?.message}
            />
          }
        />
      );
    case 'conflict':
      return (
        <Message
          icon={<TabletSmartphone size={48} stroke-width={1.5} />}
          heading={labels.conflict.heading}
          text={labels.conflict.text(name)}
        >
          <button type="button" class="button" onClick={reconnect}>
            {labels.conflict.action}
          </button>
        </Message>
      );
    case 'lost':
      return (
        <Message
          icon={<WifiOff size={48} stroke-width={1.5} />}
          tone="trouble"
          heading={labels.lost.heading(name)}
          text={remote.link.value.reason?.message ?? labels.lost.text}
        >
          <button type="button" class="button" onClick={reconnect}>
            {labels.lost.action}
          </button>
        </Message>
      );
    default: {
      const advice = remote.slow.value ? labels.connecting.slow : labels.connecting.text;
      return (
        <Message
          icon={<Search class="searching" size={48} stroke-width={1.5} />}
          heading={labels.connecting.heading(name)}
          text={remote.online.value ? advice : labels.connecting.offline}
        />
      );
    }
  }
}

function Controls({ remote, name, volatile, manage }: Props) {
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
          <Banners remote={remote} volatile={volatile} check={manage} />
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
