/**
 * Chromium 66 to 97 abort without a reason, and up to 99 cannot throw it: a load that another one overtook would
 * look like a failure of the player. What is there already stays.
 */
export function addAbortReason(Controller: typeof AbortController): void {
  const { signal } = new Controller();
  if (!('reason' in signal)) {
    const { abort } = Controller.prototype;
    Controller.prototype.abort = function (reason: unknown = aborted()) {
      if (!this.signal.aborted)
        Object.defineProperty(this.signal, 'reason', { value: reason, configurable: true });
      abort.call(this);
    };
  }
  if (!('throwIfAborted' in signal))
    Object.defineProperty(Object.getPrototypeOf(signal), 'throwIfAborted', {
      value(this: AbortSignal) {
        if (this.aborted) throw this.reason;
      },
    });
}

const aborted = () => new DOMException('The operation was aborted.', 'AbortError');
