/**
 * Tells when it is worth to try at once: the network or the page came back. Calls `wake` and returns
 * the function that ends it.
 */
export type WakeSource = (wake: () => void) => () => void;

/** The page's own signs; a source that never wakes where there is no page. */
export const pageWakeSource: WakeSource = (wake) => {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
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
