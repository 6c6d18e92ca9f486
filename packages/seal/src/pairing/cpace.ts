import { NS_PAIR } from '@fjern/protocol';
import { concat, lvCat } from '../bytes.ts';
import { SealError } from '../errors.ts';
import { keyLength } from '../primitives/primitives.ts';
import { mapToCurve } from './elligator.ts';
import type { PairingPrimitives } from './primitives.ts';

// CPace (draft-irtf-cfrg-cpace) with G_X25519 and SHA-512 in initiator-responder mode, both associated data empty,
// with explicit key confirmation. Names are the draft's where it has them.

export type PakeRole = 'initiator' | 'responder';

export interface PakeOptions {
  role: PakeRole;
  /** PRS: what both sides know, and may be as short as six digits. */
  password: Uint8Array;
  /** Random, of this run; the initiator chooses it. */
  sid: Uint8Array;
  /** CI: who the two are, and what for. */
  ci: Uint8Array;
  /** For test vectors: a run makes its own. */
  scalar?: Uint8Array;
}

/** What both sides have in common if their passwords were the same. `checkTag` tells whether they were. */
export interface PakeResult {
  /** 64 bytes: shows the other side that we had the password. It is one guess that can be checked. */
  readonly ownTag: Uint8Array;
  /** Whether the other side had the password. In constant time. */
  checkTag(tag: Uint8Array): boolean;
  /** The one message of ours. @throws TypeError for a second one, as its nonce would be the same */
  seal(plaintext: Uint8Array): Uint8Array;
  /** The one message of the other side. @throws SealError `forged` */
  open(ciphertext: Uint8Array): Uint8Array;
}

const ascii = (text: string) => new TextEncoder().encode(text);
const empty = new Uint8Array(0);

const dsi = ascii('CPace255');
/** s_in_bytes of SHA-512. */
const hashBlock = 128;

/** Whose message it is, as its associated data and in its key's derivation says. */
const label: Record<PakeRole, string> = { initiator: 'remote', responder: 'tv' };

/** One run: one guess. */
export class Pake {
  private readonly primitives: PairingPrimitives;
  private readonly role: PakeRole;
  private readonly sid: Uint8Array;
  private scalar: Uint8Array | undefined;
  /** Ya or Yb, 32 bytes: for the other side. */
  readonly share: Uint8Array;

  constructor(primitives: PairingPrimitives, options: PakeOptions) {
    const { role, password, sid, ci, scalar = primitives.random(keyLength) } = options;
    this.primitives = primitives;
    this.role = role;
    this.sid = sid.slice();
    this.scalar = scalar.slice();
    this.share = primitives.x25519(scalar, calculateGenerator(primitives, password, ci, sid));
  }

  /**
   * @throws SealError `malformed` for a share of low order, of another length, or that is our own come back
   * @throws TypeError the second time, as that would be another guess
   */
  finish(peerShare: Uint8Array): PakeResult {
    const { primitives, role, sid, scalar, share } = this;
    if (!scalar) throw new TypeError('This run is over: a new one is a new guess.');
    this.scalar = undefined;
    // Our own tag would confirm it.
    if (primitives.equal(peerShare, share))
      throw new SealError('malformed', 'The share is our own.');
    const k = primitives.x25519(scalar, peerShare);
    const [ya, yb] = role === 'initiator' ? [share, peerShare] : [peerShare, share];
    const isk = intermediateSessionKey(primitives, sid, k, transcript(ya, empty, yb, empty));
    return result(primitives, role, sid, isk, share, peerShare);
  }
}

function result(
  primitives: PairingPrimitives,
  role: PakeRole,
  sid: Uint8Array,
  isk: Uint8Array,
  share: Uint8Array,
  peerShare: Uint8Array,
): PakeResult {
  const { hmacSha512, encrypt, decrypt, equal } = primitives;
  const macKey = primitives.sha512(concat(ascii('CPaceMac'), sid, isk));
  const peer = role === 'initiator' ? 'responder' : 'initiator';
  const nonce = new Uint8Array(12);
  let sealed = false;
  return {
    ownTag: hmacSha512(macKey, lvCat(share, empty)),
    checkTag: (tag) => equal(tag, hmacSha512(macKey, lvCat(peerShare, empty))),
    seal: (plaintext) => {
      if (sealed) throw new TypeError('A run carries one message each way.');
      sealed = true;
      return encrypt(messageKey(primitives, sid, isk, role), nonce, ascii(label[role]), plaintext);
    },
    open: (ciphertext) =>
      decrypt(messageKey(primitives, sid, isk, peer), nonce, ascii(label[peer]), ciphertext),
  };
}

/** HKDF-SHA-256 (RFC 5869 §2), whose one block is the key. */
function messageKey(
  { hmacSha256 }: PairingPrimitives,
  sid: Uint8Array,
  isk: Uint8Array,
  sender: PakeRole,
): Uint8Array {
  const info = ascii(`${NS_PAIR} ${label[sender]}`);
  return hmacSha256(hmacSha256(sid, isk), concat(info, Uint8Array.of(1)));
}

/** generator_string of the draft, for G_X25519 and SHA-512. */
export function generatorString(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array): Uint8Array {
  const padding = hashBlock - 1 - lvCat(prs).length - lvCat(dsi).length;
  return lvCat(dsi, prs, new Uint8Array(Math.max(0, padding)), ci, sid);
}

/** G_X25519.calculate_generator of the draft. */
export function calculateGenerator(
  primitives: PairingPrimitives,
  prs: Uint8Array,
  ci: Uint8Array,
  sid: Uint8Array,
): Uint8Array {
  const hash = primitives.sha512(generatorString(prs, ci, sid));
  return mapToCurve(hash.subarray(0, keyLength));
}

/** transcript_ir of the draft. */
export function transcript(
  ya: Uint8Array,
  ada: Uint8Array,
  yb: Uint8Array,
  adb: Uint8Array,
): Uint8Array {
  return lvCat(ya, ada, yb, adb);
}

/** ISK of the draft; `k` is the common point. */
export function intermediateSessionKey(
  primitives: PairingPrimitives,
  sid: Uint8Array,
  k: Uint8Array,
  transcriptOfRun: Uint8Array,
): Uint8Array {
  const prefix = lvCat(concat(dsi, ascii('_ISK')), sid, k);
  return primitives.sha512(concat(prefix, transcriptOfRun));
}
