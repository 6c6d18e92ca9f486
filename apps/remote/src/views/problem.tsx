import { CircleX, Clock, ScanLine, ShieldAlert, WifiOff } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { pairingLabels } from '../labels-pairing.ts';
import type { Screen } from '../state/app.ts';
import type { PairProblem } from '../state/pairing.ts';
import { Countdown } from './countdown.tsx';
import { Message } from './message.tsx';

interface Props {
  screen: Extract<Screen, { name: 'problem' }>;
  /** Shows the other ways to pair. */
  connect: () => void;
}

/** Why pairing did not come about, and what to do. */
export function Problem({ screen, connect }: Props) {
  const { problem, tv, until, detail, again } = screen;
  const { heading, text } = pairingLabels.problems[problem];
  const waiting = useWait(until);
  return (
    <Message
      icon={<ProblemIcon problem={problem} />}
      tone="trouble"
      heading={heading}
      text={detail || text(tv)}
    >
      {again && (
        <button type="button" class="button" disabled={waiting} onClick={again}>
          {waiting ? <Countdown until={until ?? 0} /> : labels.tryAgain}
        </button>
      )}
      <button type="button" class={`button ${again ? 'button-quiet' : ''}`} onClick={connect}>
        {pairingLabels.otherWays}
      </button>
    </Message>
  );
}

/** Whether that instant is still to come. */
function useWait(until: number | undefined): boolean {
  const left = () => (until === undefined ? 0 : until - Date.now());
  const [waiting, setWaiting] = useState(left() > 0);
  useEffect(() => {
    setWaiting(left() > 0);
    if (left() <= 0) return undefined;
    const timer = setTimeout(() => setWaiting(false), left());
    return () => clearTimeout(timer);
  }, [until]);
  return waiting;
}

function ProblemIcon({ problem }: { problem: PairProblem }) {
  const look = { size: 48, 'stroke-width': 1.5 };
  switch (problem) {
    case 'code-expired':
    case 'locked':
    case 'busy':
    case 'approval-timeout':
      return <Clock {...look} />;
    case 'unreachable':
    case 'timeout':
      return <WifiOff {...look} />;
    case 'declined':
    case 'refused':
      return <CircleX {...look} />;
    case 'impostor':
      return <ShieldAlert {...look} />;
    default:
      return <ScanLine {...look} />;
  }
}
