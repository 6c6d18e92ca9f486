import { type Link, type LinkOptions, connect as openLink } from '@fjern/link';
import {
  decodeOfferUrl,
  decodePairResult,
  encodeConfirm,
  encodePairRequest,
  firstElement,
  type Offer,
  ProtocolError,
  pairingErrorCondition,
  type RemoteKind,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { PairError, type PairErrorCode } from './errors.ts';
import type { KnownTv } from './known-tv.ts';

export interface PairOptions extends Pick<LinkOptions, 'timing' | 'userAgent'> {
  /** For the TV's viewer: `Anna’s phone`. */
  name: string;
  kind: RemoteKind;
  /**
   * Makes the credential durable. Called before it is used for the first time, then again when the TV has
   * confirmed it; what it throws is what `pair` throws.
   */
  save(known: KnownTv): void | Promise<void>;
  signal?: AbortSignal;
  /** Seconds for all of it; default 30. */
  timeout?: number;
  onprogress?(step: 'connecting' | 'pairing' | 'confirming'): void;
}

/**
 * Pairs with the TV whose code says `offerUrl`. Resolves after the new credential has been stored and has
 * worked once.
 * @throws PairError
 */
export async function pair(offerUrl: string, options: PairOptions): Promise<KnownTv> {
  const offer = readOffer(offerUrl);
  const { signal, timeout = 30, onprogress } = options;
  const deadline = Date.now() + timeout * 1000;
  const left = () => Math.max((deadline - Date.now()) / 1000, 0.001);
  const domain = offer.tv.slice(offer.tv.indexOf('@') + 1);
  const service = `${offer.origin.replace(/^http/, 'ws')}/xmpp-websocket`;
  const { timing, userAgent } = options;
  const common = {
    service,
    domain,
    ...(timing ? { timing } : {}),
    ...(userAgent ? { userAgent } : {}),
  };
  const waiting = () => ({ timeout: left(), ...(signal ? { signal } : {}) });

  onprogress?.('connecting');
  const known = await over(
    openLink({ ...common, credential: { anonymous: true } }),
    async (link) => {
      await link.ready(waiting());
      onprogress?.('pairing');
      const { secret } = offer;
      const request = encodePairRequest({ secret, name: options.name, kind: options.kind });
      const answer = await link.request(xml('iq', { type: 'set', to: domain }, request), waiting());
      return toKnownTv(offer, service, domain, firstElement(answer));
    },
  );
  await options.save({ ...known, provisional: true });

  onprogress?.('confirming');
  const [username = ''] = known.jid.split('@');
  const credential = { username, token: known.token };
  await over(openLink({ ...common, credential }), async (link) => {
    await link.ready(waiting());
    await link.request(xml('iq', { type: 'set', to: domain }, encodeConfirm()), waiting());
  });
  await options.save(known);
  return known;
}

/** Uses a link and closes it; what goes wrong becomes a PairError. */
async function over<T>(link: Link, use: (link: Link) => Promise<T>): Promise<T> {
  try {
    return await use(link);
  } catch (error) {
    throw new PairError(codeOf(error, link), error);
  } finally {
    await link.close();
  }
}

function readOffer(url: string): Offer {
  try {
    return decodeOfferUrl(url);
  } catch (error) {
    const newer = error instanceof ProtocolError && error.code === 'unknown';
    throw new PairError(newer ? 'newer-tv' : 'not-an-offer', error);
  }
}

function toKnownTv(
  offer: Offer,
  service: string,
  domain: string,
  answer: ReturnType<typeof firstElement>,
): KnownTv {
  if (!answer) throw new ProtocolError('malformed', 'paired', 'is missing');
  const { jid, token, tv, name } = decodePairResult(answer);
  if (tv !== offer.tv || !jid.endsWith(`@${domain}`))
    throw new ProtocolError('invalid-value', 'paired', 'is from another TV');
  return { tv, name, fingerprint: offer.fingerprint, service, domain, jid, token };
}

function codeOf(error: unknown, link: Link): PairErrorCode {
  if (error instanceof StanzaError) {
    const condition = pairingErrorCondition(error);
    if (condition) return condition;
    return error.condition === 'forbidden' || error.condition === 'not-authorized'
      ? 'refused'
      : 'protocol';
  }
  if (error instanceof ProtocolError) return 'protocol';
  if (!(error instanceof SessionError)) return 'protocol';
  switch (error.code) {
    case 'aborted':
      return 'aborted';
    case 'refused':
      return 'refused';
    case 'timeout':
      return link.state.status === 'online' ? 'timeout' : 'unreachable';
    case 'protocol':
      return 'protocol';
    default:
      return 'unreachable';
  }
}
