import { connect as connectLink, type Link } from '@fjern/link';
import {
  type CodeKind,
  decodeConfirmation,
  decodeEnvelope,
  decodeOfferUrl,
  decodePairResult,
  decodePakeResponse,
  type Element,
  encodeComplete,
  encodeConfirmation,
  encodeEnvelope,
  encodeIntroduction,
  encodePakeRequest,
  firstElement,
  type Offer,
  type PairResult,
  ProtocolError,
  pairingErrorCondition,
  pairingRetryAfter,
  type RemoteKind,
  SessionError,
  type SessionErrorCode,
  StanzaError,
  xml,
} from '@fjern/protocol';
import {
  createSealedClient,
  fingerprint,
  fromBase64Url,
  PeerRefusal,
  primitives,
  SealError,
  toBase64Url,
} from '@fjern/seal';
import { createPake, pairingContext } from '@fjern/seal/pairing';
import { PairError, type PairErrorCode, unreachableTv } from './errors.ts';
import { keyPairOf, newRemoteKey } from './keys.ts';
import { type ConnectOptions, type KnownTv, openLink } from './known-tv.ts';

export interface PairOptions {
  /** What the TV's viewer reads: `Anna’s phone`. */
  name: string;
  kind: RemoteKind;
  /**
   * Makes the pairing durable. Called as soon as there is one (marked `provisional`), and again when the
   * TV has confirmed it. When it throws, `pair` throws the same; the offer is spent then.
   */
  save: (known: KnownTv) => void | Promise<void>;
  /**
   * `platform`, the default: a key that no script can read, where the browser makes such and has IndexedDB to keep it
   * (then `save` has to keep a CryptoKey, as `@fjern/remote/store` does). `extractable`: always text.
   */
  keys?: 'extractable' | 'platform';
  signal?: AbortSignal;
  /** Seconds for all of it but the viewer's decision, which may take a minute more; default 20. */
  timeout?: number;
  onprogress?: (progress: PairProgress) => void;
  /** For both links. */
  link?: Omit<ConnectOptions, 'signal'>;
}

export type ResumeOptions = Pick<PairOptions, 'signal' | 'timeout' | 'onprogress' | 'link'>;

export interface PairProgress {
  /** `approval`: the viewer has to say yes at the TV. */
  step: 'connecting' | 'pairing' | 'approval' | 'saving' | 'confirming';
}

/** A TV that was found by its name, as `discover` finds it. */
export interface PinTarget {
  /** Of its page: `http://192.168.1.20:7120`. */
  origin: string;
  /** `<tv id>.local` */
  domain: string;
}

/** All in seconds. */
const defaultTimeout = 20;
const approvalTime = 60;
const handshakeTime = 5;

// Loaded when there is something to pair: see pairing-on-demand.ts, which says what these do.

export function pair(offerUrl: string, options: PairOptions): Promise<KnownTv> {
  return attempt(options, (limits) => {
    const offer = readOffer(offerUrl);
    const domain = offer.tv.slice(offer.tv.indexOf('@') + 1);
    const { origin, secret } = offer;
    return meet({ code: 'qr', origin, domain, password: secret, offer }, options, limits);
  });
}

export function pairWithPin(
  { origin, domain }: PinTarget,
  pin: string,
  options: PairOptions,
): Promise<KnownTv> {
  return attempt(options, async (limits) => {
    const password = pin.replace(/[\s-]/g, '');
    if (!/^\d{6}$/.test(password)) throw pairError('code-wrong');
    return meet({ code: 'pin', origin, domain, password }, options, limits);
  });
}

export function resumePairing(known: KnownTv, options: ResumeOptions = {}): Promise<KnownTv> {
  return attempt(options, async (limits) => {
    await complete(known, options, limits);
    const { provisional: _, ...confirmed } = known;
    return confirmed;
  });
}

interface Meeting extends PinTarget {
  code: CodeKind;
  password: string;
  offer?: Offer;
}

async function meet(meeting: Meeting, options: PairOptions, limits: Limits): Promise<KnownTv> {
  const service = `${meeting.origin.replace(/^http/, 'ws')}/xmpp-websocket`;
  const { domain } = meeting;
  options.onprogress?.({ step: 'connecting' });
  const link = connectLink({
    service,
    ...options.link,
    domain,
    credential: { anonymous: true },
  });
  const known = await over(link, limits, () => introduce(link, service, meeting, options, limits));
  options.onprogress?.({ step: 'saving' });
  await options.save({ ...known, provisional: true });
  await complete(known, options, limits);
  await options.save(known);
  return known;
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
  /** @param seconds more than were left */
  extend(seconds: number): void;
}

