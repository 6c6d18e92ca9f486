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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function createHandle(entry: CommandEntry): Driven {
  let settle: { resolve(result: CommandResult): void; reject(error: unknown): void } | undefined;
  const promise = new Promise<CommandResult>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Assigned one by one: accessors, or one call for all of them, take a promise out of what engines are quick at.
  const handle = promise as Writable<CommandHandle>;
  handle.id = entry.id;
  handle.action = entry.action;
  handle.status = entry.status;
  handle.error = undefined;
  handle.onstatus = undefined;
  return {
    handle,
    changed() {
      handle.status = entry.status;
      handle.error = entry.error;
      if (entry.status === 'done' && entry.result) settle?.resolve(entry.result);
      if (entry.status === 'failed') {
        promise.catch(() => {});
        settle?.reject(entry.error);
      }
      handle.onstatus?.(entry.status);
    },
  };
}
