import { labels } from '../labels.ts';
import { pairingLabels } from '../labels-pairing.ts';
import { ApprovalPicture } from './code-pictures.tsx';

interface Props {
  tv: string;
  ownName: string;
  cancel: () => void;
}

/** While the TV's viewer is asked. */
export function Approval({ tv, ownName, cancel }: Props) {
  const { approval } = pairingLabels;
  const [before, between, after] = approval.text;
  return (
    <section class="message approval">
      <div class="message-icon" aria-hidden="true">
        <ApprovalPicture />
      </div>
      <h1 class="message-heading">{approval.heading}</h1>
      <p class="message-text">
        {before}
        <bdi class="approval-name">{tv || labels.tv}</bdi>
        {between}
        <bdi class="approval-name">{ownName}</bdi>
        {after}
      </p>
      <p class="hint">{approval.hint}</p>
      <button type="button" class="button button-quiet" onClick={cancel}>
        {approval.cancel}
      </button>
    </section>
  );
}
