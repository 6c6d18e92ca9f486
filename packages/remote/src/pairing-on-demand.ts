import { PairError, unreachableTv } from './errors.ts';
import type { KnownTv } from './known-tv.ts';
import type { PairOptions, PinTarget, ResumeOptions } from './pairing.ts';

/**
 * Pairs with the TV whose code says `offerUrl`. When it resolves, the credential is stored and has been
 * used. If it dies in between, `resumePairing` or simply `connect` completes it.
 * @throws PairError, or what `save` threw
 */
export async function pair(offerUrl: string, options: PairOptions): Promise<KnownTv> {
  return (await pairing()).pair(offerUrl, options);
}

/**
 * The same with the six digits beside the code, for a TV that was found by its name. Each call is one guess;
 * after a few wrong ones the TV takes none for a while.
 * @param pin spaces and dashes in it do not matter
 * @throws PairError, or what `save` threw
 */
export async function pairWithPin(
  target: PinTarget,
  pin: string,
  options: PairOptions,
): Promise<KnownTv> {
  return (await pairing()).pairWithPin(target, pin, options);
}

/**
 * Completes a pairing that was cut off after `save`, and returns what to store then. Doing it again does no
 * harm; `connect` does the same on the way.
 * @throws PairError `refused` when the TV has given the pairing up meanwhile
 */
export async function resumePairing(known: KnownTv, options: ResumeOptions = {}): Promise<KnownTv> {
  return (await pairing()).resumePairing(known, options);
}

/** A remote that is paired already does without this part. */
function pairing(): Promise<typeof import('./pairing.ts')> {
  return import('./pairing.ts').catch((cause: unknown) => {
    throw new PairError('unreachable', unreachableTv, cause);
  });
}
