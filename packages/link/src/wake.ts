/**
 * Tells when it is worth to try at once: the network or the page came back. Calls `wake` and returns
 * the function that ends it.
 */
export type WakeSource = (wake: () => void) => () => void;

// Not the DOM's own types: who compiles this for Node has none.
interface Page {
  window?: EventTarget;
  document?: EventTarget & { readonly visibilityState: string };
}

/** The page's own signs; a source that never wakes where there is no page. */
export const pageWakeSource: WakeSource = (wake) => {
  const { window, document } = globalThis as Page;
  if (!window || !document) return () => {};
  const visible = () => {
    if (document.visibilityState === 'visible') wake();
  };
  window.addEventListener('online', wake);
  // A page that returns from the back/forward cache has lost its socket without an event.
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', visible);
  return () => {
    window.removeEventListener('online', wake);
    window.removeEventListener('pageshow', wake);
    document.removeEventListener('visibilitychange', visible);
  };
};
