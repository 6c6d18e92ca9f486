import { decodeEnvelope, type Element, encodeEnvelope, type Sealed } from '@fjern/protocol';
import { lvCat } from '../bytes.ts';
import { toBase64Url } from '../keys.ts';
import type { NoiseHandshake } from '../noise.ts';
import type { Primitives } from '../primitives/primitives.ts';
import { Opener, Sealer } from '../transport.ts';

/** What both ends of a sealed message know without being told: it is opened in this role only. */
export type Place = 'get' | 'set' | 'message' | `result ${number}` | `error ${number}`;

/**
 * Answers overtake notifications on the way through a session's promises, so whoever asks takes messages
 * out of turn. Nobody sends a request before it was sealed, so whoever answers takes none.
 */
const answersOutOfTurn = 256;

/** An established session: seals and opens envelopes. */
export class Channel {
  /** Names it on the wire; from the handshake hash, so that both ends have the same. */
  readonly sid: string;
  private readonly primitives: Primitives;
  private readonly sealer: Sealer;
  private readonly opener: Opener;

  constructor(primitives: Primitives, handshake: NoiseHandshake, role: 'initiator' | 'responder') {
    const { send, receive } = handshake.split();
    this.primitives = primitives;
    this.sid = toBase64Url(handshake.hash.subarray(0, 9));
    this.sealer = new Sealer(primitives, send);
    this.opener = new Opener(primitives, receive, role === 'initiator' ? answersOutOfTurn : 0);
  }

  /** Messages that were sent before one that was opened, and that have not come. */
  get missing(): number {
    return this.opener.missing;
  }

  /** Gives them up: they would be refused from now on. */
  forgetMissing(): void {
    this.opener.forgetMissing();
  }

  /** @param content written elements. @throws SealError `exhausted` */
  seal(place: Place, content: string): Sealed {
    const { toBase64, toUtf8 } = this.primitives;
    const { n, ciphertext } = this.sealer.seal(toUtf8(place), toUtf8(encodeEnvelope(content)));
    return { sid: this.sid, n, text: toBase64(ciphertext) };
  }

  /** @throws SealError; ProtocolError or TypeError when what was sealed is no envelope */
  open(place: Place, { n, text }: Sealed): Element[] {
    const { fromBase64, fromUtf8, toUtf8 } = this.primitives;
    const { plaintext } = this.opener.open(n, toUtf8(place), fromBase64(text));
    return decodeEnvelope(fromUtf8(plaintext));
  }
}

/** Binds a session to its two addresses. @param responder without resource. @param initiator full JID */
export function prologue(
  { toUtf8 }: Primitives,
  namespace: string,
  responder: string,
  initiator: string,
): Uint8Array {
  return lvCat(toUtf8(namespace), toUtf8(responder), toUtf8(initiator));
}