async function attempt<T>(options: ResumeOptions, run: (limits: Limits) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let end = performance.now() + (options.timeout ?? defaultTimeout) * 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limits: Limits = {
    signal: controller.signal,
    timedOut: false,
    problem: undefined,
    online: false,
    extend(seconds) {
      clearTimeout(timer);
      end += seconds * 1000;
      timer = setTimeout(() => {
        limits.timedOut = true;
        abort();
      }, end - performance.now());
    },
  };
  limits.extend(0);
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

/** CPace: both sides show that they have the code, and tell each other under its key who they are. */
async function introduce(
  link: Link,
  service: string,
  { code, domain, password, offer }: Meeting,
  { name, kind, keys = 'platform', onprogress }: PairOptions,
  limits: Limits,
): Promise<KnownTv> {
  onprogress?.({ step: 'pairing' });
  const { signal } = limits;
  const ask = async (payload: Element, timeout?: number) =>
    payloadOf(
      await link.request(xml('iq', { type: 'set', to: domain }, payload), {
        signal,
        ...(timeout === undefined ? {} : { timeout }),
      }),
    );
  const key = await newRemoteKey(keys);
  const random = primitives.random(16);
  const pake = createPake({
    role: 'initiator',
    password: primitives.toUtf8(password),
    sid: random,
    ci: pairingContext(code, link.jid, domain),
  });
  const sid = toBase64Url(random);
  const { toBase64, fromBase64 } = primitives;
  const request = encodePakeRequest({
    sid,
    code,
    share: toBase64(pake.share),
    ...(offer ? { offer: offer.id } : {}),
  });
  const response = decodePakeResponse(await ask(request));
  const exchange = pake.finish(fromBase64(response.share));
  const introduction = encodeIntroduction({ key: key.public, name, kind }).toString();
  if (response.approval) {
    limits.extend(approvalTime);
    onprogress?.({ step: 'approval' });
  }
  const confirmation = encodeConfirmation('confirm', {
    sid,
    tag: toBase64(exchange.ownTag),
    sealed: toBase64(exchange.seal(primitives.toUtf8(encodeEnvelope(introduction)))),
  });
  // The limits end it sooner.
  const answer = await ask(confirmation, response.approval ? 2 * approvalTime : undefined);
  const confirmed = decodeConfirmation('confirmed', answer);
  if (!exchange.checkTag(fromBase64(confirmed.tag))) throw pairError('impostor');
  const opened = exchange.open(fromBase64(confirmed.sealed));
  const [told] = decodeEnvelope(new TextDecoder().decode(opened));
  if (!told) throw new ProtocolError('malformed', 'paired', 'is missing');
  return knownTv(decodePairResult(told), { key, service, domain, offer });
}

function knownTv(
  { tv, jid, token, pairing, key: tvKey, name }: PairResult,
  { offer, ...own }: Pick<KnownTv, 'key' | 'service' | 'domain'> & { offer: Offer | undefined },
): KnownTv {
  const identity = fingerprint(primitives, fromBase64Url(tvKey));
  if (offer && identity !== offer.fingerprint) throw pairError('impostor');
  const at = `@${own.domain}`;
  if (!tv.endsWith(at) || !jid.endsWith(at) || (offer && offer.tv !== tv))
    throw new ProtocolError('invalid-value', 'paired@tv', 'is not the TV of the code');
  return {
    ...own,
    tv,
    name: name || (offer?.name ?? ''),
    fingerprint: identity,
    jid,
    token,
    pairing,
    tvKey,
  };
}

/** Shows the TV that the login and the key work. */
async function complete(known: KnownTv, options: ResumeOptions, limits: Limits): Promise<void> {
  options.onprogress?.({ step: 'confirming' });
  const link = openLink(known, options.link ?? {});
  const client = createSealedClient({
    session: link,
    peer: known.pairing,
    keys: { own: keyPairOf(known.key), peer: fromBase64Url(known.tvKey) },
  });
  const request = { type: 'set', payload: encodeComplete() } as const;
  const { signal } = limits;
  try {
    await over(link, limits, async () => {
      for (;;) {
        try {
          const [answer] = await client.open([request], { signal, timeout: handshakeTime });
          if (answer && 'error' in answer) throw answer.error;
          return;
        } catch (error) {
          // The session may have ended on the way: asking twice does no harm.
          const passing =
            error instanceof SessionError && ['timeout', 'not-online'].includes(error.code);
          if (!passing) throw error;
          await link.ready({ signal });
        }
      }
    });
  } finally {
    client.close();
  }
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
    return pairError(
      pairingErrorCondition(error) ?? refusalOf(error),
      error,
      pairingRetryAfter(error),
    );
  if (error instanceof SealError) return pairError('impostor', error);
  if (error instanceof PeerRefusal) return pairError('refused', error);
  if (error instanceof ProtocolError) return pairError('protocol', error);
  if (error instanceof SessionError)
    return pairError(sessionCodes[error.code] ?? 'unreachable', error);
  return error;
}

function refusalOf(error: StanzaError): PairErrorCode {
  return error.type === 'auth' ? 'refused' : 'protocol';
}

const pairSentences: Record<PairErrorCode, string> = {
  'code-wrong': 'This is not the code of the TV: use the one on its screen.',
  'code-expired': 'This code is too old: use the new one on the TV.',
  'code-used': 'Somebody has paired with this code already: use the new one on the TV.',
  'pairing-closed': 'The TV is not showing a code: start pairing on the TV.',
  locked: 'There were too many wrong tries: wait a minute, then try again.',
  busy: 'Others are pairing with this TV just now: try again in a moment.',
  declined: 'The TV’s viewer said no.',
  'approval-timeout': 'Nobody said yes at the TV: try again.',
  'not-an-offer': 'This is not a code from a TV, or it is damaged: scan it again.',
  'newer-tv': 'This TV is newer than this app: update the app.',
  unreachable: unreachableTv,
  timeout: 'The TV did not answer in time: try again.',
  aborted: 'Pairing was cancelled.',
  refused: 'The TV does not let this remote in: pair it again.',
  impostor: 'Something in this network answered in place of the TV. Do not pair here.',
  protocol: 'What answered is not a TV that this app understands.',
};

function pairError(code: PairErrorCode, cause?: unknown, retryAfter?: number): PairError {
  const message =
    retryAfter === undefined || code !== 'locked'
      ? pairSentences[code]
      : `There were too many wrong tries: wait ${retryAfter} s, then try again.`;
  return new PairError(code, message, cause, retryAfter);
}
