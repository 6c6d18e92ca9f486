import { type KnownTv, PairError, type PairOptions, pair, pairWithPin } from '@fjern/remote';
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { Input } from './input.ts';
import { plain } from './output.ts';
import { findTarget, readTarget } from './target.ts';
import type { Chosen } from './tvs.ts';
import { reach, unpairedReason } from './visit.ts';

/** What `fjern pair` was told. */
export interface Asked {
  /** What the TV calls this computer. */
  name: string;
  pin?: string;
}

export async function pairTv(context: Context, text: string, { name, pin }: Asked): Promise<void> {
  const { out, tvs, timeout, signal } = context;
  // Before the code is spent.
  await tvs.all();
  const options: PairOptions = {
    name,
    kind: 'computer',
    keys: 'extractable',
    save: async (paired) => {
      await tvs.save(paired);
    },
    signal,
    timeout,
    onprogress: ({ step }) => {
      if (step !== 'approval') return;
      if (out.json) out.print('approval', { name }, '');
      else out.note(`Confirm on the TV: it asks whether to let “${plain(name)}” in.`);
      out.waiting('Waiting for somebody to confirm on the TV');
    },
  };
  const { tv, name: title, service } = await pairWith(context, text, pin, options);
  out.arrived();
  const all = await tvs.labelled();
  const label = all.find(({ known }) => known.tv === tv)?.label ?? plain(title);
  out.confirm(
    'paired',
    { tv, name: title, label, service },
    `Paired with ${out.colour.bold(label)}. Try: fjern catalogue`,
  );
}

async function pairWith(
  { signal, out }: Context,
  text: string,
  pin: string | undefined,
  options: PairOptions,
): Promise<KnownTv> {
  const input = new Input(signal);
  try {
    const target = readTarget(
      text === '-' ? await input.line('The address from the TV’s code: ') : text,
    );
    if (target.kind === 'offer') {
      if (pin !== undefined)
        throw new Failure('usage', 'The address from a code needs no PIN: leave --pin away.');
      input.close();
      out.waiting('Pairing with the TV');
      return await pair(target.url, options).catch(wholeAddress);
    }
    if (pin === undefined && !input.isTerminal)
      throw new Failure(
        'usage',
        'There is no terminal to ask for the PIN: use --pin, or the address from the TV’s code.',
      );
    if (pin !== undefined && pin !== '-') checkPin(pin);
    out.waiting('Looking for the TV');
    const found = await findTarget(target, signal);
    out.arrived();
    const digits =
      pin === undefined || pin === '-'
        ? await input.line(`The six digits on ${plain(found.name) || 'the TV'}: `)
        : pin;
    input.close();
    out.waiting(`Pairing with ${plain(found.name) || 'the TV'}`);
    return await pairWithPin(found, checkPin(digits), options);
  } finally {
    input.close();
  }
}

/** Each try counts at the TV, so what cannot be right is none. @throws Failure */
function checkPin(digits: string): string {
  if (/^\d{6}$/.test(digits.replace(/[\s-]/g, ''))) return digits;
  throw new Failure('usage', 'The PIN is the six digits beside the code on the TV.');
}

function wholeAddress(cause: unknown): never {
  if (cause instanceof PairError && cause.code === 'not-an-offer')
    throw new Failure(
      'usage',
      "That is not the whole address from a TV's code. It has '&' in it, so put it in quotes.",
      { cause },
    );
  throw cause;
}

export async function unpairTv(context: Context, here: boolean): Promise<void> {
  const { out, tvs, wanted } = context;
  const { known, label } = await tvs.findAny(wanted);
  // It has no key to be known by; the TV has ended the pairing by itself.
  const outdated = 'outdated' in known;
  if (!here && !outdated) await endAtTv(context, { known, label });
  await tvs.forget(known);
  const told = `No longer paired with ${label}.`;
  const alone = outdated
    ? `Forgot ${label}.`
    : `Forgot ${label}. The TV still lists this computer.`;
  out.confirm(
    'unpaired',
    { tv: known.tv, name: known.name, label },
    here || outdated ? alone : told,
  );
}

async function endAtTv(context: Context, chosen: Chosen): Promise<void> {
  const { signal } = context;
  const { remote, close } = reach(chosen, context);
  try {
    await remote.ready(context);
    await remote.unpair({ signal });
  } catch (cause) {
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.', { cause });
    // The TV may have ended the pairing already.
    if (unpairedReason(remote)) return;
    throw new Failure(
      'unreachable',
      `${chosen.label} cannot be reached, so the pairing stays. To forget it here alone: fjern unpair --here`,
      { cause },
    );
  } finally {
    await close();
  }
}
