import { hostname, userInfo } from 'node:os';
import { type KnownTv, PairError, type PairOptions, pair, pairWithPin } from '@fjern/remote';
import type { StoredTv } from '@fjern/remote/store-node';
import type { Command } from 'commander';
import { Failure } from './exit.ts';
import { Input } from './input.ts';
import { plain } from './output.ts';
import { findTarget, readTarget } from './target.ts';
import { type Context, reach, unpairedReason } from './visit.ts';

interface Asked {
  /** What the TV calls this computer. */
  name: string;
  pin?: string;
}

/** `pair`, `unpair`. */
export function addPairing(program: Command, context: () => Context): void {
  program
    .command('pair')
    .argument(
      '<tv>',
      'the address that the code on the TV contains, in quotes; or, for the PIN beside the code, the TV’s name, id, or host[:port]; - reads it from standard input',
    )
    .option('--pin <digits>', 'the six digits beside the code; - reads them from standard input')
    .option('--name <name>', 'what the TV calls this computer', defaultName())
    .description('pair with a TV')
    .addHelpText('after', pairHelp)
    .action((target: string, asked: Asked) => pairTv(context(), target, asked));

  program
    .command('unpair')
    .description('end the pairing, at the TV and here')
    .option('--here', 'only here, when the TV is gone for good')
    .action((options: { here?: boolean }) => unpairTv(context(), options.here ?? false));
}

const pairHelp = `
The TV shows a code and, beside it, six digits; 'npm start' also prints both. They work once. The first remote of a TV
is its owner.

Examples:
  fjern pair 'http://192.168.1.20:7120/#v=2&j=…'   the address that the code contains
  fjern pair 'Living room'                         found on this network; asks for the digits
  fjern pair 192.168.1.20 --pin 483201
  fjern pair - < address.txt                       what is in arguments, other users of this computer
  fjern pair 'Living room' --pin - < pin.txt       and the shell's history can see`;

async function pairTv(context: Context, text: string, { name, pin }: Asked): Promise<void> {
  const { out, tvs, timeout, signal } = context;
  // Before the code is spent.
  await tvs.all();
  const options: PairOptions = {
    name,
    kind: 'computer',
    keys: 'extractable',
    save: (paired) => tvs.save(paired),
    signal,
    timeout,
    onprogress: ({ step }) => {
      if (step !== 'approval') return;
      if (out.json) out.print({ event: 'approval', name }, '');
      else out.note(`Confirm on the TV: it asks whether to let “${plain(name)}” in.`);
    },
  };
  const known = await pairWith(context, text, pin, options);
  out.print(
    { event: 'paired', tv: known.tv, name: known.name, service: known.service },
    `Paired with ${out.colour.bold(plain(known.name))}. Try: fjern catalogue`,
  );
}

async function pairWith(
  { signal }: Context,
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
      return await pair(target.url, options).catch(wholeAddress);
    }
    if (pin === undefined && !input.isTerminal)
      throw new Failure(
        'usage',
        'There is no terminal to ask for the PIN: use --pin, or the address from the TV’s code.',
      );
    if (pin !== undefined && pin !== '-') checkPin(pin);
    const found = await findTarget(target, signal);
    const digits =
      pin === undefined || pin === '-'
        ? await input.line(`The six digits on ${plain(found.name) || 'the TV'}: `)
        : pin;
    input.close();
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

async function unpairTv(context: Context, here: boolean): Promise<void> {
  const { out, tvs, wanted } = context;
  const known: StoredTv = await tvs.findAny(wanted);
  const name = plain(known.name);
  // It has no key to be known by; the TV has ended the pairing by itself.
  const outdated = 'outdated' in known;
  if (!here && !outdated) await endAtTv(context, known);
  await tvs.forget(known);
  const told = `No longer paired with ${name}.`;
  const alone = outdated ? `Forgot ${name}.` : `Forgot ${name}. The TV still lists this computer.`;
  out.print({ event: 'unpaired', tv: known.tv, name: known.name }, here || outdated ? alone : told);
}

async function endAtTv({ timeout, signal }: Context, known: KnownTv): Promise<void> {
  const { remote } = reach(known, timeout);
  try {
    await remote.ready({ signal, timeout });
    await remote.unpair({ signal });
  } catch (cause) {
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.', { cause });
    // The TV may have ended the pairing already.
    if (unpairedReason(remote)) return;
    throw new Failure(
      'unreachable',
      `${plain(known.name)} cannot be reached, so the pairing stays. To forget it here alone: fjern unpair --here`,
      { cause },
    );
  } finally {
    await remote.close();
  }
}

function defaultName(): string {
  try {
    return `${userInfo().username} on ${hostname()}`.slice(0, 64);
  } catch {
    // A user id without a name, as in containers.
    return hostname().slice(0, 64);
  }
}
