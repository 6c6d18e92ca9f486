import type { KnownTv } from '@fjern/remote';
import { MonitorX, Moon, ShieldAlert, TabletSmartphone, WifiOff } from 'lucide-preact';
import { labels } from '../labels.ts';
import { tvsLabels } from '../labels-tvs.ts';
import type { App } from '../state/app.ts';
import type { Place } from '../state/pairing.ts';
import type { RemoteStore } from '../state/remote.ts';
import { Message } from './message.tsx';
import { Revoked } from './revoked.tsx';

interface Props {
  app: App;
  tv: KnownTv;
  remote: RemoteStore;
  name: string;
  /** Opens the list of TVs. */
  choose: () => void;
}

const look = { size: 48, 'stroke-width': 1.5 };

/** Why a TV cannot be controlled, and what to do. */
export function Unavailable(props: Props) {
  const { app, tv, remote, name, choose } = props;
  const other = remote.replaced.value;
  const pairAgain = () => app.connect(tv);
  switch (remote.stage.value) {
    case 'absent':
      return (
        <Message
          icon={<Moon {...look} />}
          heading={tvsLabels.absent.heading(name)}
          text={tvsLabels.absent.text}
        />
      );
    case 'unpaired':
      return (
        <Revoked
          remote={remote}
          name={name}
          pairAgain={pairAgain}
          forget={() => void app.forget(tv)}
        />
      );
    case 'conflict':
      return (
        <Message
          icon={<TabletSmartphone {...look} />}
          heading={tvsLabels.conflict.heading}
          text={tvsLabels.conflict.text(name)}
        >
          <button type="button" class="button" onClick={() => app.reconnect()}>
            {tvsLabels.conflict.action}
          </button>
        </Message>
      );
    case 'lost':
      return (
        <Message
          icon={<WifiOff {...look} />}
          tone="trouble"
          heading={tvsLabels.lost.heading(name)}
          text={remote.link.value.reason?.message ?? tvsLabels.lost.text}
        >
          <button type="button" class="button" onClick={() => app.reconnect()}>
            {labels.tryAgain}
          </button>
        </Message>
      );
    case 'replaced':
      return other ? <Replaced {...props} other={other} /> : null;
    default:
      return (
        <Message
          icon={<ShieldAlert {...look} />}
          tone="trouble"
          heading={tvsLabels.impostor.heading(name)}
          text={tvsLabels.impostor.text(name)}
        >
          <button type="button" class="button button-quiet" onClick={pairAgain}>
            {labels.unpaired.again}
          </button>
          <button type="button" class="button button-quiet" onClick={choose}>
            {labels.tvs.heading}
          </button>
        </Message>
      );
  }
}

/** Where the TV was, another one answers. */
function Replaced({ app, name, other, choose }: Props & { other: Place }) {
  const words = tvsLabels.replaced;
  const known = app.tvs.value.find(({ domain }) => domain === other.domain);
  return (
    <Message
      icon={<MonitorX {...look} />}
      heading={words.heading}
      text={words.text(name, other.name)}
    >
      {known ? (
        <button type="button" class="button" onClick={() => app.use(known)}>
          {words.use(other.name)}
        </button>
      ) : (
        <button type="button" class="button" onClick={() => app.connect(undefined, other)}>
          {words.pair(other.name)}
        </button>
      )}
      <button type="button" class="button button-quiet" onClick={choose}>
        {labels.tvs.heading}
      </button>
    </Message>
  );
}
