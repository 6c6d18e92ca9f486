import { Clock, ScanLine, Unplug } from 'lucide-preact';
import { labels } from '../labels.ts';
import { pairingLabels, revocationHeading, revocationText } from '../labels-pairing.ts';
import type { RemoteStore } from '../state/remote.ts';
import { Message } from './message.tsx';

interface Props {
  remote: RemoteStore;
  name: string;
  pairAgain: () => void;
  forget: () => void;
}

/** The TV has sent this phone away: who did it and when, if the TV could say. */
export function Revoked({ remote, name, pairAgain, forget }: Props) {
  const reason = remote.link.value.reason;
  const revocation = reason?.revocation;
  const look = { size: 48, 'stroke-width': 1.5 };
  const icons = {
    removed: <Unplug {...look} />,
    expired: <Clock {...look} />,
    upgrade: <ScanLine {...look} />,
  };
  return (
    <Message
      icon={icons[revocation?.reason ?? 'removed']}
      heading={revocation ? revocationHeading(revocation, name) : labels.unpaired.heading(name)}
      text={
        revocation
          ? revocationText(revocation, name)
          : reason?.message || pairingLabels.revoked.hearsay(name)
      }
    >
      <button type="button" class="button" onClick={pairAgain}>
        {labels.unpaired.again}
      </button>
      <button type="button" class="button button-quiet" onClick={forget}>
        {labels.unpaired.forget}
      </button>
    </Message>
  );
}
