import type { Logger } from 'pino';
import type { LogLevel } from './option-table.ts';
import type { BoxEvent } from './report.ts';

/** One line of JSON for each thing that happened, on standard error. */
export interface Log {
  write(event: BoxEvent | LifecycleEvent): void;
  setLevel(level: LogLevel): void;
}

/** What only the log tells. */
export type LifecycleEvent =
  | { event: 'starting'; version: string }
  | { event: 'advertised'; name: string }
  | { event: 'login' | 'logout'; address?: string }
  | { event: 'watchdog'; message: string }
  | { event: 'stopped' };

/** pino is loaded only when something is to be logged. */
export async function openLog(level: LogLevel): Promise<Log> {
  let logger: Logger | undefined;
  const open = async () => {
    const { pino } = await import('pino');
    const destination = pino.destination({ fd: 2, sync: true });
    // A reader that went away is not a reason to stop being a TV.
    destination.on('error', () => {});
    return pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    );
  };
  if (level !== 'silent') logger = await open();
  return {
    write: (event) => {
      const line = lineOf(event);
      if (line) logger?.[line.level](line.fields, line.message);
    },
    setLevel: (next) => {
      level = next;
      if (logger) logger.level = next;
      else if (next !== 'silent')
        open().then(
          (opened) => {
            logger = opened;
          },
          () => {},
        );
    },
  };
}

interface Line {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: { event: string; [field: string]: unknown };
  message: string;
}

/**
 * What is logged of an event is chosen field by field, since events have secrets in them: codes, the token of the TV
 * page. What a remote plays is its household's business, so `state` has no line.
 */
function lineOf(event: BoxEvent | LifecycleEvent): Line | undefined {
  const name = event.event;
  const line = (level: Line['level'], message: string, fields = {}): Line => ({
    level,
    fields: { event: name, ...fields },
    message,
  });
  switch (event.event) {
    case 'starting':
      return line('info', 'The box starts.', { version: event.version });
    case 'listening':
      return line('info', 'The box listens.', { port: event.port, url: event.lanUrl });
    case 'advertised':
      return line('info', 'The TV can be found on the network.', { name: event.name });
    case 'address':
      return line('info', 'The machine has another address.', { url: event.lanUrl });
    case 'renamed':
      return line('warn', 'Another TV on the network has the name.', { name: event.name });
    case 'offer':
      return line('debug', event.url === undefined ? 'No code is shown.' : 'A code is shown.', {
        ...(event.role === undefined ? {} : { role: event.role, expires: event.expires }),
      });
    case 'request':
      return line('info', 'A remote waits for the viewer to let it in.', remote(event));
    case 'paired':
      return line('info', 'A remote was paired.', { ...remote(event), role: event.role });
    case 'revoked':
      return line('info', 'A remote is not paired any more.', remote(event));
    case 'login':
    case 'logout':
      return line('debug', name === 'login' ? 'A client came.' : 'A client went.', {
        ...(event.address === undefined ? {} : { address: event.address }),
      });
    case 'player':
      return line(event.status === 'away' ? 'warn' : 'info', playerText(event.status), {
        status: event.status,
        ...(event.reason === undefined ? {} : { reason: withoutSecrets(event.reason) }),
      });
    case 'power':
      return line('info', event.state === 'on' ? 'The TV is on.' : 'The TV is in standby.', {
        state: event.state,
      });
    case 'reloaded':
      return line('info', 'The configuration was read again.', {
        changed: event.changed,
        restarted: event.restarted,
      });
    case 'stopping':
      return line('info', 'The box stops.', { restart: event.restart });
    case 'stopped':
      return line('info', 'The box has stopped.');
    case 'watchdog':
      return line('error', event.message);
    case 'error':
      return line(
        /^(?:internal|fatal)$/.test(event.code) ? 'error' : 'warn',
        withoutSecrets(event.message),
        {
          code: event.code,
        },
      );
    case 'state':
      return undefined;
  }
}

function remote({ id, kind }: { id: string; kind: string }) {
  return { id, kind };
}

function playerText(status: 'starting' | 'ready' | 'away'): string {
  if (status === 'ready') return 'The player is ready.';
  return status === 'away' ? 'There is no player.' : 'The player starts.';
}

/** Fragments of URLs are where our secrets travel; queries are where others put theirs. */
export function withoutSecrets(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s"'?#]*)[?#][^\s"']*/gi, '$1');
}
