import { childElements, Element, parsePlainElement } from '@fjern/protocol';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { StreamFault } from './errors.ts';
import type { HubLimits } from './limits.ts';

/** Turns the text of one WebSocket frame into an element. @throws StreamFault, and nothing else */
export type ParseFrame = (text: string) => Element;

/**
 * Strict reading of RFC 7395 frames: exactly one namespace-well-formed element, and nothing of what
 * RFC 6120 §11.1 forbids (DTD, entities, processing instructions, comments). Lax parsers accept
 * things that are not XML, and on a LAN anybody may send them.
 */
export function createFrameParser(
  limits: Pick<HubLimits, 'depth' | 'attributes' | 'nodes'>,
): ParseFrame {
  let parser: FrameParser | undefined;
  return (text) => {
    parser ??= new FrameParser(limits);
    try {
      return parser.parse(text);
    } catch (error) {
      // A parser that stopped in the middle keeps its state: the next frame needs a new one.
      parser = undefined;
      throw error instanceof StreamFault ? error : new StreamFault('not-well-formed');
    }
  };
}

const restricted = (what: string) => (): never => {
  throw new StreamFault('restricted-xml', `${what} is not allowed (RFC 6120 §11.1).`);
};

class FrameParser {
  private readonly limits: Pick<HubLimits, 'depth' | 'attributes' | 'nodes'>;
  private readonly saxes = new SaxesParser({ xmlns: true, position: false });
  private root: Element | undefined;
  private open: Element | undefined;
  private depth = 0;
  private nodes = 0;

  constructor(limits: Pick<HubLimits, 'depth' | 'attributes' | 'nodes'>) {
    this.limits = limits;
    const { saxes } = this;
    saxes.on('opentag', (tag) => this.onOpenTag(tag));
    saxes.on('closetag', () => this.onCloseTag());
    const onText = (text: string) => this.onText(text);
    saxes.on('text', onText);
    saxes.on('cdata', onText);
    saxes.on('doctype', restricted('A document type declaration'));
    saxes.on('comment', restricted('A comment'));
    saxes.on('processinginstruction', restricted('A processing instruction'));
    saxes.on('xmldecl', restricted('An XML declaration'));
    saxes.on('error', (error) => {
      throw new StreamFault(conditionOf(error.message), error.message);
    });
  }

  parse(text: string): Element {
    // RFC 7395 §3.3: the first character of a frame is "<"; white space keep-alives do not exist here.
    if (text.charCodeAt(0) !== 0x3c)
      throw new StreamFault('bad-format', 'A frame starts with "<".');
    const plain = parsePlainElement(text);
    if (plain && this.isWithinLimits(plain)) return plain;
    this.root = undefined;
    this.open = undefined;
    this.depth = 0;
    this.nodes = 0;
    this.saxes.write(text).close();
    const root: Element | undefined = this.root;
    if (!root) throw new StreamFault('not-well-formed');
    return root;
  }

  /** Of one element in one: if they allow as much, which is said again by the parser. */
  private isWithinLimits(plain: Element): boolean {
    const { attributes, depth, nodes } = this.limits;
    const [child] = childElements(plain);
    const counts = [plain, child].map((element) => Object.keys(element?.attrs ?? {}).length);
    return depth >= 2 && nodes >= 3 && Math.max(...counts) <= attributes;
  }

  private onOpenTag(tag: SaxesTagNS): void {
    const element = new Element(tag.name);
    let count = 0;
    for (const name in tag.attributes) {
      count++;
      element.attrs[name] = tag.attributes[name]?.value;
    }
    if (count > this.limits.attributes)
      throw new StreamFault('policy-violation', 'Too many attributes.');
    if (++this.depth > this.limits.depth)
      throw new StreamFault('policy-violation', 'Nested too deeply.');
    this.countNode();
    if (this.open) this.open.cnode(element);
    else this.root = element;
    this.open = element;
  }

  private onCloseTag(): void {
    this.depth--;
    this.open = this.open?.parent ?? undefined;
  }

  private onText(text: string): void {
    // Outside the root only white space gets here.
    if (!this.open || text === '') return;
    this.countNode();
    this.open.t(text);
  }

  private countNode(): void {
    if (++this.nodes > this.limits.nodes)
      throw new StreamFault('policy-violation', 'Too many elements.');
  }
}

function conditionOf(message: string) {
  if (/entity/.test(message)) return 'restricted-xml';
  if (/unbound namespace/.test(message)) return 'bad-namespace-prefix';
  return 'not-well-formed';
}
