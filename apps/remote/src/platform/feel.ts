/** A short tick under the thumb, where the browser can. */
export function feel(): void {
  try {
    navigator.vibrate?.(8);
  } catch {
    // Some browsers throw where the page's policy forbids it.
  }
}
