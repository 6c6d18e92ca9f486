import { type Element, xml } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamFault } from './errors.ts';
import { createFrameParser } from './frame.ts';
import { defaultLimits } from './limits.ts';

const parse = createFrameParser(defaultLimits);

function refusal(text: string): string {
  try {
    return `accepted: ${parse(text)}`;
  } catch (error) {
    return error instanceof StreamFault ? error.condition : `threw ${error}`;
  }
}

describe('the frame parser', () => {
  it.each([
    ['', 'bad-format'],
    [' <a/>', 'bad-format'],
    ['hello', 'bad-format'],
    ['<a>', 'not-well-formed'],
    ['<a></b>', 'not-well-formed'],
    ['</a>', 'not-well-formed'],
    ['<a/><b/>', 'not-well-formed'],
    ['<a/>text', 'not-well-formed'],
    ['<a b="1" b="2"/>', 'not-well-formed'],
    ['<a b=1/>', 'not-well-formed'],
    ['<a b="<"/>', 'not-well-formed'],
    ['<a>&</a>', 'not-well-formed'],
    ['<a>\u0001</a>', 'not-well-formed'],
    ['<a>&#1;</a>', 'restricted-xml'],
    ['<a>\ud800</a>', 'not-well-formed'],
    ['<a>]]></a>', 'not-well-formed'],
    ['<a>&nbsp;</a>', 'restricted-xml'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'restricted-xml'],
    ['<a><!-- c --></a>', 'restricted-xml'],
    ['<a><?b c?></a>', 'restricted-xml'],
    ['<?xml version="1.0"?><a/>', 'restricted-xml'],
    ['<b:a/>', 'bad-namespace-prefix'],
    ['<a b:c="d"/>', 'bad-namespace-prefix'],
  ])('refuses %j as %s', (text, condition) => {
    expect(refusal(text)).toBe(condition);
    // And goes on to work.
    expect(parse('<a/>').name).toBe('a');
  });

  it('resolves predefined entities, character references and CDATA', () => {
    expect(parse('<a>&lt;&#x41;<![CDATA[<b>]]></a>').getText()).toBe('<A<b>');
  });

  it('keeps the declarations of prefixes', () => {
    const text = '<p:a xmlns:p="urn:p" p:b="1"><p:c/><d xmlns="urn:d"/></p:a>';
    const element = parse(text);
    expect(element.getNS()).toBe('urn:p');
    expect(element.getChild('c', 'urn:p')).toBeDefined();
    expect(element.getChild('d', 'urn:d')).toBeDefined();
    expect(parse(element.toString()).toString()).toBe(element.toString());
  });

  it('holds the limits of depth, attributes and nodes', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(refusal(nested(defaultLimits.depth))).toMatch(/^accepted/);
    expect(refusal(nested(defaultLimits.depth + 1))).toBe('policy-violation');
    expect(refusal(nested(20_000))).toBe('policy-violation');
    const wide = (count: number) =>
      `<a ${Array.from({ length: count }, (_, i) => `b${i}=""`).join(' ')}/>`;
    expect(refusal(wide(defaultLimits.attributes))).toMatch(/^accepted/);
    expect(refusal(wide(defaultLimits.attributes + 1))).toBe('policy-violation');
    const long = (count: number) => `<a>${'<b/>'.repeat(count)}</a>`;
    expect(refusal(long(defaultLimits.nodes - 1))).toMatch(/^accepted/);
    expect(refusal(long(defaultLimits.nodes))).toBe('policy-violation');
  });

  it('is not confused by names of JavaScript', () => {
    const element = parse('<__proto__ constructor="1" __proto__="2"><toString/></__proto__>');
    expect(element.attrs.constructor).toBe('1');
    expect(Object.getPrototypeOf(element.attrs)).toBe(Object.prototype);
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
  const text = fc
    .string({ unit: 'binary', maxLength: 20 })
    .map((s) => s.replace(/[^\u0020-\ud7ff\ue000-\ufffd]/g, ''));
  const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
    tree: fc
      .record({
        name,
        attrs: fc.dictionary(
          name.filter((n) => n !== 'xmlns'),
          text,
          { maxKeys: 4 },
        ),
        xmlns: fc.option(fc.constantFrom('urn:a', 'urn:b'), { nil: undefined }),
        children: fc.array(
          fc.oneof(
            { maxDepth: 4 },
            text.filter((t) => t !== ''),
            tie('tree'),
          ),
          { maxLength: 3 },
        ),
      })
      .map(({ name, attrs, xmlns, children }) => xml(name, { ...attrs, xmlns }, ...children)),
  }));

  it('reads back every element that is written', () => {
    fc.assert(
      fc.property(tree, (element) => {
        expect(parse(element.toString()).toString()).toBe(element.toString());
      }),
    );
  });

  it('accepts or throws a StreamFault, whatever comes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '/>',
        '</',
        '<a',
        '<a>',
        '</a>',
        ' b="',
        '"',
        "'",
        '&',
        ';',
        '&#',
        '<!',
        '<?',
        '?>',
        '--',
        '[CDATA[',
        ']]>',
        'xmlns:p="u"',
        'p:',
        '=',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(refusal(pieces.join(''))).not.toMatch(/^threw/);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses every part of a frame, and two frames in one', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (element, at) => {
        const written = element.toString();
        expect(refusal(written.slice(0, at % written.length))).not.toMatch(/^accepted/);
        expect(refusal(written + written)).toBe('not-well-formed');
      }),
    );
  });
});
