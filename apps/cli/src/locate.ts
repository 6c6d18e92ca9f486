import type { KnownTv } from '@fjern/remote';
import { discover } from '@fjern/remote/discovery';

/** How long a TV has to say where it is, ms. TVs answer within 120 ms, or within a second. */
const patience = 1500;

/** Where a paired TV is: where it was last, or, when it is not there, where it says on this network that it is. */
export class Whereabouts {
  private readonly known: KnownTv;
  private attempts = 0;
  /** URL of the latest attempt. */
  current: string;

  constructor(known: KnownTv) {
    this.known = known;
    this.current = known.service;
  }

  /** What to connect to next. Never rejects. */
  async next(): Promise<string> {
    this.attempts++;
    this.current =
      this.attempts === 1
        ? this.known.service
        : ((await announced(this.known)) ?? this.known.service);
    return this.current;
  }
}

async function announced({ fingerprint, service }: KnownTv): Promise<string | undefined> {
  // Anybody can say that he is the TV: one that had a certificate is not looked for without.
  const secure = service.startsWith('wss:');
  try {
    for await (const { type, tv } of discover({ signal: AbortSignal.timeout(patience) })) {
      if (type === 'remove' || tv.fingerprint !== fingerprint) continue;
      const url = tv.urls.find((candidate) => !secure || candidate.startsWith('wss:'));
      if (url) return url;
    }
  } catch {
    // There is no network to ask on.
  }
  return undefined;
}
