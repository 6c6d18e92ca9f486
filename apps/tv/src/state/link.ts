import type { SessionState } from '@fjern/protocol';

/** What the screen needs to know about the way to the hub. */
export type Link =
  /** Opened without the token that makes this page the TV. */
  | { status: 'no-token' }
  | { status: 'connecting' }
  | { status: 'online' }
  | { status: 'waiting' }
  /** The hub took the token, but who answers there cannot, or does not, open the sealed channel. */
  | { status: 'unsealed' }
  /** Another window is the TV now. */
  | { status: 'conflict' }
  /** The hub no longer takes this page's token. */
  | { status: 'refused' }
  /** Ended for another reason that trying again does not mend. */
  | { status: 'stopped' };

/** Whether the page has given up on the hub until a person does something. */
export function isFinal({ status }: Link): boolean {
  return ['no-token', 'conflict', 'refused', 'stopped'].includes(status);
}

export function linkOf(state: SessionState): Link {
  if (state.status !== 'closed') return { status: state.status };
  const code = state.error?.code;
  return { status: code === 'conflict' || code === 'refused' ? code : 'stopped' };
}
