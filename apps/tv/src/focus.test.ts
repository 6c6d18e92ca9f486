import { expect, it } from 'vitest';
import { type Box, nearest } from './focus.ts';

const box = (left: number, top: number): Box => ({
  left,
  right: left + 100,
  top,
  bottom: top + 50,
});

// 0 1
// 2
//     3
const boxes = [box(0, 0), box(200, 0), box(0, 100), box(400, 200)];
const from = (index: number, direction: 'up' | 'down' | 'left' | 'right') =>
  nearest(boxes[index] as Box, boxes, direction);

it('goes to the nearest in the direction', () => {
  expect(from(0, 'right')).toBe(1);
  expect(from(0, 'down')).toBe(2);
  expect(from(1, 'left')).toBe(0);
  expect(from(2, 'up')).toBe(0);
});

it('reaches what lies aslant rather than nothing', () => {
  expect(from(3, 'up')).toBe(1);
  expect(from(1, 'down')).toBe(2);
});

it('takes a wide one beside it before a narrow one in the next row', () => {
  const wide = { left: 0, right: 500, top: 100, bottom: 150 };
  const narrow = box(400, 40);
  expect(nearest(box(510, 100), [narrow, wide], 'left')).toBe(1);
});

it('goes from a wide one to what is before its middle', () => {
  const wide = { left: 0, right: 500, top: 100, bottom: 150 };
  const row = [box(0, 0), box(120, 0), box(240, 0), box(360, 0)];
  expect(nearest(wide, row, 'up')).toBe(2);
});

it('stays where nothing lies that way', () => {
  expect(from(0, 'up')).toBe(-1);
  expect(from(0, 'left')).toBe(-1);
});
