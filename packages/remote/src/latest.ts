/**
 * Turns a source that calls back into an iteration that holds the latest value only.
 * @param start subscribes; called when the iteration begins. Returns what unsubscribes
 */
export function latestOf<T>(
  start: (next: (value: T) => void, end: () => void) => () => void,
  signal?: AbortSignal,
): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      let latest: { value: T } | undefined;
      let ended = signal?.aborted ?? false;
      let wake: () => void = () => {};
      const end = () => {
        ended = true;
        wake();
      };
      signal?.addEventListener('abort', end);
      const stop = start((value) => {
        latest = { value };
        wake();
      }, end);
      try {
        while (!ended) {
          if (latest) {
            const { value } = latest;
            latest = undefined;
            yield value;
          } else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        signal?.removeEventListener('abort', end);
        stop();
      }
    },
  };
}
