import type { CommandAction, CommandResult } from '@fjern/protocol';
import type { CommandEntry, CommandStatus } from './commands.ts';
import type { CommandError } from './errors.ts';

/**
 * A command on its way. Awaiting it gives the TV's result, after the state shows the effect; or throws
 * CommandError. A failure that nobody awaits is not an unhandled rejection: it is seen in `status`,
 * `error` and the remote's event `command`.
 */
export interface CommandHandle extends Promise<CommandResult> {
  readonly id: string;
  readonly action: CommandAction;
  readonly status: CommandStatus;
  readonly error: CommandError | undefined;
  /** Called after each change of `status`. */
  onstatus: ((status: CommandStatus) => void) | undefined;
}

/** A handle and what drives it. */
export interface Driven {
  handle: CommandHandle;
  /** The entry's status has changed. */
  changed(): void;
}

export function createHandle(entry: CommandEntry): Driven {
  let settle: { resolve(result: CommandResult): void; reject(error: unknown): void } | undefined;
  const promise = new Promise<CommandResult>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  const handle = Object.defineProperties(promise, {
    id: { value: entry.id, enumerable: true },
    action: { value: entry.action, enumerable: true },
    status: { get: () => entry.status, enumerable: true },
    error: { get: () => entry.error, enumerable: true },
    onstatus: { value: undefined, writable: true },
  }) as CommandHandle;
  return {
    handle,
    changed() {
      if (entry.status === 'done' && entry.result) settle?.resolve(entry.result);
      if (entry.status === 'failed') settle?.reject(entry.error);
      handle.onstatus?.(entry.status);
    },
  };
}
