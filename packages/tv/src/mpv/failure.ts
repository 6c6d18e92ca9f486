import type { MediaError, MediaErrorCondition } from '@fjern/protocol';

interface Explanation {
  pattern: RegExp;
  condition: MediaErrorCondition;
  text: string | ((detail: string) => string);
}

/** What mpv and ffmpeg log about failures, the most telling first, in words for people. */
const explanations: readonly Explanation[] = [
  {
    pattern: /HTTP error (\d{3})/,
    condition: 'media-unreachable',
    text: (status) => httpTexts[status] ?? `The server answers with an error (${status}).`,
  },
  {
    pattern: /Failed to resolve hostname/,
    condition: 'media-unreachable',
    text: 'There is no server of that name.',
  },
  {
    pattern: /Connection refused/,
    condition: 'media-unreachable',
    text: 'No server answers there.',
  },
  {
    pattern: /timed out|No route to host|Network is unreachable|\btls\b/i,
    condition: 'media-unreachable',
    text: 'The server could not be reached.',
  },
  {
    pattern: /potentially unsafe URL|not on whitelist|Unsafe file name/,
    condition: 'media-unsupported',
    text: 'It refers to something that the TV does not open.',
  },
  {
    pattern: /Failed to initialize a decoder for codec '([^']*)'/,
    condition: 'media-unsupported',
    text: (codec) => `The TV has no decoder for this (${codec}).`,
  },
  {
    pattern: /ends prematurely|Connection reset|Input\/output error/,
    condition: 'media-unreachable',
    text: 'The server stopped sending in the middle.',
  },
  {
    pattern: /partial file|Invalid data found|moov atom not found|Error (while )?decoding/,
    condition: 'media-failed',
    text: 'The media is damaged or incomplete.',
  },
];

const httpTexts: Readonly<Record<string, string>> = {
  401: 'The server wants a login for this (401).',
  403: 'The server does not give this away (403).',
  404: 'There is nothing at this address (404).',
  410: 'There is nothing at this address any more (410).',
  500: 'The server failed (500).',
  503: 'The server is busy or down (503).',
};

/** By mpv's `file_error`, for want of anything better. */
const fileErrors: Readonly<Record<string, MediaError>> = {
  'loading failed': { condition: 'media-unreachable', text: 'The TV could not fetch this.' },
  'unrecognized file format': {
    condition: 'media-unsupported',
    text: 'The TV cannot play this kind of media.',
  },
  'no audio or video data played': {
    condition: 'media-unsupported',
    text: 'There is nothing in it that the TV can play.',
  },
  'audio output initialization failed': {
    condition: 'media-failed',
    text: 'The TV could not open its sound output.',
  },
  'video output initialization failed': {
    condition: 'media-failed',
    text: 'The TV could not open its picture output.',
  },
};

const damaged: MediaError = {
  condition: 'media-failed',
  text: 'The media is damaged, or the TV failed to decode it.',
};

export const playerGone: MediaError = {
  condition: 'player-failed',
  text: 'The player of the TV stopped working. It is being restarted: load this again.',
};

/** What mpv logged since something was loaded, as far as it explains anything. */
export class FailureLog {
  private readonly found = new Map<Explanation, string>();

  add(line: string): void {
    for (const explanation of explanations) {
      const match = explanation.pattern.exec(line);
      if (match && !this.found.has(explanation)) this.found.set(explanation, match[1] ?? '');
    }
  }

  clear(): void {
    this.found.clear();
  }

  /** The most telling, if there was anything. */
  explain(): MediaError | undefined {
    for (const explanation of explanations) {
      const detail = this.found.get(explanation);
      if (detail === undefined) continue;
      const { condition, text } = explanation;
      return { condition, text: typeof text === 'string' ? text : text(detail) };
    }
    return undefined;
  }
}

/** @param fileError mpv's, of `end-file` */
export function explainFailure(fileError: unknown, log: FailureLog): MediaError {
  const known = fileErrors[String(fileError)];
  const logged = log.explain();
  // What cannot be made sense of is not what mpv calls damaged, whatever else it said about it.
  if (known?.condition === 'media-unsupported' && logged?.condition === 'media-failed')
    return known;
  return logged ?? known ?? damaged;
}
