import { SessionError } from '@fjern/protocol';

let part: Promise<typeof import('./stepwise.ts')> | undefined;

/**
 * The part of the link that only a login with a password, or without a credential, needs.
 * @throws SessionError `unreachable` when it cannot be fetched
 */
export function loadStepwise(): Promise<typeof import('./stepwise.ts')> {
  part ??= import('./stepwise.ts').catch((cause: unknown) => {
    part = undefined;
    throw new SessionError('unreachable', 'A part of the application could not be fetched', {
      cause,
    });
  });
  return part;
}
