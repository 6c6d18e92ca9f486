import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError } from './errors.ts';
import { NS_PAIR } from './namespaces.ts';
import {
  decodeApproval,
  decodeIdentity,
  decodeOfferRequest,
  decodePairingStatus,
  encodeApproval,
  encodeIdentity,
  encodeIdentityRequest,
  encodeOfferRequest,
  encodePairingRequest,
  encodePairingStatus,
} from './screen.ts';
import type { Element } from './xml.ts';

const wire = (element: Element) => parse(element.toString());

describe('what the screen and the pairing service say to each other', () => {
  it('is, for the status, decoded to what was encoded', () => {
    fc.assert(
      fc.property(any.pairingStatus, (status) => {
        expect(decodePairingStatus(wire(encodePairingStatus(status)))).toEqual(status);
      }),
    );
  });

  it('is, for decisions, offers and the key, decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        any.text,
        fc.boolean(),
        fc.option(any.role, { nil: undefined }),
        any.role,
        any.base64url(43),
        (id, allow, role, offered, key) => {
          const approval = { id, allow, ...(role === undefined ? {} : { role }) };
          expect(decodeApproval(wire(encodeApproval(approval)))).toEqual(approval);
          expect(decodeOfferRequest(wire(encodeOfferRequest(offered)))).toBe(offered);
          expect(decodeIdentity(wire(encodeIdentity(key)))).toBe(key);
        },
      ),
    );
  });

  it('tells a question from its answer', () => {
    expect(() => decodeIdentity(encodeIdentityRequest())).toThrow(ProtocolError);
    expect(decodePairingStatus(encodePairingRequest())).toEqual({
      name: '',
      requests: [],
      remotes: [],
      revoked: [],
    });
  });

  it.each(['', "at='yesterday'", "at='2026-11-24T20:14:02.000Z' lockedUntil='soon'"])(
    'is not believed when it has a refusal with "%s"',
    (attributes) => {
      const status = parse(`<pairing xmlns='${NS_PAIR}'><refused ${attributes}/></pairing>`);
      expect(() => decodePairingStatus(status)).toThrow(ProtocolError);
    },
  );

  it.each(['toString', '__proto__', '__defineGetter__', 'mood'])(
    'may have children of later versions, also <%s/>',
    (name) => {
      const status = parse(`<pairing xmlns='${NS_PAIR}'><name>TV</name><${name}/></pairing>`);
      expect(decodePairingStatus(status)).toMatchObject({ name: 'TV', remotes: [] });
    },
  );

  it('names every key of a remote in full', () => {
    const status = parse(
      `<pairing xmlns='${NS_PAIR}'><remote id='a' key='short' kind='phone' since='2026-11-24T20:14:02Z' online='true'><grant xmlns='urn:xmpp:second-screen:0' role='owner'/></remote></pairing>`,
    );
    expect(() => decodePairingStatus(status)).toThrow(
      expect.objectContaining({ code: 'invalid-value', path: 'remote@key' }),
    );
  });
});
