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
    const [ahead, aside] = distance(from, box, direction);
    // What lies mostly beside is not in this direction.
    if (ahead <= 0) return;
    const cost = ahead + 2 * aside;
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}

/** How far the box lies ahead, between centres, and how far aside, between edges. */
function distance(from: Box, to: Box, direction: Direction): [number, number] {
  const dx = (to.left + to.right - from.left - from.right) / 2;
  const dy = (to.top + to.bottom - from.top - from.bottom) / 2;
  const gapX = Math.max(0, to.left - from.right, from.left - to.right);
  const gapY = Math.max(0, to.top - from.bottom, from.top - to.bottom);
  switch (direction) {
    case 'left':
      return [gapX > 0 ? -dx : 0, gapY];
    case 'right':
      return [gapX > 0 ? dx : 0, gapY];
    case 'up':
      return [gapY > 0 ? -dy : 0, gapX];
    case 'down':
      return [gapY > 0 ? dy : 0, gapX];
  }
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
