import { formatTime } from '@fjern/design/time.ts';
import type { PairedRemote, PairingStatus, ShownOffer } from '@fjern/protocol';
import { Check, ShieldAlert } from 'lucide-preact';
import { labels } from '../labels.ts';
import { shortAddress } from '../state/address.ts';
import type { WrongCode } from '../state/screen.ts';
import { QrCode } from './QrCode.tsx';

export interface CodeProps {
  pairing: PairingStatus;
  greeting: PairedRemote | undefined;
  wrongCode: WrongCode | undefined;
  /** Milliseconds since the Unix epoch. */
  now: number;
  /** Whether the address and PIN stand beside it already. */
  alone: boolean;
}

/** The code, or for a moment what came of it. */
export function Code({ pairing, greeting, wrongCode, now, alone }: CodeProps) {
  const { offer, refused } = pairing;
  if (greeting) return <Greeting remote={greeting} now={now} />;
  if (!offer) return null;
  const address = shortAddress(offer.url);
  const left = formatTime(Math.max(0, (offer.expires - now) / 1000));
  return (
    <div class={`code ${alone ? 'code--alone' : ''}`}>
      {alone && <p class="code__above code__title">{labels.code.title[offer.role]}</p>}
      <div class="code__card">
        <QrCode text={offer.url} label={labels.code.alt(address)} />
      </div>
      {(alone || !wrongCode) && (
        <div class="code__below">
          {alone && (
            <>
              <p class="muted">{labels.code.orType(address)}</p>
              <Pin digits={offer.pin} />
            </>
          )}
          <p class="faint time">{labels.code.expires(left)}</p>
        </div>
      )}
      {wrongCode && <Warning wrongCode={wrongCode} lockedUntil={refused?.lockedUntil} now={now} />}
    </div>
  );
}

/** The same code for somebody without a camera at hand, in letters that are read from the sofa. */
export function TypedCode({ offer }: { offer: ShownOffer }) {
  return (
    <div class="typed">
      <p class="muted">{labels.code.typeAt}</p>
      <p class="address">{shortAddress(offer.url)}</p>
      <p class="muted">{labels.code.typePin}</p>
      <Pin digits={offer.pin} large />
    </div>
  );
}

function Pin({ digits, large = false }: { digits: string; large?: boolean }) {
  const half = Math.ceil(digits.length / 2);
  return (
    <p class={`pin ${large ? 'pin--large' : ''}`} role="img" aria-label={labels.code.pin(digits)}>
      <span>{digits.slice(0, half)}</span>
      <span>{digits.slice(half)}</span>
    </p>
  );
}

function Greeting({ remote, now }: { remote: PairedRemote; now: number }) {
  return (
    <div class="code code--greeting" role="status">
      <Check class="icon code__check" aria-hidden />
      <p class="code__title">{labels.code.greeting(remote.name)}</p>
      <p class="muted">{labels.code.greetingHint(remote.grant, now)}</p>
    </div>
  );
}

/** No lock of the box is longer: what goes beyond is a clock that is wrong. Seconds. */
const longestLock = 300;

function Warning(props: { wrongCode: WrongCode; lockedUntil: number | undefined; now: number }) {
  const { wrongCode, lockedUntil = props.now, now } = props;
  const { locked, lockedHint, refused, refusedHint } = labels.code;
  const left = Math.min(longestLock, Math.max(1, Math.ceil((lockedUntil - now) / 1000)));
  return (
    <div class="code__warning" role="alert">
      <ShieldAlert class="icon" aria-hidden />
      <p>
        <strong>{wrongCode === 'locked' ? locked : refused}</strong>{' '}
        <span class="time">
          {wrongCode === 'locked' ? lockedHint(formatTime(left)) : refusedHint}
        </span>
      </p>
    </div>
  );
}
