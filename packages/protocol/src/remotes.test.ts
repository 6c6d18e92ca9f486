import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { ProtocolError } from './errors.ts';
import { NS, NS_CAM, NS_PAIR } from './namespaces.ts';
import {
  decodeEdit,
  decodeList,
  decodeRevocation,
  decodeRevoke,
  encodeEdit,
  encodeList,
  encodeRevocation,
  encodeRevoke,
  type RemoteEdit,
} from './remotes.ts';
import type { Element } from './xml.ts';

const wire = (element: Element) => parse(element.toString());

describe('what remotes and the pairing service say about remotes', () => {
  it('is, for the list, decoded to what was encoded', () => {
    fc.assert(
      fc.property(fc.array(any.pairedRemote, { maxLength: 4 }), (remotes) => {
        expect(decodeList(wire(encodeList(remotes)))).toEqual(remotes);
      }),
    );
  });

  it('is, for changes and ends, decoded to what was encoded', () => {
    fc.assert(
      fc.property(
        any.text,
        fc.option(any.text, { nil: undefined }),
        fc.option(any.role, { nil: undefined }),
        any.revocation,
        (id, name, role, revocation) => {
          const edit: RemoteEdit = {
            id,
            ...(name === undefined ? {} : { name }),
            ...(role === undefined ? {} : { role }),
          };
          expect(decodeEdit(wire(encodeEdit(edit)))).toEqual(edit);
          expect(decodeRevoke(wire(encodeRevoke(id)))).toBe(id);
          expect(decodeRevocation(wire(encodeRevocation(revocation)))).toEqual(revocation);
        },
      ),
    );
  });

  it('leaves clients that are no remotes out', () => {
    const [remote] = decodeList(
      parse(`<clients xmlns='${NS_CAM}'>
        <client id='chat' connected='true' type='session'><user-agent><device>PC</device></user-agent></client>
        <client id='r5k2n8' connected='true' type='session'>
          <permission status='normal'><grant xmlns='${NS}' role='member' manage='false'/></permission>
          <user-agent><software>Fjern</software><device>Anna’s phone</device></user-agent>
          <remote xmlns='${NS_PAIR}' kind='watch'/>
        </client></clients>`),
    );
    expect(remote).toEqual({
      id: 'r5k2n8',
      name: 'Anna’s phone',
      kind: 'other',
      grant: { role: 'member', commands: [], facets: [], manage: false },
      pairedAt: 0,
      online: true,
    });
  });

  it.each([
    `<edit xmlns='${NS_PAIR}'><name>A</name></edit>`,
    `<edit xmlns='${NS_PAIR}' id='a' role='king'/>`,
  ])('refuses %s', (text) => {
    expect(() => decodeEdit(parse(text))).toThrow(ProtocolError);
  });

  it.each([`at='soon' reason='removed'`, `at='2026-11-24T20:14:02Z' reason='mood'`, ''])(
    'does not believe an end with "%s"',
    (attributes) => {
      const revoked = parse(`<revoked xmlns='${NS_PAIR}' ${attributes}/>`);
      expect(() => decodeRevocation(revoked)).toThrow(ProtocolError);
    },
  );
});
