/** Listeners by event name: `Events` maps each to its listener. */
export class Emitter<Events extends { [E in keyof Events]: (value: never) => void }> {
  private readonly listeners = new Map<keyof Events, Set<(value: never) => void>>();
  private readonly onError: (error: unknown) => void;
  private reporting = false;

  /** @param onError takes what a listener throws: it is no business of the others, nor of the emitter */
  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  /** Returns the function that removes the listener. */
  on<E extends keyof Events>(event: E, listener: Events[E]): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<E extends keyof Events>(event: E, value: Parameters<Events[E]>[0]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        listener(value as never);
      } catch (error) {
        this.report(error);
      }
    }
  }

  /** A listener for errors may throw as well: it is not told of that. */
  private report(error: unknown): void {
    if (this.reporting) return;
    this.reporting = true;
    try {
      this.onError(error);
    } finally {
      this.reporting = false;
    }
  }

  clear(): void {
    this.listeners.clear();
  }
}
