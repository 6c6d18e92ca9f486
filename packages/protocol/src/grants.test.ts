import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import { commandNames } from './commands.ts';
import { ProtocolError } from './errors.ts';
import { facetNames } from './facets.ts';
import { decodeGrant, defaultPermissions, encodeGrant, encodeGrantRequest } from './grants.ts';
import { NS } from './namespaces.ts';

describe('a grant', () => {
  it('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(any.grant, (grant) => {
        expect(decodeGrant(parse(encodeGrant(grant).toString()))).toEqual(grant);
      }),
    );
  });

  it('permits nothing that it does not name', () => {
    expect(decodeGrant(parse(`<grant xmlns='${NS}' role='owner'/>`))).toEqual({
      role: 'owner',
      commands: [],
      facets: [],
      manage: false,
    });
  });

  it('leaves commands and facets of later versions out, and those of others', () => {
    const grant = decodeGrant(
      parse(`<grant xmlns='${NS}' role='guest' manage='0'><command name='play'/><command name='levitate'/>
        <command/><command xmlns='urn:x' name='stop'/><facet name='media'/><facet name='mood'/></grant>`),
    );
    expect(grant).toMatchObject({ commands: ['play'], facets: ['media'] });
  });

  it.each([
    '',
    `role='king'`,
    `role='guest' expires='soon'`,
    `role='guest' manage='perhaps'`,
    `role='guest' generation='-1'`,
  ])('with "%s" is refused', (attributes) => {
    expect(() => decodeGrant(parse(`<grant xmlns='${NS}' ${attributes}/>`))).toThrow(ProtocolError);
  });

  it('is not what a remote asks with', () => {
    expect(() => decodeGrant(encodeGrantRequest())).toThrow(ProtocolError);
  });

  it('gives a guest, by default, nothing that outlasts the visit', () => {
    expect(defaultPermissions.owner).toEqual({
      commands: commandNames,
      facets: facetNames,
      manage: true,
    });
    expect(defaultPermissions.member.manage).toBe(false);
    const { guest } = defaultPermissions;
    expect(guest.manage).toBe(false);
    for (const command of ['load', 'stop', 'setRate'] as const)
      expect(guest.commands).not.toContain(command);
  });
});
