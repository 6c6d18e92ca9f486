import { formatTime } from '@fjern/design/time.ts';
import type { PairedRemote, PairingStatus } from '@fjern/protocol';
import { Check, Settings2, Smartphone, TriangleAlert, Tv } from 'lucide-preact';
import { labels } from '../labels.ts';
import { shortAddress } from '../state/address.ts';
import { formatClock } from '../state/time.ts';
import { Button } from './parts.tsx';
import { QrCode } from './QrCode.tsx';

export interface IdleProps {
  name: string;
  pairing: PairingStatus;
  greeting: PairedRemote | undefined;
  wrongCode: 'refused' | 'locked' | undefined;
  /** Milliseconds since the Unix epoch. */
  now: number;
  onManage: () => void;
}

export function Idle(props: IdleProps) {
  const { name, pairing, now } = props;
  const { remotes } = pairing;
  const paired = remotes.length > 0;
  return (
    <div class={`screen idle ${paired ? 'idle--paired' : ''}`} data-focus-scope>
      <header class="idle__header">
        <p class="idle__name">
          <Tv class="icon" aria-hidden />
          <span dir="auto">{name || labels.tv}</span>
        </p>
        <Clock now={now} />
      </header>
      <div class="idle__middle">
        {paired ? <Ready /> : <Invitation offer={pairing.offer} />}
        <Code {...props} />
      </div>
      <footer class="idle__footer">
        <p class="idle__remotes">
          <Smartphone class="icon" aria-hidden />
          <span class="idle__remotes-names">
            {paired ? labels.idle.paired(names(remotes)) : labels.idle.nobody}
          </span>
          <Online remotes={remotes} />
        </p>
        {paired && (
          <Button start icon={<Settings2 class="icon" aria-hidden />} onPress={props.onManage}>
            {labels.idle.manage}
          </Button>
        )}
      </footer>
    </div>
  );
}

/** Those that are here now first. */
function names(remotes: PairedRemote[]): string[] {
  const here = remotes.filter(({ online }) => online);
  return [...here, ...remotes.filter(({ online }) => !online)].map(({ name }) => name);
}

function Online({ remotes }: { remotes: PairedRemote[] }) {
  const count = remotes.filter(({ online }) => online).length;
  if (count === 0) return null;
  return (
    <span class="idle__online">
      <span class="dot" aria-hidden />
      {labels.idle.online(count)}
    </span>
  );
}

function Invitation({ offer }: { offer: PairingStatus['offer'] }) {
  return (
    <div class="idle__text">
      <h1>{labels.idle.heading}</h1>
      {offer ? (
        <>
          <p class="lead">{labels.idle.scan}</p>
          <p class="idle__address">
            <span class="muted">{labels.idle.typed}</span>
            <span class="address">{shortAddress(offer.url)}</span>
            <span class="muted">{labels.idle.typedHint}</span>
          </p>
        </>
      ) : (
        <p class="lead">{labels.idle.noOfferHint}</p>
      )}
    </div>
  );
}

function Clock({ now }: { now: number }) {
  const { time, period } = formatClock(now);
  return (
    <p class="idle__clock">
      {period?.first && <span class="idle__period">{period.text} </span>}
      {time}
      {period && !period.first && <span class="idle__period"> {period.text}</span>}
    </p>
  );
}

function Ready() {
  return (
    <div class="idle__text">
      <h1>{labels.idle.ready}</h1>
      <p class="lead">{labels.idle.pick}</p>
    </div>
  );
}

/** The code, or for a moment what came of it. */
function Code({ pairing, greeting, wrongCode, now }: IdleProps) {
  const { offer, remotes } = pairing;
  const paired = remotes.length > 0;
  if (greeting)
    return (
      <div class="code code--greeting" role="status">
        <Check class="icon code__check" aria-hidden />
        <p class="code__title">{labels.idle.greeting(greeting.name)}</p>
        <p class="muted">{labels.idle.greetingHint}</p>
      </div>
    );
  if (!offer) return null;
  const left = Math.max(0, (offer.expires - now) / 1000);
  return (
    <div class="code">
      {paired && <p class="code__above code__title">{labels.idle.addAnother}</p>}
      <div class="code__card">
        <QrCode text={offer.url} label={labels.idle.code(shortAddress(offer.url))} />
      </div>
      {wrongCode ? (
        <WrongCode locked={wrongCode === 'locked'} />
      ) : (
        <div class="code__below">
          {paired && <p class="address address--small">{shortAddress(offer.url)}</p>}
          <p class="faint time">{labels.idle.expires(formatTime(left))}</p>
        </div>
      )}
    </div>
  );
}

function WrongCode({ locked }: { locked: boolean }) {
  return (
    <div class="code__warning" role="alert">
      <TriangleAlert class="icon" aria-hidden />
      <p>
        <strong>{locked ? labels.idle.locked : labels.idle.wrongCode}</strong>{' '}
        {locked ? labels.idle.lockedHint : labels.idle.wrongCodeHint}
      </p>
    </div>
  );
}
