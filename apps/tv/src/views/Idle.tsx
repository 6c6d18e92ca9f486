import type { PairedRemote, PairingStatus } from '@fjern/protocol';
import { Settings2, Smartphone, Tv } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { WrongCode } from '../state/screen.ts';
import { formatClock } from '../state/time.ts';
import { Code, TypedCode } from './Code.tsx';
import { Button } from './parts.tsx';

export interface IdleProps {
  name: string;
  pairing: PairingStatus;
  greeting: PairedRemote | undefined;
  wrongCode: WrongCode | undefined;
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
          {pairing.renamedFrom && (
            <small class="idle__renamed">{labels.renamed(pairing.renamedFrom, name)}</small>
          )}
        </p>
        <Clock now={now} />
      </header>
      <div class="idle__middle">
        {paired ? <Ready /> : <Invitation offer={pairing.offer} />}
        <Code {...props} alone={paired} />
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
function names(remotes: readonly PairedRemote[]): string[] {
  const here = remotes.filter(({ online }) => online);
  return [...here, ...remotes.filter(({ online }) => !online)].map(({ name }) => name);
}

function Online({ remotes }: { remotes: readonly PairedRemote[] }) {
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
  const { heading, firstIsOwner, noOfferHint } = labels.idle;
  return (
    <div class="idle__text">
      <h1>{heading}</h1>
      {offer ? (
        <>
          <p class="lead">
            {labels.code.scan} <span class="idle__owner">{firstIsOwner}</span>
          </p>
          <TypedCode offer={offer} />
        </>
      ) : (
        <p class="lead">{noOfferHint}</p>
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
