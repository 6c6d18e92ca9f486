import { firstAnswer, type Verdict } from './probe.ts';
import type { FoundTv } from './sightings.ts';

/** Milliseconds. */
const firstRetry = 1000;
const longestRetry = 60_000;
/** A flood of made-up TVs must not keep this machine, or another, busy. */
const mostAtOnce = 32;
/** A TV that was there is not gone because of one question that nobody answered. */
const mostSilences = 2;

interface Candidate {
  /** As it is advertised now. */
  tv: FoundTv;
  /** As it was when it answered last. */
  live?: FoundTv;
  /** What it was asked at last. */
  asked?: string;
  asking?: AbortController;
  retry?: ReturnType<typeof setTimeout>;
  failures: number;
}

export interface VerifierLinks {
  /** `live` or `unverified` may be others now. */
  verdict(id: string, verdict: Verdict): void;
}

/** Asks those who say that they are TVs whether they are there, again and again as long as they say so. */
export class Verifier {
  private readonly candidates = new Map<string, Candidate>();
  private readonly waiting = new Set<Candidate>();
  private readonly links: VerifierLinks;
  private running = 0;

  constructor(links: VerifierLinks) {
    this.links = links;
  }

  /** By id. */
  get live(): ReadonlyMap<string, FoundTv> {
    const live = [...this.candidates].flatMap(([id, candidate]) =>
      candidate.live ? [[id, candidate.live] as const] : [],
    );
    return new Map(live);
  }

  /** By id: those who are advertised and do not answer, or did not yet. */
  get unverified(): ReadonlyMap<string, FoundTv> {
    const others = [...this.candidates].filter(([, candidate]) => !candidate.live);
    return new Map(others.map(([id, { tv }]) => [id, tv]));
  }

  /** Looks at what is advertised: asks who is new or somewhere else, and forgets the rest. */
  follow(advertised: ReadonlyMap<string, FoundTv>): void {
    for (const [id, candidate] of this.candidates) {
      if (advertised.has(id)) continue;
      this.candidates.delete(id);
      this.rest(candidate);
    }
    for (const [id, tv] of advertised) {
      const candidate = this.candidates.get(id) ?? { tv, failures: 0 };
      this.candidates.set(id, candidate);
      candidate.tv = tv;
      const url = candidate.live?.url;
      // One that moved stays what it was until it answers from its new place.
      if (url !== undefined && tv.urls.includes(url)) candidate.live = { ...tv, url };
      if (candidate.asked === tv.urls.join()) continue;
      candidate.failures = 0;
      this.rest(candidate);
      this.ask(candidate);
    }
  }

  /** Asks again: one of them, or all. */
  recheck(id?: string): void {
    for (const [one, candidate] of this.candidates)
      if ((id === undefined || one === id) && !candidate.asking) this.ask(candidate);
  }

  close(): void {
    for (const candidate of this.candidates.values()) this.rest(candidate);
    this.candidates.clear();
  }

  private rest(candidate: Candidate): void {
    clearTimeout(candidate.retry);
    candidate.asking?.abort();
    delete candidate.asking;
    this.waiting.delete(candidate);
  }

  private ask(candidate: Candidate): void {
    clearTimeout(candidate.retry);
    candidate.asked = candidate.tv.urls.join();
    this.waiting.add(candidate);
    this.work();
  }

  private work(): void {
    while (this.running < mostAtOnce && this.waiting.size > 0) {
      // Who never failed is not kept waiting by those who do.
      const [first] = [...this.waiting].sort((a, b) => a.failures - b.failures);
      if (!first) return;
      this.waiting.delete(first);
      this.running++;
      void this.question(first).finally(() => {
        this.running--;
        this.work();
      });
    }
  }

  private async question(candidate: Candidate): Promise<void> {
    const asking = new AbortController();
    candidate.asking = asking;
    const { id, urls } = candidate.tv;
    const verdict = await firstAnswer(urls, `${id}.local`, asking.signal);
    if (asking.signal.aborted) return;
    delete candidate.asking;
    if (typeof verdict === 'object') {
      candidate.failures = 0;
      candidate.live = { ...candidate.tv, url: verdict.url };
    } else {
      candidate.failures++;
      if (verdict === 'refused' || candidate.failures >= mostSilences) delete candidate.live;
      const delay = Math.min(firstRetry * 2 ** (candidate.failures - 1), longestRetry);
      candidate.retry = setTimeout(() => this.ask(candidate), delay);
    }
    this.links.verdict(id, verdict);
  }
}
