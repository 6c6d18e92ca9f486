import createElement from 'ltx/src/createElement.js';
import Element from 'ltx/src/Element.js';

/**
 * Takes the place of @xmpp/xml, whose parser the link does not use.
 *
 * @param {Parameters<typeof createElement>} args
 */
export default function xml(...args) {
  return createElement(...args);
}

xml.Element = Element;
