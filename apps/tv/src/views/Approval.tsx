import { labels } from '../labels.ts';
import { type Question, questionTiming } from '../state/question.ts';
import { Button, RemoteIcon, useReturningFocus } from './parts.tsx';

export interface ApprovalProps {
  question: Question;
  /** Milliseconds since the Unix epoch. */
  now: number;
  onAnswer: (allow: boolean, role?: 'guest') => void;
}

/**
 * Asks the viewer about a remote that has used the code, on top of whatever is on the screen. Nobody at the TV has
 * asked for it to appear, so the focus is on the answer that does no harm: whoever expects the remote moves one step,
 * whoever does not and presses OK without looking has let nobody in.
 */
export function Approval({ question, now, onAnswer }: ApprovalProps) {
  useReturningFocus();
  const { request, until, others, state } = question;
  const { heading, hint, left, others: waiting, deny, allow, allowGuest, failed } = labels.approval;
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const busy = state === 'busy';
  const guest = { busy, onPress: () => onAnswer(true, 'guest') };
  return (
    <div class="approval" data-focus-scope>
      <div
        class={`approval__box approval__box--${state}`}
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="approval-heading"
        aria-describedby="approval-hint"
      >
        <div class="approval__kind">
          <Ring part={(until - now) / questionTiming.patience} />
          <RemoteIcon kind={request.kind} />
        </div>
        <div class="approval__text">
          <h2 id="approval-heading">{heading(request.name)}</h2>
          <p class="lead" id="approval-hint" role={state === 'failed' ? 'alert' : undefined}>
            {state === 'failed' ? failed : hint[request.role]}
          </p>
          <div class="actions">
            <Button start busy={busy} onPress={() => onAnswer(false)}>
              {deny}
            </Button>
            {request.role !== 'guest' && (
              <Button busy={busy} onPress={() => onAnswer(true)}>
                {allow}
              </Button>
            )}
            {request.role !== 'owner' && <Button {...guest}>{allowGuest}</Button>}
          </div>
          <p class="faint time">
            {left(seconds)} {others > 0 && waiting(others)}
          </p>
        </div>
      </div>
    </div>
  );
}

const radius = 46;
const length = 2 * Math.PI * radius;

/** How much time is left. @param part 0..1 */
function Ring({ part }: { part: number }) {
  const left = Math.min(1, Math.max(0, part));
  return (
    <svg class="ring" viewBox="0 0 100 100" aria-hidden>
      <circle class="ring__track" cx="50" cy="50" r={radius} />
      <circle
        class="ring__left"
        cx="50"
        cy="50"
        r={radius}
        stroke-dasharray={length}
        style={{ strokeDashoffset: length * (1 - left) }}
      />
    </svg>
  );
}
