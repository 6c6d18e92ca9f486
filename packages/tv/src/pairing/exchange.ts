import {
  decodeEnvelope,
  decodeIntroduction,
  type Element,
  encodeConfirmation,
  encodeEnvelope,
  encodePairResult,
  type Introduction,
  type PairResult,
  type PakeRequest,
  StanzaError,
} from '@fjern/protocol';
import { fromBase64Url, primitives } from '@fjern/seal';
import { createPake, type PakeResult, pairingContext } from '@fjern/seal/pairing';

/**
 * Our side of CPace with whoever is at `from`.
 * @param from full JID of the remote
 * @param service JID of the pairing service, without resource
 * @throws StanzaError `bad-request` for a share that is none
 */
export function respond(
  from: string,
  service: string,
  password: string,
  { sid, code, share }: Pick<PakeRequest, 'sid' | 'code' | 'share'>,
): { share: Uint8Array; result: PakeResult } {
  return refusing(() => {
    const pake = createPake({
      role: 'responder',
      password: primitives.toUtf8(password),
      sid: fromBase64Url(sid, 16),
      ci: pairingContext(code, from, service),
    });
    return { share: pake.share, result: pake.finish(primitives.fromBase64(share)) };
  });
}

/** @throws StanzaError `bad-request` */
export function readTag(tag: string): Uint8Array {
  return refusing(() => primitives.fromBase64(tag));
}

/** Who it is, as it says under the key of the exchange. @throws StanzaError `bad-request` */
export function openIntroduction(exchange: PakeResult, sealed: string): Introduction {
  return refusing(() => {
    const text = primitives.fromUtf8(exchange.open(primitives.fromBase64(sealed)));
    const [element] = decodeEnvelope(text);
    if (!element) throw new TypeError('The envelope is empty.');
    const introduction = decodeIntroduction(element);
    fromBase64Url(introduction.key);
    return introduction;
  });
}

export function sealResult(exchange: PakeResult, sid: string, result: PairResult): Element {
  const envelope = encodeEnvelope(encodePairResult(result).toString());
  return encodeConfirmation('confirmed', {
    sid,
    tag: primitives.toBase64(exchange.ownTag),
    sealed: primitives.toBase64(exchange.seal(primitives.toUtf8(envelope))),
  });
}

/** Whatever is wrong with what came is the sender's to mend, and says nothing of what it was compared with. */
function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new StanzaError('bad-request', { text: 'This is no message of a key exchange.', cause });
  }
}
