import { h } from 'preact';

/**
 * Takes the place of lucide-preact's createLucideIcon, which weighs more than all icons of the page together:
 * the same <svg> for the props that the page uses. Its icons are pictures beside words.
 *
 * @param {{ name: string, node: [string, Record<string, string>][] }} icon
 */
export default function createLucideIcon({ name, node }) {
  /** @param {{ size?: number, class?: string } & Record<string, unknown>} props */
  return ({ size = 24, class: classes = '', ...rest }) =>
    h(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        width: size,
        height: size,
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': 2,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
        class: `lucide lucide-${name} ${classes}`.trim(),
        'aria-hidden': 'true',
        ...rest,
      },
      node.map(([tag, attributes]) => h(tag, attributes)),
    );
}
