import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as protocol from '@fjern/protocol';
import { parse } from 'ltx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The specification is the source of truth: its examples are valid by its own schema, and the codecs
// read them; what the codecs write is valid, too.

const { NS, NS_ERRORS, NS_PAIR } = protocol;
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
  const xmlns = element.getNS();
  if (xmlns === NS || xmlns === NS_ERRORS || xmlns === NS_PAIR) return [element];
  return protocol.childElements(element).flatMap(ours);
}

const directory = mkdtempSync(join(tmpdir(), 'fjern-spec-'));
afterAll(() => rmSync(directory, { recursive: true }));

const schemas = new Map<string, string>();
beforeAll(() => {
  for (const { caption, text } of blocks('code')) {
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
  const name = element.getName();
  if (element.getNS() === NS_ERRORS) {
    const { application } = protocol.StanzaError.fromStanza(stanza);
    if (!application) throw new Error('no application condition was read');
    return protocol.xml(application.name, { xmlns: application.xmlns });
  }
  if (element.getNS() === NS_PAIR) {
    if (name === 'pair') return protocol.encodePairRequest(protocol.decodePairRequest(element));
    if (name === 'paired') return protocol.encodePairResult(protocol.decodePairResult(element));
    if (name === 'confirm') return protocol.encodeConfirm();
    if (name === 'unpair') return protocol.encodeUnpair(protocol.attribute(element, 'remote'));
    if (stanza.attrs.type === 'get') return protocol.encodePairingRequest();
    return protocol.encodePairingStatus(protocol.decodePairingStatus(element));
  }
  if (protocol.isFacetName(name)) {
    const facet = protocol.decodeFacet(element);
    return protocol.encodeFacet(facet.name, facet);
  }
  if (name === 'tv') {
    const presence = protocol.decodeTvPresence(stanza);
    if (!presence) throw new Error('no TV was read');
    return protocol.encodeTvPresence(presence);
  }
  if (name === 'clock')
    return stanza.attrs.type === 'get'
      ? protocol.encodeClockRequest()
      : protocol.encodeClockReading(protocol.decodeClockReading(element));
  if (name === 'done') return protocol.encodeCommandResult(protocol.decodeCommandResult(element));
  return protocol.encodeCommand(protocol.decodeCommand(element));
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

describe('the specification', () => {
  it('has examples and three schemas', () => {
    expect(examples.length).toBeGreaterThan(20);
    expect([...schemas.keys()].sort()).toEqual([NS, NS_ERRORS, NS_PAIR].sort());
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
    const find = (caption: string, index = 0) => {
      const found = examples.find(
        (example) => example.caption === caption && example.index === index,
      );
      if (!found) throw new Error(`no example "${caption}"`);
      return found.stanza;
    };
    const payload = (stanza: protocol.Element) => protocol.firstElement(stanza) as protocol.Element;
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

  it('has in its tables, and in its schema, exactly the error conditions of the code', () => {
    const conditions = [
      ...protocol.commandErrorConditions,
      ...protocol.pairingErrorConditions,
    ].sort();
    const rows = [...spec.matchAll(/<tr><td>([a-z-]+)<\/td><td>([a-z-]+) \(([a-z]+)\)<\/td>/g)];
    expect(rows.map(([, name]) => name).sort()).toEqual(conditions);
    for (const [, name = '', stanza, type] of rows) {
      const command = protocol.commandErrorConditions.find((condition) => condition === name);
      const pairing = protocol.pairingErrorConditions.find((condition) => condition === name);
      const error = command
        ? protocol.commandError(command, '')
        : pairing && protocol.pairingError(pairing, '');
      expect({ name, stanza: error?.condition, type: error?.type }).toEqual({ name, stanza, type });
    }
    validate(conditions.map((name) => protocol.xml(name, { xmlns: NS_ERRORS })));
  });

  it('has an offer that the code reads', () => {
    const url =
      /<code caption='An offer'>([^<]*)<\/code>/.exec(spec)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(url.length).toBeGreaterThanOrEqual(120);
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
  ])('has a schema that refuses %s, as the codecs do', (xml) => {
    expect(() => validate([parse(xml)])).toThrow();
    expect(() => {
      const element = parse(xml);
      return protocol.isFacetName(element.getName())
        ? protocol.decodeFacet(element)
        : protocol.decodeCommand(element);
    }).toThrow(protocol.ProtocolError);
  });
});
