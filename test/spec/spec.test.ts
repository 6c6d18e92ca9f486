import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as protocol from '@fjern/protocol';
import { parse } from 'ltx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The specification is the source of truth: its examples are valid by its own schema, and the codecs
// read them; what the codecs write is valid, too.

const { NS, NS_CAM, NS_ERRORS, NS_PAIR, NS_SCE, NS_SEAL } = protocol;
/** Those that the specification has a schema for. */
const own = [NS, NS_ERRORS, NS_PAIR, NS_SEAL];
const spec = readFileSync(new URL('../../docs/second-screen.xml', import.meta.url), 'utf8');

function blocks(tag: 'example' | 'code'): { caption: string; text: string }[] {
  const pattern = new RegExp(
    `<${tag} caption='([^']*)'><!\\[CDATA\\[([\\s\\S]*?)\\]\\]></${tag}>`,
    'g',
  );
  return [...spec.matchAll(pattern)].map(([, caption = '', text = '']) => ({ caption, text }));
}

const examples = blocks('example').flatMap(({ caption, text }) => {
  const { children } = parse(`<stanzas xmlns='jabber:client'>${text}</stanzas>`);
  const stanzas = children.filter((child): child is protocol.Element => typeof child === 'object');
  return stanzas.map((stanza, index) => ({ caption, index, stanza, text }));
});

/** All elements of our namespaces that have no ancestor in the same one. */
function ours(element: protocol.Element): protocol.Element[] {
  if (own.includes(element.getNS() ?? '')) return [element];
  return protocol.childElements(element).flatMap(ours);
}

const directory = mkdtempSync(join(tmpdir(), 'fjern-spec-'));
afterAll(() => rmSync(directory, { recursive: true }));

const schemas = new Map<string, string>();
beforeAll(() => {
  for (const { caption, text } of blocks('code')) {
    if (!text.trimStart().startsWith('<xs:schema')) continue;
    const file = join(directory, `${schemas.size}.xsd`);
    writeFileSync(file, text.trim());
    schemas.set(caption, file);
  }
});

