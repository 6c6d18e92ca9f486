import {
  type Approval,
  type ApprovalRequest,
  pairingError,
  type RemoteKind,
  type Role,
  StanzaError,
} from '@fjern/protocol';
import type { Clock } from '../clock.ts';
import { type Random, randomToken } from '../random.ts';

/** Seconds that the viewer has. */
const patience = 60;
const mostWaiting = 3;

export interface ConsentOptions {
  clock: Clock;
  random: Random;
  onRequest(request: ApprovalRequest): void;
  /** One has come, or is over. */
  onChange(): void;
}

interface Waiting extends ApprovalRequest {
  from: string;
  settle(decision: Role | StanzaError): void;
}

/** Remotes that have the code, and wait for the viewer to let them in. */
export class Consent {
  private readonly options: ConsentOptions;
  private readonly waiting = new Map<string, Waiting>();

  constructor(options: ConsentOptions) {
    this.options = options;
  }

  get requests(): ApprovalRequest[] {
    return [...this.waiting.values()].map(({ id, name, kind, role, expires }) => ({
      id,
      name,
      kind,
      role,
      expires,
    }));
  }

  /**
   * Resolves with the role that the viewer gives.
   * @param from full JID
   * @throws StanzaError `declined`, `approval-timeout`, `busy`, `pairing-closed`
   */
  ask(from: string, remote: { name: string; kind: RemoteKind; role: Role }): Promise<Role> {
    const { clock, random, onChange, onRequest } = this.options;
    if (this.waiting.size >= mostWaiting)
      throw pairingError(
        'busy',
        'Other remotes are waiting for the viewer: try again in a moment.',
      );
    return new Promise((resolve, reject) => {
      const id = randomToken(random, 9);
      const timer = clock.setTimeout(
        () => settle(pairingError('approval-timeout', 'Nobody at the TV has answered: try again.')),
        patience * 1000,
      );
      const settle = (decision: Role | StanzaError) => {
        clock.clearTimeout(timer);
        this.waiting.delete(id);
        onChange();
        if (decision instanceof StanzaError) reject(decision);
        else resolve(decision);
      };
      const expires = clock.now() + patience * 1000;
      const { name, kind, role } = remote;
      this.waiting.set(id, { id, from, name, kind, role, expires, settle });
      onRequest({ id, name, kind, role, expires });
      onChange();
    });
  }

  /** @throws StanzaError `item-not-found`: it waits no more */
  decide({ id, allow, role }: Approval): void {
    const waiting = this.waiting.get(id);
    if (!waiting)
      throw new StanzaError('item-not-found', { text: 'This remote is not waiting any more.' });
    waiting.settle(allow ? (role ?? waiting.role) : declined());
  }

  /** Nobody is there any more who could be told. @param from full JID */
  withdraw(from: string): void {
    for (const waiting of [...this.waiting.values()])
      if (waiting.from === from)
        waiting.settle(new StanzaError('recipient-unavailable', { text: 'The remote has left.' }));
  }

  close(): void {
    for (const { settle } of [...this.waiting.values()])
      settle(pairingError('pairing-closed', 'The TV does not pair any more now.'));
  }
}

function declined(): StanzaError {
  return pairingError('declined', 'The viewer at the TV said no.');
}
