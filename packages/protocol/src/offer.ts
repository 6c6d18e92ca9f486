import { ProtocolError } from './errors.ts';
import { toXmlText } from './xml.ts';

// The offer to pair: the URL in the QR code.

/** What the QR code says. Everything but the address is in the fragment, which no browser sends to a server. */
export interface Offer {
  /** http(s) origin of the hub that serves the remote's page, e.g. `http://192.168.1.20:7120`. */
  origin: string;
  /** Bare JID of the TV. */
  tv: string;
  /** SHA-256 of the TV's identity key, base64url, 43 characters. */
  fingerprint: string;
  /** Single use; base64url, 22 characters (128 bits). The password of the key exchange: it is never sent. */
  secret: string;
  /** Names the offer, so that a TV can say of an old one what became of it; 6 characters, base64url. */
  id: string;
  /** Milliseconds since the Unix epoch, by the TV's wall clock: a hint for messages, the TV decides. */
  expires: number;
  /** The TV's name. */
  name: string;
}

const longestName = 32;

/** 120 to 200 characters for any address and name that a home has: QR version 7 to 10 at level M. */
export function encodeOfferUrl(offer: Offer): string {
  const { tv, fingerprint, secret, id, expires } = offer;
  const fragment = `v=2&j=${tv}&k=${fingerprint}&s=${secret}&i=${id}&x=${Math.round(expires / 1000).toString(36)}`;
  return `${offer.origin}/#${fragment}&n=${encodeName(offer.name)}`;
}

/** As much of the name as fits; never half a character. */
function encodeName(name: string): string {
  let encoded = '';
  for (const character of toXmlText(name)) {
    const next = encoded + encodeURIComponent(character).replace(/%20/g, '+');
    if (next.length > longestName) break;
    encoded = next;
  }
  return encoded;
}

/** @throws ProtocolError `malformed` (not an offer), `unknown` (of a later version) or `invalid-value` */
export function decodeOfferUrl(url: string): Offer {
  const match = /^(https?:\/\/[^/?#\s]+)\/?[^#]*#(.*)$/.exec(url.trim());
  const origin = match?.[1];
  if (!origin || match?.[2] === undefined)
    throw new ProtocolError('malformed', 'offer', 'is not the address from a TV’s code');
  const fields = new Map<string, string>();
  for (const part of match[2].split('&')) {
    const at = part.indexOf('=');
    if (at > 0) fields.set(part.slice(0, at), decodeField(part.slice(at + 1)));
  }
  const version = fields.get('v');
  if (version === undefined) throw new ProtocolError('malformed', 'offer', 'has no code in it');
  if (version !== '2')
    throw new ProtocolError('unknown', 'offer#v', 'comes from a TV of another version');
  return {
    origin,
    tv: offerField(fields, 'j', /^[^@/\s]{1,64}@[^@/\s]{1,190}$/),
    fingerprint: offerField(fields, 'k', /^[\w-]{43}$/),
    secret: offerField(fields, 's', /^[\w-]{22}$/),
    id: offerField(fields, 'i', /^[\w-]{6}$/),
    expires: Number.parseInt(offerField(fields, 'x', /^[0-9a-z]{1,9}$/), 36) * 1000,
    name: fields.get('n') ?? '',
  };
}

function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

function offerField(fields: Map<string, string>, name: string, form: RegExp): string {
  const value = fields.get(name);
  if (value === undefined || !form.test(value))
    throw new ProtocolError('invalid-value', `offer#${name}`, 'is damaged: scan the code again');
  return value;
}
