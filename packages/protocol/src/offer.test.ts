import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError } from './errors.ts';
import { decodeOfferUrl, encodeOfferUrl, type Offer } from './offer.ts';

const offer: fc.Arbitrary<Offer> = fc.record({
  origin: fc.oneof(
    fc.ipV4().map((ip) => `http://${ip}:7120`),
    fc.constant('https://tv.example.com'),
    fc.ipV6().map((ip) => `http://[${ip}]:7120`),
  ),
  tv: fc.constant('tv@k7q2mzp4x3abcdef.local'),
  fingerprint: any.base64url(43),
  secret: any.base64url(22),
  id: any.base64url(6),
  expires: fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000),
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
        id: 'i'.repeat(6),
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

  const rest = `k=${'k'.repeat(43)}&s=${'s'.repeat(22)}`;
  it.each([
    ['https://example.com/', 'malformed'],
    ['https://example.com/#top', 'malformed'],
    ['xmpp:tv@example.com', 'malformed'],
    [`http://10.0.0.2:7120/#v=1&j=tv@x.local&${rest}&x=1`, 'unknown'],
    ['http://10.0.0.2:7120/#v=3&j=tv@x', 'unknown'],
    ['http://10.0.0.2:7120/#v=2&j=tv@x.local&k=short&s=s&i=abcdef&x=1', 'invalid-value'],
    [`http://10.0.0.2:7120/#v=2&j=tv@x.local&${rest}&x=1`, 'invalid-value'],
    [`http://10.0.0.2:7120/#v=2&j=tv@x.local&${rest}&i=abcdefg&x=1`, 'invalid-value'],
  ])('says of %s that it is %s', (url, code) => {
    expect(() => decodeOfferUrl(url)).toThrow(expect.objectContaining({ code }));
  });
});
