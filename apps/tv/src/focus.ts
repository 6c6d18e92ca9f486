// D-pad focus: moves among the buttons of the innermost `data-focus-scope` by where they are on screen.

type Direction = 'up' | 'down' | 'left' | 'right';

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Index of the nearest of `boxes` in `direction` from `from`, or -1. */
export function nearest(from: Box, boxes: readonly Box[], direction: Direction): number {
  let best = -1;
  let bestCost = Infinity;
  boxes.forEach((box, index) => {
    const { ahead, aside, askew } = distance(from, box, direction);
    // What lies beside, or behind, is not in this direction.
    if (ahead <= 0) return;
    // Of several that a wide one faces, the one before its middle.
    const cost = ahead + 2 * aside + askew / 8;
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}

interface Distance {
  /** Between the edges that face each other; not positive when the box is elsewhere. */
  ahead: number;
  /** Between the edges, across the direction; 0 when they overlap there. */
  aside: number;
  /** Between the centres, across the direction. */
  askew: number;
}

function distance(from: Box, to: Box, direction: Direction): Distance {
  const isVertical = direction === 'up' || direction === 'down';
  const dx = (to.left + to.right - from.left - from.right) / 2;
  const dy = (to.top + to.bottom - from.top - from.bottom) / 2;
  const gapX = Math.max(0, to.left - from.right, from.left - to.right);
  const gapY = Math.max(0, to.top - from.bottom, from.top - to.bottom);
  const isAhead = { up: dy < 0, down: dy > 0, left: dx < 0, right: dx > 0 }[direction];
  const [ahead, aside, askew] = isVertical ? [gapY, gapX, dx] : [gapX, gapY, dy];
  return { ahead: isAhead ? ahead : 0, aside, askew: Math.abs(askew) };
}

function scopeOf(root: ParentNode): Element | undefined {
  const scopes = root.querySelectorAll('[data-focus-scope]');
  return scopes[scopes.length - 1];
}

function focusables(root: ParentNode): HTMLElement[] {
  const scope = scopeOf(root);
  return scope ? Array.from(scope.querySelectorAll<HTMLElement>('button:not([disabled])')) : [];
}

/** The field that is being typed into: a viewer goes there on purpose, and nothing else takes the focus away. */
function fieldInFocus(root: ParentNode): HTMLElement | undefined {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLInputElement)) return undefined;
  return scopeOf(root)?.contains(activeElement) ? activeElement : undefined;
}

function focusOn(element: HTMLElement): void {
  element.focus();
  element.scrollIntoView({ block: 'center' });
}

/** Moves the focus; false when there is nothing that way. */
export function moveFocus(root: ParentNode, direction: Direction): boolean {
  const all = focusables(root);
  const current = all.find((element) => element === document.activeElement) ?? fieldInFocus(root);
  if (!current) return ensureFocus(root);
  const others = all.filter((element) => element !== current);
  const boxes = others.map((element) => element.getBoundingClientRect());
  const target = others[nearest(current.getBoundingClientRect(), boxes, direction)];
  if (target) focusOn(target);
  return target !== undefined;
}

/** Puts the focus where the screen wants it, unless it is on one of its buttons already. */
export function ensureFocus(root: ParentNode): boolean {
  if (fieldInFocus(root)) return true;
  const all = focusables(root);
  if (all.some((element) => element === document.activeElement)) return true;
  const target = all.find((element) => element.hasAttribute('data-start')) ?? all[0];
  if (target) focusOn(target);
  return target !== undefined;
}
