import { type CommandName, commandNames } from './commands.ts';
import { type FacetName, facetNames } from './facets.ts';
import { NS } from './namespaces.ts';
import {
  expectElement,
  formatInstant,
  integer,
  oneOf,
  optionalBoolean,
  optionalInstant,
} from './values.ts';
import { attribute, type Element, xml } from './xml.ts';

export const roles = ['owner', 'member', 'guest'] as const;
export type Role = (typeof roles)[number];

/** What a remote may do, and for how long. */
export interface Grant {
  role: Role;
  commands: readonly CommandName[];
  facets: readonly FacetName[];
  /** Whether it may list, rename, promote and remove other remotes. */
  manage: boolean;
  /** Milliseconds since the Unix epoch; absent: until it is removed. */
  expires?: number;
  /** It ends when the TV goes to standby, if it does not end before. */
  untilStandby?: boolean;
  /**
   * Counts the changes of the TV's list of remotes. A lower one than before: the TV was set back to an earlier
   * state, in which remotes that were removed since may be paired.
   */
  generation?: number;
}

/** What each role may, where the integrator says nothing else. */
export const defaultPermissions: Readonly<
  Record<Role, Pick<Grant, 'commands' | 'facets' | 'manage'>>
> = {
  owner: { commands: commandNames, facets: facetNames, manage: true },
  member: { commands: commandNames, facets: facetNames, manage: false },
  guest: {
    commands: ['play', 'pause', 'seek', 'setVolume', 'setMuted'],
    facets: facetNames,
    manage: false,
  },
};

/** Payload of the IQ get with which a remote asks what it may. */
export function encodeGrantRequest(): Element {
  return xml('grant', { xmlns: NS });
}

export function encodeGrant(grant: Grant): Element {
  return xml(
    'grant',
    {
      xmlns: NS,
      role: grant.role,
      manage: grant.manage,
      expires: grant.expires === undefined ? undefined : formatInstant(grant.expires),
      'until-standby': grant.untilStandby,
      generation: grant.generation,
    },
    ...grant.commands.map((name) => xml('command', { name })),
    ...grant.facets.map((name) => xml('facet', { name })),
  );
}

/** Commands and facets of later versions are left out. @throws ProtocolError */
export function decodeGrant(element: Element): Grant {
  expectElement(element, 'grant', NS);
  const listed = (child: string) =>
    element.getChildren(child, NS).map((named) => attribute(named, 'name'));
  const commands = listed('command');
  const facets = listed('facet');
  const expires = optionalInstant(element, 'expires');
  const untilStandby = optionalBoolean(element, 'until-standby');
  return {
    role: oneOf(element, 'role', roles),
    commands: commandNames.filter((name) => commands.includes(name)),
    facets: facetNames.filter((name) => facets.includes(name)),
    manage: optionalBoolean(element, 'manage') ?? false,
    ...(expires === undefined ? {} : { expires }),
    ...(untilStandby === undefined ? {} : { untilStandby }),
    ...(attribute(element, 'generation') === undefined
      ? {}
      : { generation: integer(element, 'generation') }),
  };
}
