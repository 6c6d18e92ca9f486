import { commandErrorCondition, StanzaError } from '@fjern/protocol';
import type { PairedRemote, Remote } from '@fjern/remote';
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { Input } from './input.ts';
import { describeRole, moment, type Output, plain } from './output.ts';
import { withLink } from './visit.ts';

type Limits = Pick<Context, 'signal' | 'timeout'>;

/** Shows who is paired. */
export function list(context: Context): Promise<void> {
  const { out } = context;
  return withLink(context, async ({ remote, known, label }) => {
    const all = await ask(context, label, (limits) => remote.remotes.list(limits));
    await context.tvs.recollection.keep(known.tv, { remotes: all.map(({ name }) => name) });
    for (const one of all) out.print('remote', toJson(one), describe(one, out));
    if (!ownOf(all)?.grant.manage) out.note('Only owners of this TV see the others.');
  });
}

/** Changes one of the remotes, and shows what it is then. */
export function change(
  context: Context,
  wanted: string,
  event: 'renamed' | 'role',
  run: (remote: Remote, id: string, limits: Limits) => Promise<void>,
): Promise<void> {
  const { out } = context;
  return withLink(context, async ({ remote, label }) => {
    const changed = await ask(context, label, async (limits) => {
      const { id } = choose(wanted, await remote.remotes.list(limits));
      await run(remote, id, limits);
      // The TV has the last word on names.
      return (await remote.remotes.list(limits)).find((one) => one.id === id);
    });
    if (changed) out.confirm(event, toJson(changed), describe(changed, out));
  });
}

/** Ends the pairing of one, after asking. */
export function revoke(context: Context, wanted: string, yes: boolean): Promise<void> {
  const { out, signal } = context;
  const input = new Input(signal);
  if (!yes && !input.isTerminal)
    throw new Failure('usage', 'There is no terminal to ask whether you are sure: use --yes.');
  return withLink(context, async ({ remote, label }) => {
    const all = await ask(context, label, (limits) => remote.remotes.list(limits));
    const { id, name, own } = choose(wanted, all);
    if (own) throw new Failure('usage', 'That is this computer. To end its pairing: fjern unpair');
    if (!yes) await confirm(input, `Remove ${plain(name)} from ${label}?`);
    await ask(context, label, (limits) => remote.remotes.revoke(id, limits));
    out.confirm('revoked', { id, name }, `Removed ${plain(name)} from ${label}.`);
  });
}

async function confirm(input: Input, question: string): Promise<void> {
  try {
    const answer = await input.line(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer))
      throw new Failure('refused', 'Nothing was changed.', { code: 'declined' });
  } finally {
    input.close();
  }
}

/** @throws Failure `no-such-remote`, `ambiguous`, `not-permitted` */
export function choose(wanted: string, remotes: readonly PairedRemote[]): PairedRemote {
  const byId = remotes.find(({ id }) => id === wanted);
  if (byId) return byId;
  const lower = wanted.toLowerCase();
  const fits = remotes.filter(({ name }) => name.toLowerCase() === lower);
  const [first, second] = fits;
  if (second)
    throw new Failure(
      'usage',
      `Several remotes are called "${plain(wanted)}": use ${fits.map(({ id }) => id).join(' or ')}.`,
      { code: 'ambiguous' },
    );
  if (first) return first;
  const own = ownOf(remotes);
  if (own && !own.grant.manage)
    throw new Failure(
      'refused',
      `Only an owner of this TV manages other remotes; this computer is a ${own.grant.role}.`,
      { code: 'not-permitted' },
    );
  throw new Failure('usage', `No remote is called "${plain(wanted)}". See: fjern remotes`, {
    code: 'no-such-remote',
  });
}

function ownOf(remotes: readonly PairedRemote[]): PairedRemote | undefined {
  return remotes.find(({ own }) => own);
}

/** @throws Failure */
async function ask<T>(
  { signal, timeout, out }: Context,
  label: string,
  run: (limits: Limits) => Promise<T>,
): Promise<T> {
  out.waiting(`Waiting for ${label}`);
  try {
    return await run({ signal, timeout });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.', { cause });
    if (cause instanceof StanzaError) throw refusal(cause, label);
    throw new Failure('unreachable', `${label} did not answer: try again.`, { cause });
  } finally {
    out.arrived();
  }
}

function refusal(cause: StanzaError, label: string): Failure {
  const { condition, message } = cause;
  const text = message === condition ? `${label} does not do that (${condition}).` : message;
  if (condition === 'item-not-found')
    return new Failure('usage', text, { cause, code: 'no-such-remote' });
  if (condition === 'forbidden' || commandErrorCondition(cause) === 'not-permitted')
    return new Failure('refused', text, { cause, code: 'not-permitted' });
  return new Failure('refused', text, { cause });
}

function toJson({ id, name, kind, grant, online, own, pairedAt, lastSeen }: PairedRemote) {
  const { role, expires, untilStandby } = grant;
  return { id, name, kind, pairedAt, lastSeen, online, own, role, expires, untilStandby };
}

/** `Anna’s phone  phone  owner  connected  3f9a…`. */
function describe({ id, name, kind, grant, lastSeen, online, own }: PairedRemote, out: Output) {
  const { bold, dim, green } = out.colour;
  const seen = lastSeen === undefined ? 'not seen yet' : `last seen ${moment(lastSeen)}`;
  return [
    bold(plain(name)),
    kind,
    describeRole(grant),
    own ? green('this computer') : online ? green('connected') : seen,
    dim(id),
  ].join('  ');
}