/** Validates with xmllint (libxml2); the error names the line. */
function validate(elements: protocol.Element[]): void {
  for (const xmlns of new Set(elements.map((element) => element.getNS() ?? ''))) {
    const schema = schemas.get(xmlns);
    if (!schema) throw new Error(`the specification has no schema for ${xmlns}`);
    const files = elements
      .filter((element) => element.getNS() === xmlns)
      .map((element, index) => {
        const file = join(directory, `${index}.xml`);
        writeFileSync(file, element.toString());
        return file;
      });
    execFileSync('xmllint', ['--noout', '--schema', schema, ...files], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

/** Decodes a payload and encodes it again. */
function throughCodec(element: protocol.Element, stanza: protocol.Element): protocol.Element {
  switch (element.getNS()) {
    case NS_ERRORS:
      return throughError(stanza);
    case NS_PAIR:
      return throughPairing(element, stanza);
    case NS_SEAL:
      return throughSeal(element, stanza);
    default:
      return throughState(element, stanza);
  }
}

function throughError(stanza: protocol.Element): protocol.Element {
  // Of a stanza, or, sealed, of an envelope's content.
  const error = stanza.getChild('error') ?? stanza.getChild('content', NS_SCE)?.getChild('error');
  const { application } = protocol.StanzaError.fromElement(error);
  if (!application) throw new Error('no application condition was read');
  return protocol.xml(application.name, { xmlns: application.xmlns });
}

function throughSeal(element: protocol.Element, stanza: protocol.Element): protocol.Element {
  const name = element.getName();
  if (name === 'sealed') return protocol.encodeSealed(protocol.decodeSealed(element));
  if (name !== 'handshake') return throughError(stanza);
  const message = protocol.encodeHandshake('x', protocol.decodeHandshake(element));
  return protocol.firstElement(message) as protocol.Element;
}

function throughPairing(element: protocol.Element, stanza: protocol.Element): protocol.Element {
  const { type } = stanza.attrs as { type?: string };
  const name = element.getName();
  switch (name) {
    case 'pake':
      return type === 'set'
        ? protocol.encodePakeRequest(protocol.decodePakeRequest(element))
        : protocol.encodePakeResponse(protocol.decodePakeResponse(element));
    case 'confirm':
    case 'confirmed':
      return protocol.encodeConfirmation(name, protocol.decodeConfirmation(name, element));
    case 'remote':
      // In a list it is a part of that; see there.
      return element.attrs.key
        ? protocol.encodeIntroduction(protocol.decodeIntroduction(element))
        : element;
    case 'paired':
      return protocol.encodePairResult(protocol.decodePairResult(element));
    case 'complete':
      return protocol.encodeComplete();
    case 'edit':
      return protocol.encodeEdit(protocol.decodeEdit(element));
    case 'revoked':
      return protocol.encodeRevocation(protocol.decodeRevocation(element));
    case 'identity':
      return type === 'get'
        ? protocol.encodeIdentityRequest()
        : protocol.encodeIdentity(protocol.decodeIdentity(element));
    case 'approve':
      return protocol.encodeApproval(protocol.decodeApproval(element));
    case 'offer':
      return protocol.encodeOfferRequest(protocol.decodeOfferRequest(element));
    default:
      return type === 'get'
        ? protocol.encodePairingRequest()
        : protocol.encodePairingStatus(protocol.decodePairingStatus(element));
  }
}

function throughState(element: protocol.Element, stanza: protocol.Element): protocol.Element {
  const name = element.getName();
  if (protocol.isFacetName(name)) {
    const facet = protocol.decodeFacet(element);
    return protocol.encodeFacet(facet.name, facet);
  }
  // Requests for these have no attributes.
  const asks = Object.keys(element.attrs).every((key) => key === 'xmlns');
  switch (name) {
    case 'tv': {
      const presence = protocol.decodeTvPresence(stanza);
      if (!presence) throw new Error('no TV was read');
      return protocol.encodeTvPresence(presence);
    }
    case 'clock':
      return asks
        ? protocol.encodeClockRequest()
        : protocol.encodeClockReading(protocol.decodeClockReading(element));
    case 'grant':
      return asks
        ? protocol.encodeGrantRequest()
        : protocol.encodeGrant(protocol.decodeGrant(element));
    case 'done':
      return protocol.encodeCommandResult(protocol.decodeCommandResult(element));
    default:
      return protocol.encodeCommand(protocol.decodeCommand(element));
  }
}

/** Attributes in one order, white space between elements gone: equal elements have equal forms. */
function canonical(element: protocol.Element): unknown {
  const elements = protocol.childElements(element);
  return {
    name: element.getName(),
    xmlns: element.getNS(),
    attrs: Object.fromEntries(
      Object.entries(element.attrs)
        .filter(([key]) => key !== 'xmlns')
        .sort(),
    ),
    content: elements.length > 0 ? elements.map(canonical) : element.getText(),
  };
}

/** A stanza of the example with this caption. */
function find(caption: string, index = 0): protocol.Element {
  const found = examples.find((example) => example.caption === caption && example.index === index);
  if (!found) throw new Error(`no example "${caption}"`);
  return found.stanza;
}

function payload(stanza: protocol.Element): protocol.Element {
  const found = protocol.firstElement(stanza);
  if (!found) throw new Error('no payload');
  return found;
}

describe('the specification', () => {
  it('has examples and a schema for each namespace', () => {
    expect(examples.length).toBeGreaterThan(50);
    expect([...schemas.keys()].sort()).toEqual([...own].sort());
  });

  it('has only well-formed examples', () => {
    const file = join(directory, 'examples.xml');
    const all = blocks('example').map(({ text }) => text);
    writeFileSync(file, `<stanzas xmlns='jabber:client'>${all.join('\n')}</stanzas>`);
    execFileSync('xmllint', ['--noout', file]);
  });

  it.each(examples)(
    '$caption ($index): valid by the schema, and read by the codecs',
    ({ stanza }) => {
      const elements = ours(stanza).map((element) => {
        const copy = parse(element.toString());
        copy.attrs.xmlns = element.getNS();
        return copy;
      });
      validate(elements);
      for (const element of elements) {
        const again = throughCodec(element, stanza);
        validate([again]);
        expect(canonical(again)).toEqual(canonical(element));
      }
    },
  );

  it('shows state requests, notifications and capabilities that the codecs read', () => {
    expect(protocol.decodeStateRequest(payload(find('A remote subscribes')))).toMatchObject({
      type: 'subscribe',
      jid: 'kim@home.example/phone',
    });
    expect(
      protocol.decodeStateRequest(payload(find('A remote asks for the snapshot'))),
    ).toMatchObject({ type: 'items' });
    const snapshot = protocol.readItems(payload(find('The TV answers both', 1)));
    expect(snapshot.facets.map(({ name }) => name)).toEqual(['media', 'volume', 'catalogue']);
    expect(snapshot.damaged).toEqual([]);
    expect(protocol.readNotification(find('Somebody pauses'))).toMatchObject({
      facets: [{ name: 'media', revision: 18, value: { state: 'paused', by: 'Anna’s phone' } }],
      damaged: [],
    });
    const capabilities = protocol.decodeCapabilities(payload(find('The TV answers')));
    expect(canonical(protocol.encodeCapabilities(capabilities))).toEqual(
      canonical(payload(find('The TV answers'))),
    );
  });

  it('shows what anybody may know of a TV, and its hash', () => {
    const query = payload(find('What anybody may know'));
    expect(canonical(protocol.encodePublicIdentity())).toEqual(canonical(query));
    const hash = createHash('sha1').update(protocol.capsInput(query)).digest('base64');
    expect(find('A TV is there').getChild('c', protocol.NS_CAPS)?.attrs.ver).toBe(hash);
  });

  it('shows how remotes are managed as the codecs do it', () => {
    const list = payload(find('An owner lists the remotes', 1));
    const remotes = protocol.decodeList(list);
    expect(remotes.map(({ id, name, grant }) => [id, name, grant.role])).toEqual([
      ['r5k2n8', 'Anna’s phone', 'owner'],
      ['q8w3e1', 'Kim’s tablet', 'guest'],
    ]);
    expect(canonical(protocol.encodeList(remotes))).toEqual(canonical(list));
    expect(payload(find('An owner lists the remotes')).is('list', NS_CAM)).toBe(true);
    const revoke = payload(find('The owner removes a remote'));
    expect(canonical(protocol.encodeRevoke(protocol.decodeRevoke(revoke)))).toEqual(
      canonical(revoke),
    );
  });

  it('has in its tables, and in its schema, exactly the error conditions of the code', () => {
    const sealing = [
      protocol.sealingRequired(),
      protocol.sealError('no-session', ''),
      protocol.sealError('unsealable', ''),
    ];
    const conditions = [
      ...protocol.commandErrorConditions,
      ...protocol.pairingErrorConditions,
      ...sealing.map(({ application }) => application?.name ?? ''),
    ].sort();
    const rows = [...spec.matchAll(/<tr><td>([a-z-]+)<\/td><td>([a-z-]+) \(([a-z]+)\)<\/td>/g)];
    expect(rows.map(([, name]) => name).sort()).toEqual(conditions);
    for (const [, name = '', stanza, type] of rows) {
      const command = protocol.commandErrorConditions.find((condition) => condition === name);
      const pairing = protocol.pairingErrorConditions.find((condition) => condition === name);
      const error = command
        ? protocol.commandError(command, '')
        : pairing
          ? protocol.pairingError(pairing, '')
          : sealing.find(({ application }) => application?.name === name);
      expect({ name, stanza: error?.condition, type: error?.type }).toEqual({ name, stanza, type });
    }
    const ofSeal = ['no-session', 'unsealable'];
    validate(
      conditions.map((name) =>
        protocol.xml(name, { xmlns: ofSeal.includes(name) ? NS_SEAL : NS_ERRORS }),
      ),
    );
  });

  it('has an offer that the code reads', () => {
    const url =
      /<code caption='An offer'>([^<]*)<\/code>/.exec(spec)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(url.length).toBeGreaterThanOrEqual(120);
    expect(url.length).toBeLessThanOrEqual(200);
    expect(protocol.decodeOfferUrl(url)).toMatchObject({
      name: 'Living room',
      origin: 'http://192.168.1.20:7120',
    });
  });

  it.each([
    `<seek xmlns='${NS}' id='1' epoch='e' expires='1' currentTime='NaN'/>`,
    `<setVolume xmlns='${NS}' id='1' epoch='e' expires='1' level='2'/>`,
    `<play xmlns='${NS}'/>`,
    `<toggle xmlns='${NS}' id='1' epoch='e' expires='1'/>`,
    `<volume xmlns='${NS}' epoch='e' revision='1' level='0.5'/>`,
    `<grant xmlns='${NS}' role='king'/>`,
  ])('has a schema that refuses %s, as the codecs do', (xml) => {
    expect(() => validate([parse(xml)])).toThrow();
    expect(() => {
      const element = parse(xml);
      if (element.getName() === 'grant') return protocol.decodeGrant(element);
      return protocol.isFacetName(element.getName())
        ? protocol.decodeFacet(element)
        : protocol.decodeCommand(element);
    }).toThrow(protocol.ProtocolError);
  });
});
