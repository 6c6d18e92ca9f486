import type { MediaError } from '@fjern/protocol';

/** Lines of mpv's log that are kept for an explanation. */
const kept = 20;

/** What mpv and its libraries said since something was loaded, in their own words. */
export class FailureLog {
  private lines: string[] = [];

  add(text: unknown): void {
    if (typeof text !== 'string') return;
    this.lines.push(text.trim());
    if (this.lines.length > kept) this.lines.shift();
  }

  clear(): void {
    this.lines = [];
  }

  /** What the first line that matches captured. */
  find(pattern: RegExp): string | undefined {
    for (const line of this.lines) {
      const match = pattern.exec(line);
      if (match) return match[1] ?? match[0];
    }
    return undefined;
  }
}

/** What went wrong, for people: from mpv's `file_error` and from what it logged before. */
export function explainFailure(fileError: unknown, log: FailureLog): MediaError {
  const status = log.find(/HTTP error (\d{3})/);
  if (status) return unreachable(httpTexts[status] ?? `The server answers ${status}.`);
  if (log.find(/Failed to resolve hostname/))
    return unreachable('There is no server of that name.');
  if (log.find(/Connection refused/)) return unreachable('The server does not answer.');
  if (log.find(/timed out|Connection reset|No route to host|Network is unreachable|TLS/i))
    return unreachable('The server could not be reached.');
  if (log.find(/potentially unsafe|not on whitelist|not in allowed/i))
    return {
      condition: 'media-unsupported',
      text: 'It refers to something that the TV does not open.',
    };
  const codec = log.find(/Failed to initialize a decoder for codec '([^']+)'/);
  if (codec)
    return { condition: 'media-unsupported', text: `The TV has no decoder for this (${codec}).` };
  switch (fileError) {
    case 'loading failed':
      return unreachable('The TV could not fetch this.');
    case 'unrecognized file format':
      return {
        condition: 'media-unsupported',
        text: 'The TV cannot play this kind of media.',
      };
    case 'audio output initialization failed':
      return { condition: 'media-failed', text: 'The TV could not open its sound output.' };
    case 'video output initialization failed':
      return { condition: 'media-failed', text: 'The TV could not open its picture output.' };
    default:
      return {
        condition: 'media-failed',
        text: 'The media is damaged, or the TV failed to decode it.',
      };
  }
}

export const playerGone: MediaError = {
  condition: 'player-failed',
  text: 'The player of the TV stopped working. Load it again.',
};

const httpTexts: Readonly<Record<string, string>> = {
  401: 'The server wants a login for this (401).',
  403: 'The server does not give this away (403).',
  404: 'There is nothing at this address (404).',
  410: 'There is nothing at this address any more (410).',
  500: 'The server failed (500).',
  503: 'The server is busy or down (503).',
};

function unreachable(text: string): MediaError {
  return { condition: 'media-unreachable', text };
}
