import { type CommandName, commandNames } from './commands.ts';
import { ProtocolError } from './errors.ts';
import { type FacetName, facetNames } from './facets.ts';
import { NS, NS_CAPS, NS_DATA, NS_DISCO_INFO, NS_PUBSUB, NS_SEAL } from './namespaces.ts';
import { expectElement, formatDecimal, token } from './values.ts';
import { attribute, childElements, type Element, toXmlText, xml } from './xml.ts';

/** What a TV can do, as it says in disco#info (XEP-0030, with a XEP-0128 form). */
export interface Capabilities {
  /** The TV's name for people. */
  name: string;
  commands: CommandName[];
  facets: FacetName[];
  /** MIME types that it plays, without parameters. */
  mediaTypes: string[];
  /** Limits of `setRate`. */
  playbackRate: { min: number; max: number };
}

/** XEP-0030 identity of a TV agent (to be registered). */
export const identity = { category: 'client', type: 'tv' } as const;

/** Features that every TV agent has. */
const features = [NS, NS_CAPS, NS_DISCO_INFO, NS_PUBSUB, NS_SEAL];

/**
 * What anybody may know, whom a sealed session does not connect with the TV: that there is one. Payload of the
 * disco#info result in the clear, and what its capabilities hash (XEP-0115) is of.
 */
export function encodePublicIdentity(node?: string): Element {
  return xml(
    'query',
    { xmlns: NS_DISCO_INFO, node },
    xml('identity', identity),
    ...features.map((feature) => xml('feature', { var: feature })),
  );
}

/** Payload of the disco#info result in a sealed session. */
export function encodeCapabilities(capabilities: Capabilities, node?: string): Element {
  const { min, max } = capabilities.playbackRate;
  return xml(
    'query',
    { xmlns: NS_DISCO_INFO, node },
    xml('identity', { ...identity, name: toXmlText(capabilities.name) }),
    ...features.map((feature) => xml('feature', { var: feature })),
    xml(
      'x',
      { xmlns: NS_DATA, type: 'result' },
      field('FORM_TYPE', [NS], 'hidden'),
      field('commands', capabilities.commands),
      field('facets', capabilities.facets),
      field('media-types', capabilities.mediaTypes),
      field('rate-min', [formatDecimal(min)]),
      field('rate-max', [formatDecimal(max)]),
    ),
  );
}

function field(name: string, values: readonly string[], type?: string): Element {
  return xml(
    'field',
    { var: name, type },
    ...values.map((value) => xml('value', {}, toXmlText(value))),
  );
}

/**
 * Commands and facets of later versions are left out.
 * @throws ProtocolError `malformed` when this is not the disco#info of a TV
 */
export function decodeCapabilities(query: Element): Capabilities {
  expectElement(query, 'query', NS_DISCO_INFO);
  const tv = query
    .getChildren('identity')
    .find(({ attrs }) => attrs.category === identity.category && attrs.type === identity.type);
  const form = query
    .getChildren('x', NS_DATA)
    .find((x) => fieldValues(x, 'FORM_TYPE').includes(NS));
  if (!tv || !form) throw new ProtocolError('malformed', 'query', 'is not that of a TV');
  return {
    name: attribute(tv, 'name') ?? '',
    commands: known(fieldValues(form, 'commands'), commandNames),
    facets: known(fieldValues(form, 'facets'), facetNames),
    mediaTypes: fieldValues(form, 'media-types'),
    playbackRate: { min: rate(form, 'rate-min'), max: rate(form, 'rate-max') },
  };
}

function fieldValues(form: Element, name: string): string[] {
  const found = form.getChildren('field').find(({ attrs }) => attrs.var === name);
  return found ? found.getChildren('value').map((value) => value.getText()) : [];
}

function known<T extends string>(values: string[], all: readonly T[]): T[] {
  return all.filter((name) => values.includes(name));
}

function rate(form: Element, name: string): number {
  const text = fieldValues(form, name)[0] ?? '1';
  const value = Number(text);
  if (!(value > 0 && value < 1000))
    throw new ProtocolError('invalid-value', name, 'is not a playback rate');
  return value;
}

/**
 * The string whose SHA-1 is the verification string of these capabilities (XEP-0115 §5.1). Hashing
 * is left to the caller: this package has no cryptography.
 */
export function capsInput(query: Element): string {
  const identities = query
    .getChildren('identity')
    .map(
      ({ attrs }) =>
        `${attrs.category ?? ''}/${attrs.type ?? ''}/${attrs['xml:lang'] ?? ''}/${attrs.name ?? ''}<`,
    );
  const vars = query.getChildren('feature').map(({ attrs }) => `${attrs.var}<`);
  const forms = query.getChildren('x', NS_DATA).map((x) => {
    const fields = x
      .getChildren('field')
      .filter(({ attrs }) => attrs.var !== 'FORM_TYPE')
      .map(({ attrs }) => attrs.var as string)
      .sort(byOctets)
      .map((name) =>
        [name, ...fieldValues(x, name).sort(byOctets)].map((part) => `${part}<`).join(''),
      );
    return `${fieldValues(x, 'FORM_TYPE')[0] ?? ''}<${fields.join('')}`;
  });
  return [...identities.sort(byOctets), ...vars.sort(byOctets), ...forms.sort(byOctets)].join('');
}

/** i;octet collation (RFC 4790 §9.3) on the UTF-8 form, which orders as code points do. */
function byOctets(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** What a TV agent's presence says (RFC 6121 §4.7.3 lets it carry extensions). */
export interface TvPresence {
  epoch: string;
}

/** The child of the agent's presence that tells a remote which resource to talk to. */
export function encodeTvPresence(presence: TvPresence): Element {
  return xml('tv', { xmlns: NS, epoch: presence.epoch });
}

/** Nothing when the presence is not that of a TV agent. */
export function decodeTvPresence(stanza: Element): TvPresence | undefined {
  const tv = childElements(stanza).find((child) => child.is('tv', NS));
  return tv && { epoch: token(tv, 'epoch') };
}
