import type { PairingStatus } from '@fjern/protocol';
import { ArrowLeft } from 'lucide-preact';
import { labels } from '../labels.ts';
import type { WrongCode } from '../state/screen.ts';
import { Code, TypedCode } from './Code.tsx';
import { Button } from './parts.tsx';

export interface InviteProps {
  pairing: PairingStatus;
  wrongCode: WrongCode | undefined;
  /** Milliseconds since the Unix epoch. */
  now: number;
  onBack: () => void;
}

/** The code as large as the screen has room for, and what whoever uses it becomes. */
export function Invite({ pairing, wrongCode, now, onBack }: InviteProps) {
  const { offer, remotes } = pairing;
  const { title, lead, back } = labels.invite;
  const role = offer?.role ?? 'member';
  return (
    <div class="screen idle invite" data-focus-scope>
      <div class="idle__middle">
        <div class="idle__text">
          <h1>{title[role]}</h1>
          {offer ? (
            <>
              <p class="lead">
                {labels.code.scan} {remotes.length === 0 ? labels.idle.firstIsOwner : lead[role]}
              </p>
              <TypedCode offer={offer} />
            </>
          ) : (
            <p class="lead">{labels.idle.noOfferHint}</p>
          )}
        </div>
        <Code
          pairing={pairing}
          greeting={undefined}
          wrongCode={wrongCode}
          now={now}
          alone={false}
        />
      </div>
      <footer class="idle__footer">
        <Button start icon={<ArrowLeft class="icon" aria-hidden />} onPress={onBack}>
          {back}
        </Button>
      </footer>
    </div>
  );
}
