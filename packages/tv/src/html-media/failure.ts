import type { MediaErrorCondition } from '@fjern/protocol';
import type { Clock } from '../clock.ts';

/** Whether something answers at a URL; `unknown` when the browser does not let a page find out. */
export type Probe = (url: string, signal: AbortSignal) => Promise<'there' | 'missing' | 'unknown'>;

/** Seconds that finding the cause may take. */
const probeLimit = 3;

// MediaError.code
const network = 2;
const decode = 3;

/** Says why an element failed; code 4 means both "cannot be fetched" and "cannot be played". Never rejects. */
export async function explainFailure(
  error: Pick<MediaError, 'code' | 'message'>,
  url: string,
  probe: Probe,
  clock: Clock,
): Promise<MediaErrorCondition> {
  if (error.code === network) return 'media-unreachable';
  if (error.code === decode) return 'media-failed';
  // Chromium and Firefox give the HTTP status away, also for other origins: `404: Not Found`.
  if (/\b[45]\d\d: /.test(error.message ?? '')) return 'media-unreachable';
  const abort = new AbortController();
  let timer: unknown;
  const late = new Promise<'missing'>((resolve) => {
    timer = clock.setTimeout(() => resolve('missing'), probeLimit * 1000);
  });
  try {
    const found = await Promise.race([probe(url, abort.signal), late]);
    return found === 'missing' ? 'media-unreachable' : 'media-unsupported';
  } catch {
    return 'media-unsupported';
  } finally {
    clock.clearTimeout(timer);
    abort.abort();
  }
}

/** Asks with fetch: in the open where the other side allows it, else blindly, which tells hosts that are not there. */
export const probeByFetch: Probe = async (url, signal) => {
  try {
    const { ok, status } = await fetch(url, { method: 'HEAD', signal });
    // It may be there and not like HEAD.
    return ok || status === 405 || status === 501 ? 'there' : 'missing';
  } catch {
    try {
      await fetch(url, { method: 'HEAD', mode: 'no-cors', signal });
      return 'unknown';
    } catch {
      return 'missing';
    }
  }
};

export const failureTexts: { [C in MediaErrorCondition]: string } = {
  'media-unreachable': 'The TV could not fetch this.',
  'media-unsupported': 'The TV cannot play this kind of media.',
  'media-failed': 'The media is damaged, or the TV failed to decode it.',
  'player-failed': 'The player of the TV stopped working.',
};
