import type { Hub } from '@fjern/hub';
import type { Pairing } from '@fjern/tv/pairing';
import type { Log } from './logs.ts';
import type { Report } from './report.ts';

/** Milliseconds without its page after which the TV is taken to be off. */
const standbyAfter = 60_000;
/**
 * Milliseconds in which the TV can tell a remote that was removed why, sealed. Its key is worth nothing
 * from the first of them on; then its stream is ended, too.
 */
const farewellTime = 1000;

/** Ends what a removed remote has open, when it had the time to hear why. */
export function disconnectLater(hub: Hub, reason: (username: string) => string | undefined) {
  const timers = new Set<NodeJS.Timeout>();
  return {
    start: (username: string) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        hub.disconnect(username, reason(username));
      }, farewellTime);
      timers.add(timer);
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

export function followLogins(hub: Hub, pairing: Pairing, log: Log): void {
  hub.on('login', ({ jid, address }) => {
    pairing.setOnline(jid, true);
    log.write({ event: 'login', address });
  });
  hub.on('logout', ({ jid }) => {
    pairing.setOnline(jid, false);
    log.write({ event: 'logout' });
  });
}

/**
 * Who was let in until standby is not let in any more once the screen was off for a minute. A page that is
 * reloaded, or one that crashed and comes back, is not a TV that was switched off.
 */
export function watchStandby(
  hub: Hub,
  pairing: Pairing,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stops = [
    hub.on('login', ({ username }) => {
      if (username === 'tv') clearTimeout(timer);
    }),
    hub.on('logout', ({ username }) => {
      if (username !== 'tv') return;
      clearTimeout(timer);
      timer = setTimeout(() => pairing.standby().catch(onError), standbyAfter);
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

export function reportPairing(pairing: Pairing, report: Report): void {
  pairing.on('offer', () => reportOffer(pairing, report));
  pairing.on('request', ({ id, name, kind }) => report({ event: 'request', id, name, kind }));
  pairing.on('paired', ({ id, name, kind, grant }) =>
    report({ event: 'paired', id, name, kind, role: grant.role }),
  );
  pairing.on('revoked', ({ id, name, kind }) => report({ event: 'revoked', id, name, kind }));
}

export function reportOffer(pairing: Pairing, report: Report): void {
  const { offer } = pairing.status;
  report({
    event: 'offer',
    ...(offer
      ? {
          url: offer.url,
          pin: offer.pin,
          role: offer.role,
          expires: new Date(offer.expires).toISOString(),
        }
      : {}),
  });
}
