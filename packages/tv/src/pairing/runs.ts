import { type CodeKind, type PakeRequest, pairingError, StanzaError } from '@fjern/protocol';
import type { Clock } from '../clock.ts';
import { fateError, type Hold, type Offers, type OpenOffer } from './offers.ts';
import type { Tries } from './tries.ts';

/** Seconds between the two requests of a run. */
const runLimit = 30;
/** Runs that are open at once, of all remotes together. */
const mostRuns = 4;

/** What a key exchange came to, as far as it is known here: whether the other side had the password. */
export interface Exchange {
  checkTag(tag: Uint8Array): boolean;
}

export interface RunsOptions<E extends Exchange> {
  clock: Clock;
  offers: Offers;
  tries: Tries;
  /** One key exchange: what the other side gets, and what came of it. @throws whatever the share is refused with */
  exchange(from: string, password: string, request: PakeRequest): { share: Uint8Array; result: E };
}

interface Run<E> {
  sid: string;
  offer: OpenOffer;
  result: E;
  timer: unknown;
}

/** The code was the right one: `exchange` goes on with whoever had it. */
export interface Proven<E> {
  exchange: E;
  offer: OpenOffer;
  hold: Hold;
}

/**
 * Key exchanges under way, of full JIDs that have one each. Each is one guess, wrong until it has proved to be
 * right, and there are never more of them than may be wrong before the next lock.
 */
export class Runs<E extends Exchange> {
  private readonly options: RunsOptions<E>;
  private readonly open = new Map<string, Run<E>>();

  constructor(options: RunsOptions<E>) {
    this.options = options;
  }

  /**
   * @param from full JID
   * @returns our share
   * @throws StanzaError `locked`, `pairing-closed`, `busy`, `code-used`, `code-expired`
   */
  begin(from: string, request: PakeRequest): Uint8Array {
    const { clock, offers, tries, exchange } = this.options;
    tries.assertOpen();
    // Whoever begins again has given up what was before.
    if (this.open.has(from)) {
      this.giveUp(from);
      tries.assertOpen();
    }
    const fate = request.offer === undefined ? undefined : offers.fate(request.offer);
    if (fate) {
      tries.onOldCode();
      throw fateError(fate);
    }
    const offer = offers.require();
    if (this.open.size >= Math.min(mostRuns, tries.left))
      throw pairingError('busy', 'Other remotes are pairing: try again in a moment.');
    const { share, result } = exchange(from, passwordOf(offer, request.code), request);
    const timer = clock.setTimeout(() => this.giveUp(from), runLimit * 1000);
    this.open.set(from, { sid: request.sid, offer, result, timer });
    return share;
  }

  /** @throws StanzaError `code-wrong`, `code-used`, `code-expired`, `busy`; `item-not-found`: no such run */
  confirm(from: string, sid: string, tag: Uint8Array): Proven<E> {
    const run = this.open.get(from);
    if (run?.sid !== sid) throw unknownRun();
    this.end(from, run);
    const { offers, tries } = this.options;
    if (!run.result.checkTag(tag)) {
      tries.onWrong();
      throw pairingError('code-wrong', 'This is not the code that the TV shows: try again.');
    }
    try {
      return { exchange: run.result, offer: run.offer, hold: offers.hold(run.offer) };
    } catch (error) {
      if (offers.fate(run.offer.id)) tries.onOldCode();
      throw error;
    }
  }

  /** Its stream has ended, or nothing came of it in time: it may have seen that its guess was wrong. */
  giveUp(from: string): void {
    const run = this.open.get(from);
    if (!run) return;
    this.end(from, run);
    this.options.tries.onWrong();
  }

  stop(): void {
    for (const [from, run] of this.open) this.end(from, run);
  }

  private end(from: string, run: Run<E>): void {
    this.options.clock.clearTimeout(run.timer);
    this.open.delete(from);
  }
}

function passwordOf(offer: OpenOffer, code: CodeKind): string {
  return code === 'pin' ? offer.pin : offer.secret;
}

function unknownRun(): StanzaError {
  return new StanzaError('item-not-found', { text: 'This try is over: begin again.' });
}
