import { expect, test } from 'vitest';
import { Drag } from './drag.ts';

function setUp() {
  const sent: { value: number; done: () => void; fail: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const drag = new Drag(
    (value) =>
      new Promise<void>((done, fail) => {
        sent.push({ value, done, fail });
      }),
    (error) => errors.push(error),
  );
  const answer = async (index: number) => {
    sent[index]?.done();
    await Promise.resolve();
  };
  return { drag, sent, errors, answer };
}

test('under a finger the target counts, even after an answer', async () => {
  const { drag, answer } = setUp();
  drag.grab();
  drag.move(10);
  await answer(0);
  expect(drag.target.value).toBe(10);
  drag.move(20);
  expect(drag.target.value).toBe(20);
});

test('after the finger is off it stays until the TV has answered the last value', async () => {
  const { drag, answer } = setUp();
  drag.grab();
  drag.move(10);
  drag.move(20);
  drag.release();
  await answer(0);
  expect(drag.target.value).toBe(20);
  await answer(1);
  expect(drag.target.value).toBeUndefined();
});

test('an answer that came before the finger was off is enough', async () => {
  const { drag, answer } = setUp();
  drag.grab();
  drag.move(10);
  await answer(0);
  drag.release();
  expect(drag.target.value).toBeUndefined();
});

test('the same place is not sent twice while it is on its way', () => {
  const { drag, sent } = setUp();
  drag.grab();
  drag.move(10);
  drag.move(10);
  drag.release();
  drag.jump(10);
  expect(sent.map(({ value }) => value)).toEqual([10]);
});

test('a refusal is told, and the TV’s value counts again', async () => {
  const { drag, sent, errors } = setUp();
  drag.jump(10);
  const error = new Error('No.');
  sent[0]?.fail(error);
  await Promise.resolve();
  await Promise.resolve();
  expect(errors).toEqual([error]);
  expect(drag.target.value).toBeUndefined();
});
