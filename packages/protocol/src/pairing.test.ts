import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError, StanzaError } from './errors.ts';
import { NS_PAIR } from './namespaces.ts';
import { decodeOfferUrl, encodeOfferUrl, type Offer } from './offer.ts';
import {
  decodePairingStatus,
  decodePairRequest,
  decodePairResult,
  encodePairingStatus,
  encodePairRequest,
  encodePairResult,
  type PairedRemote,
  pairingError,
  pairingErrorCondition,
  pairingErrorConditions,
  remoteKinds,
} from './pairing.ts';
import type { Element } from './xml.ts';

const wire = (element: Element) => parse(element.toString());

const base64url = (length: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{${length}}$`));
const instant = fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000);
const offer: fc.Arbitrary<Offer> = fc.record({
  origin: fc.oneof(
    fc.ipV4().map((ip) => `http://${ip}:7120`),
    fc.constant('https://tv.example.com'),
    fc.ipV6().map((ip) => `http://[${ip}]:7120`),
  ),
  tv: fc.constant('tv@k7q2mzp4x3abcdef.local'),
  fingerprint: base64url(43),
  secret: base64url(22),
  expires: instant,
  name: any.text,
});

describe('offer URL', () => {
  it('is read as it was written, but for the end of a long name', () => {
    fc.assert(
      fc.property(offer, (value) => {
        const read = decodeOfferUrl(encodeOfferUrl(value));
        expect(read).toEqual({ ...value, name: read.name });
        expect(value.name.startsWith(read.name)).toBe(true);
      }),
    );
  });

  it('has a length that makes an easy code: 120 to 200 characters for addresses of a home', () => {
    for (const [origin, name] of [
      ['http://10.0.0.2:80', 'TV'],
      ['http://192.168.178.124:7120', 'Wohnzimmerfernsehgerät im Erdgeschoss'],
      ['http://192.168.178.124:65535', 'テレビ'.repeat(9)],
    ] as const) {
      const { length } = encodeOfferUrl({
        origin,
        name,
        tv: 'tv@k7q2mzp4x3abcdef.local',
        fingerprint: 'k'.repeat(43),
        secret: 's'.repeat(22),
        expires: 1.8e12,
      });
      expect(length).toBeGreaterThanOrEqual(120);
      expect(length).toBeLessThanOrEqual(200);
    }
  });

  it('keeps its secrets in the fragment', () => {
    fc.assert(
      fc.property(offer, (value) => {
        const [before] = encodeOfferUrl(value).split('#');
        expect(before).toBe(`${value.origin}/`);
      }),
    );
  });

  it('throws nothing but ProtocolError, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.tuple(offer, fc.nat(200), fc.string({ maxLength: 2 })).map(([value, at, junk]) => {
            const url = encodeOfferUrl(value);
            return url.slice(0, at) + junk + url.slice(at + 1);
          }),
        ),
        (url) => {
          try {
            decodeOfferUrl(url);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
    );
  });

  it.each([
    ['https://example.com/', 'malformed'],
    ['https://example.com/#top', 'malformed'],
    ['xmpp:tv@example.com', 'malformed'],
    ['http://10.0.0.2:7120/#v=2&j=tv@x', 'unknown'],
    ['http://10.0.0.2:7120/#v=1&j=tv@x.local&k=short&s=s&x=1', 'invalid-value'],
  ])('says of %s that it is %s', (url, code) => {
    expect(() => decodeOfferUrl(url)).toThrow(expect.objectContaining({ code }));
  });
});

describe('pairing messages', () => {
  const name = any.text.filter((text) => text.length <= 64);
  const remote: fc.Arbitrary<PairedRemote> = fc.record({
    id: any.token,
    name: any.text,
    kind: fc.constantFrom(...remoteKinds),
    pairedAt: instant,
    online: fc.boolean(),
  });

  it('are decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        base64url(22),
        name,
        fc.constantFrom(...remoteKinds),
        fc.array(remote, { maxLength: 3 }),
        fc.option(fc.record({ url: any.text, expires: instant }), { nil: undefined }),
        fc.option(
          fc.oneof(fc.record({ at: instant }), fc.record({ at: instant, lockedUntil: instant })),
          { nil: undefined },
        ),
        (secret, title, kind, remotes, shown, refused) => {
          const request = { secret, name: title, kind };
          expect(decodePairRequest(wire(encodePairRequest(request)))).toEqual(request);
          const result = { jid: 'x@y', tv: 'tv@y', token: secret, name: title };
          expect(decodePairResult(wire(encodePairResult(result)))).toEqual(result);
          const status = {
            name: title,
            remotes,
            ...(shown ? { offer: shown } : {}),
            ...(refused ? { refused } : {}),
          };
          expect(decodePairingStatus(wire(encodePairingStatus(status)))).toEqual(status);
        },
      ),
    );
  });

  it.each(['', "at='yesterday'", "at='2026-11-24T20:14:02.000Z' lockedUntil='soon'"])(
    'a refusal with "%s" is not believed',
    (attributes) => {
      const status = parse(`<pairing xmlns='${NS_PAIR}'><refused ${attributes}/></pairing>`);
      expect(() => decodePairingStatus(status)).toThrow(ProtocolError);
    },
  );

  it.each(pairingErrorConditions)('the error %s survives the wire', (condition) => {
    const error = pairingError(condition, 'Because.');
    const read = StanzaError.fromStanza(parse(`<iq type='error'>${error.toElement()}</iq>`));
    expect(pairingErrorCondition(read)).toBe(condition);
  });
});
