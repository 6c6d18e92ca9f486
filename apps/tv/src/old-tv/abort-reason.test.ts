import { beforeEach, expect, it } from 'vitest';
import { addAbortReason } from './abort-reason.ts';

/** What Chromium 66 to 97 have. */
function oldController() {
  class OldSignal extends EventTarget {
    aborted = false;
  }
  return class OldController {
    readonly signal = new OldSignal();
    abort() {
      if (this.signal.aborted) return;
      this.signal.aborted = true;
      this.signal.dispatchEvent(new Event('abort'));
    }
  } as unknown as typeof AbortController;
}

let Controller: typeof AbortController;
beforeEach(() => {
  Controller = oldController();
  addAbortReason(Controller);
});

it('gives a signal its first reason, in time for who listens', () => {
  const controller = new Controller();
  const heard: unknown[] = [];
  controller.signal.addEventListener('abort', () => heard.push(controller.signal.reason));
  controller.signal.throwIfAborted();
  controller.abort('superseded');
  controller.abort('again');
  expect(heard).toEqual(['superseded']);
  expect(controller.signal.reason).toBe('superseded');
  expect(() => controller.signal.throwIfAborted()).toThrow('superseded');
});

it('has the usual reason when none is given', () => {
  const controller = new Controller();
  controller.abort();
  expect(controller.signal.reason).toMatchObject({ name: 'AbortError' });
});

it('leaves an engine alone that has them', () => {
  const { abort } = AbortController.prototype;
  addAbortReason(AbortController);
  expect(AbortController.prototype.abort).toBe(abort);
});
