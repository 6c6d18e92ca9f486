import type { ApprovalRequest } from '@fjern/protocol';
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Timers, timer } from './time.ts';

/** A remote that has the code and waits for the viewer to let it in. */
export interface Question {
  request: ApprovalRequest;
  /** Milliseconds since the Unix epoch, by the clock of this page. */
  until: number;
  /** How many others wait behind it. */
  others: number;
  /**
   * `settling`: it has just appeared, perhaps in the middle of a key press that meant something else, and takes no
   * answer yet. `busy`: answered. `failed`: the answer did not arrive.
   */
  state: 'settling' | 'open' | 'busy' | 'failed';
}

/** Milliseconds. */
export const questionTiming = {
  /** Without a key press, until a question takes an answer. */
  settle: 600,
  /** That the viewer has; the box says the same, by a clock that may be wrong. */
  patience: 60_000,
} as const;

export interface Questions {
  /** The one that waits longest. */
  readonly current: ReadonlySignal<Question | undefined>;
  /** What the box says. */
  update(requests: readonly ApprovalRequest[]): void;
  /** A key was pressed: whoever is in the middle of something is not answering. */
  disturb(): void;
  answering(state: 'busy' | 'failed'): void;
  dispose(): void;
}

type Waiting = Pick<Question, 'request' | 'until'>;

export function createQuestions(timers: Timers): Questions {
  const waiting = signal<Waiting[]>([]);
  const state = signal<Question['state']>('settling');
  const head = computed(() => waiting.value[0]?.request.id);
  const settled = timer(timers, () => {
    state.value = 'open';
  });
  // The box takes it back at about the same time; this is for a box that is gone.
  const over = timer(timers, () => {
    waiting.value = waiting.value.filter(({ until }) => until > timers.now());
  });

  function settle(): void {
    state.value = 'settling';
    settled.stop();
    settled.startOnce(questionTiming.settle);
  }

  const stopHead = effect(() => {
    if (head.value === undefined) settled.stop();
    else settle();
  });
  const stopOver = effect(() => {
    over.stop();
    const next = Math.min(...waiting.value.map(({ until }) => until));
    if (next !== Infinity) over.startOnce(Math.max(0, next - timers.now()));
  });

  return {
    current: computed(() => {
      const [first, ...others] = waiting.value;
      return first && { ...first, others: others.length, state: state.value };
    }),
    update(requests) {
      const now = timers.now();
      const known = new Map(waiting.value.map((one) => [one.request.id, one.until]));
      waiting.value = requests.map((request) => {
        const { patience } = questionTiming;
        const left = request.expires - now;
        const plausible = left > 0 && left <= patience;
        return {
          request,
          until: known.get(request.id) ?? now + (plausible ? left : patience),
        };
      });
    },
    disturb() {
      if (head.value !== undefined && state.value === 'settling') settle();
    },
    answering(next) {
      state.value = next;
    },
    dispose() {
      stopHead();
      stopOver();
      settled.stop();
      over.stop();
    },
  };
}
