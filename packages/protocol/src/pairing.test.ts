import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError, StanzaError } from './errors.ts';
import { NS_PAIR } from './namespaces.ts';
import {
  codeKinds,
  decodeConfirmation,
  decodeIntroduction,
  decodePairResult,
  decodePakeRequest,
  decodePakeResponse,
  encodeConfirmation,
  encodeIntroduction,
  encodePairResult,
  encodePakeRequest,
  encodePakeResponse,
  pairingError,
  pairingErrorCondition,
  pairingErrorConditions,
} from './pairing.ts';
import type { Element } from './xml.ts';

const wire = (element: Element) => parse(element.toString());

describe('pairing messages', () => {
  it('of the key exchange are decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        any.base64url(22),
        fc.constantFrom(...codeKinds),
        fc.option(any.base64url(6), { nil: undefined }),
        any.base64,
        any.base64,
        fc.boolean(),
        (sid, code, offer, one, other, approval) => {
          const request = { sid, code, share: one, ...(offer === undefined ? {} : { offer }) };
          expect(decodePakeRequest(wire(encodePakeRequest(request)))).toEqual(request);
          const response = { sid, share: one, approval };
          expect(decodePakeResponse(wire(encodePakeResponse(response)))).toEqual(response);
          const confirmation = { sid, tag: one, sealed: other };
          for (const name of ['confirm', 'confirmed'] as const)
            expect(decodeConfirmation(name, wire(encodeConfirmation(name, confirmation)))).toEqual(
              confirmation,
            );
        },
      ),
    );
  });

  it('under its key are decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        any.base64url(43),
        any.text,
        any.kind,
        any.role,
        fc.option(any.instant, { nil: undefined }),
        (key, name, kind, role, expires) => {
          const introduction = { key, name, kind };
          expect(decodeIntroduction(wire(encodeIntroduction(introduction)))).toEqual(introduction);
          const result = {
            jid: 'x@y',
            tv: 'tv@y',
            pairing: 'y',
            key,
            token: 'secret',
            name,
            role,
            ...(expires === undefined ? {} : { expires }),
          };
          expect(decodePairResult(wire(encodePairResult(result)))).toEqual(result);
        },
      ),
    );
  });

  it('keep a name within bounds, and its characters whole', () => {
    const introduction = { key: 'k'.repeat(43), kind: 'phone' as const };
    const long = { ...introduction, name: `${'x'.repeat(63)}😀😀` };
    expect(decodeIntroduction(wire(encodeIntroduction(long))).name).toBe(`${'x'.repeat(63)}😀`);
  });

  it('take the kind of a later version for another', () => {
    const remote = parse(
      `<remote xmlns='${NS_PAIR}' kind='watch' key='${'k'.repeat(43)}'><name>A</name></remote>`,
    );
    expect(decodeIntroduction(remote).kind).toBe('other');
  });

  const sid = 's'.repeat(22);
  it.each([
    [`<pake xmlns='${NS_PAIR}' sid='short' code='qr'><share>AA==</share></pake>`, 'invalid-value'],
    [
      `<pake xmlns='${NS_PAIR}' sid='${sid}' code='nfc'><share>AA==</share></pake>`,
      'invalid-value',
    ],
    [`<pake xmlns='${NS_PAIR}' sid='${sid}' code='qr'/>`, 'malformed'],
    [`<pake xmlns='urn:x' sid='${sid}' code='qr'><share>AA==</share></pake>`, 'malformed'],
  ])('refuse %s as %s', (text, code) => {
    expect(() => decodePakeRequest(parse(text))).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code }),
    );
  });

  it('refuse the confirmation of the other side', () => {
    const own = encodeConfirmation('confirm', { sid, tag: 'AA==', sealed: 'AA==' });
    expect(() => decodeConfirmation('confirmed', wire(own))).toThrow(ProtocolError);
  });

  it.each(['k'.repeat(42), `${'k'.repeat(42)}=`, ''])('refuse the key "%s"', (key) => {
    const remote = parse(`<remote xmlns='${NS_PAIR}' key='${key}'><name>A</name></remote>`);
    expect(() => decodeIntroduction(remote)).toThrow(ProtocolError);
  });

  it.each(pairingErrorConditions)('the error %s survives the wire', (condition) => {
    const error = pairingError(condition, 'Because.');
    const read = StanzaError.fromStanza(parse(`<iq type='error'>${error.toElement()}</iq>`));
    expect(pairingErrorCondition(read)).toBe(condition);
  });
});
