/** A listener of the application that throws must not end the remote, nor pass unseen. */
export function guarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    console.error(error);
  }
}
