import { afterEach, expect, it, vi } from 'vitest';
import { pageWakeSource } from './wake.ts';

afterEach(() => vi.unstubAllGlobals());

function stubPage() {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', document);
  return { window, document };
}

it('wakes when the network or the page returns, and not when it goes', () => {
  const { window, document } = stubPage();
  const wake = vi.fn();
  const forget = pageWakeSource(wake);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledTimes(0);
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(new Event('online'));
  window.dispatchEvent(new Event('pageshow'));
  expect(wake).toHaveBeenCalledTimes(3);
  forget();
  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wake).toHaveBeenCalledTimes(3);
});

it('is silent where there is no page', () => {
  expect(() => pageWakeSource(() => {})()).not.toThrow();
});
