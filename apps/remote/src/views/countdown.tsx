import { useEffect, useState } from 'preact/hooks';
import { pairingLabels } from '../labels-pairing.ts';

/** `Try again in 9 s`. @param until ms since the Unix epoch */
export function Countdown({ until }: { until: number }) {
  const left = () => Math.max(1, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return <span class="countdown">{pairingLabels.retryIn(seconds)}</span>;
}
