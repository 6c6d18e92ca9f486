import { connect as connectLink, type Link } from '@fjern/link';
import {
  decodeOfferUrl,
  decodePairResult,
  type Element,
  encodeConfirm,
  encodePairRequest,
  firstElement,
  type Offer,
  ProtocolError,
  pairingErrorCondition,
  type RemoteKind,
  SessionError,
  type SessionErrorCode,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { PairError, type PairErrorCode, unreachableTv } from './errors.ts';
import { type ConnectOptions, type KnownTv, openLink } from './known-tv.ts';

export interface PairOptions {
  /** What the TV's viewer reads: `Anna’s phone`. */
  name: string;
  kind: RemoteKind;
  /**
   * Makes the credential durable. Called as soon as there is one (marked `provisional`), and again when the
   * TV has confirmed it. When it throws, `pair` throws the same; the offer is spent then.
   */
  save: (known: KnownTv) => void | Promise<void>;
  signal?: AbortSignal;
  /** Seconds for all of it; default 20. */
  timeout?: number;
  onprogress?: (progress: PairProgress) => void;
  /** For both links. */
  link?: Omit<ConnectOptions, 'signal'>;
}

export type ResumeOptions = Pick<PairOptions, 'signal' | 'timeout' | 'onprogress' | 'link'>;

export interface PairProgress {
  step: 'connecting' | 'pairing' | 'saving' | 'confirming';
  /** Why the last attempt to connect failed; it is tried again until the time is up. */
  problem?: SessionErrorCode;
}

const defaultTimeout = 20;

// Loaded when there is something to pair: see pairing-on-demand.ts, which says what these do.

export function pair(offerUrl: string, options: PairOptions): Promise<KnownTv> {
  return attempt(options, async (limits) => {
    const offer = readOffer(offerUrl);
    const domain = offer.tv.slice(offer.tv.indexOf('@') + 1);
    const service = `${offer.origin.replace(/^http/, 'ws')}/xmpp-websocket`;
    options.onprogress?.({ step: 'connecting' });
    const anonymous = connectLink({
      service,
      ...options.link,
      domain,
      credential: { anonymous: true },
    });
    const known = await over(anonymous, limits, () =>
      introduce(anonymous, { offer, domain, service }, options, limits),
    );
    options.onprogress?.({ step: 'saving' });
    await options.save({ ...known, provisional: true });
    await confirm(known, options, limits);
    await options.save(known);
    return known;
  });
}

export function resumePairing(known: KnownTv, options: ResumeOptions = {}): Promise<KnownTv> {
  return attempt(options, async (limits) => {
    await confirm(known, options, limits);
    const { provisional: _, ...confirmed } = known;
    return confirmed;
  });
}

function readOffer(url: string): Offer {
  try {
    return decodeOfferUrl(url);
  } catch (error) {
    const newer = error instanceof ProtocolError && error.code === 'unknown';
    throw pairError(newer ? 'newer-tv' : 'not-an-offer', error);
  }
}

/** Gives up when time is up or the caller says so; remembers why no connection came about. */
interface Limits {
  signal: AbortSignal;
  /** Set when the time is up. */
  timedOut: boolean;
  problem: SessionErrorCode | undefined;
  online: boolean;
}

async function attempt<T>(options: ResumeOptions, run: (limits: Limits) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const limits: Limits = {
    signal: controller.signal,
    timedOut: false,
    problem: undefined,
    online: false,
  };
  const abort = () => controller.abort();
  const timer = setTimeout(
    () => {
      limits.timedOut = true;
      abort();
    },
    (options.timeout ?? defaultTimeout) * 1000,
  );
  options.signal?.addEventListener('abort', abort);
  try {
    if (options.signal?.aborted) throw pairError('aborted', options.signal.reason);
    return await run(limits);
  } catch (error) {
    throw asPairError(error, limits);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

async function over<T>(link: Link, limits: Limits, run: () => Promise<T>): Promise<T> {
  limits.online = false;
  const watch = link.on('state', (state) => {
    if (state.status === 'waiting') limits.problem = state.error.code;
    if (state.status === 'online') limits.online = true;
  });
  try {
    await link.ready({ signal: limits.signal });
    return await run();
  } finally {
    watch();
    await link.close();
  }
}

interface Introduction {
  offer: Offer;
  domain: string;
  service: string;
}

async function introduce(
  link: Link,
  { offer, domain, service }: Introduction,
  { name, kind, onprogress }: PairOptions,
  { signal }: Limits,
): Promise<KnownTv> {
  onprogress?.({ step: 'pairing' });
  const request = encodePairRequest({ secret: offer.secret, name, kind });
  const answer = await link.request(xml('iq', { type: 'set', to: domain }, request), { signal });
  const paired = decodePairResult(payloadOf(answer));
  if (paired.tv !== offer.tv || !paired.jid.endsWith(`@${domain}`))
    throw new ProtocolError('invalid-value', 'paired@tv', 'is not the TV of the code');
  return {
    tv: offer.tv,
    name: paired.name || offer.name,
    fingerprint: offer.fingerprint,
    service,
    domain,
    jid: paired.jid,
    token: paired.token,
  };
}

async function confirm(known: KnownTv, options: ResumeOptions, limits: Limits): Promise<void> {
  options.onprogress?.({ step: 'confirming' });
  const link = openLink(known, options.link ?? {});
  const request = () =>
    link.request(xml('iq', { type: 'set', to: known.domain }, encodeConfirm()), {
      signal: limits.signal,
    });
  await over(link, limits, request);
}

function payloadOf(result: Element): Element {
  const payload = firstElement(result);
  if (!payload) throw new ProtocolError('malformed', 'iq', 'has no payload');
  return payload;
}

const sessionCodes: Partial<Record<SessionErrorCode, PairErrorCode>> = {
  refused: 'refused',
  timeout: 'timeout',
  unreachable: 'unreachable',
  lost: 'unreachable',
  'not-online': 'unreachable',
  'stream-error': 'protocol',
  protocol: 'protocol',
  conflict: 'refused',
};

/** Also gives back what is none of ours: an error of the application's `save`. */
function asPairError(error: unknown, limits: Limits): unknown {
  if (error instanceof PairError) return error;
  if (limits.signal.aborted && error instanceof SessionError) {
    if (!limits.timedOut) return pairError('aborted', error);
    if (limits.online) return pairError('timeout', error);
    const { problem } = limits;
    return pairError((problem && sessionCodes[problem]) ?? 'unreachable', error);
  }
  if (error instanceof StanzaError)
    return pairError(pairingErrorCondition(error) ?? refusalOf(error), error);
  if (error instanceof ProtocolError) return pairError('protocol', error);
  if (error instanceof SessionError)
    return pairError(sessionCodes[error.code] ?? 'unreachable', error);
  return error;
}

function refusalOf(error: StanzaError): PairErrorCode {
  return error.type === 'auth' ? 'refused' : 'protocol';
}

const pairSentences: Record<PairErrorCode, string> = {
  'code-wrong': 'The TV does not know this code: scan the one on its screen.',
  'code-expired': 'This code is too old: scan the new one on the TV.',
  'code-used': 'Somebody has paired with this code already: scan the new one on the TV.',
  'pairing-closed': 'The TV is not showing a code: start pairing on the TV.',
  locked: 'There were too many wrong tries: wait a minute, then scan again.',
  'not-an-offer': 'This is not a code from a TV, or it is damaged: scan it again.',
  'newer-tv': 'This TV is newer than this app: update the app.',
  unreachable: unreachableTv,
  timeout: 'The TV did not answer in time: try again.',
  aborted: 'Pairing was cancelled.',
  refused: 'The TV does not let this remote in: pair it again.',
  protocol: 'What answered is not a TV that this app understands.',
};

function pairError(code: PairErrorCode, cause?: unknown): PairError {
  return new PairError(code, pairSentences[code], cause);
}
