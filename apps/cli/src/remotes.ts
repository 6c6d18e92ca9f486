import { commandErrorCondition, StanzaError } from '@fjern/protocol';
import type { KnownTv, PairedRemote, Remote, Role } from '@fjern/remote';
import { Argument, type Command } from 'commander';
import { Failure } from './exit.ts';
import { Input } from './input.ts';
import { describeRole, moment, type Output, plain } from './output.ts';
import { type Context, withLink } from './visit.ts';

/** Who is paired with the TV: works while its page is closed, too. */
export function addRemotes(program: Command, context: () => Context): void {
  program.commandsGroup('Share:');
  const remotes = program
    .command('remotes')
    .description('list who is paired with the TV; rename, promote and remove them')
    .addHelpText('after', remotesHelp)
    .action(() => {
      const given = context();
      return withLink(given, (remote, known) => list(given, remote, known));
    });
  const which = ['<remote>', 'its name or id, as fjern remotes shows them'] as const;

  remotes
    .command('rename')
    .argument(...which)
    .argument('<name>', 'what to call it')
    .description('give one another name')
    .action((wanted: string, name: string) =>
      change(context(), wanted, 'renamed', ({ remotes }, id, limits) =>
        remotes.rename(id, name, limits),
      ),
    );

  remotes
    .command('role')
    .argument(...which)
    .addArgument(new Argument('<role>', 'what it may do').choices(['owner', 'member', 'guest']))
    .description('change what one may do')
    .action((wanted: string, role: Role) =>
      change(context(), wanted, 'role', ({ remotes }, id, limits) =>
        remotes.setRole(id, role, limits),
      ),
    );

  remotes
    .command('revoke')
    .argument(...which)
    .option('--yes', 'do not ask')
    .description('end the pairing of one, and its connection at once')
    .action((wanted: string, { yes = false }: { yes?: boolean }) => revoke(context(), wanted, yes));
}

const remotesHelp = `
Owners manage remotes; everybody may rename itself. Owners and members may do everything, guests may play, pause,
seek, and change the volume, until their time is over or the TV goes to standby.

Examples:
  fjern remotes --json | jq .name
  fjern remotes rename 'Phone' 'Anna’s phone'
  fjern remotes role 'Anna’s phone' owner
  fjern remotes revoke 'Old tablet' --yes`;

type Limits = Pick<Context, 'signal' | 'timeout'>;

async function list(context: Context, remote: Remote, known: KnownTv): Promise<void> {
  const { out } = context;
  const all = await ask(context, known, (limits) => remote.remotes.list(limits));
  for (const one of all) out.print(toJson(one), describe(one, out));
  if (!ownOf(all)?.grant.manage) out.note('Only owners of this TV see the others.');
}

function change(
  context: Context,
  wanted: string,
  event: string,
  run: (remote: Remote, id: string, limits: Limits) => Promise<void>,
): Promise<void> {
  const { out } = context;
  return withLink(context, async (remote, known) => {
    const changed = await ask(context, known, async (limits) => {
      const { id } = choose(wanted, await remote.remotes.list(limits));
      await run(remote, id, limits);
      // The TV has the last word on names.
      return (await remote.remotes.list(limits)).find((one) => one.id === id);
    });
    if (changed) out.print({ event, ...toJson(changed) }, describe(changed, out));
  });
}

function revoke(context: Context, wanted: string, yes: boolean): Promise<void> {
  const { out, signal } = context;
  const input = new Input(signal);
  if (!yes && !input.isTerminal)
    throw new Failure('usage', 'There is no terminal to ask whether you are sure: use --yes.');
  return withLink(context, async (remote, known) => {
    const all = await ask(context, known, (limits) => remote.remotes.list(limits));
    const { id, name, own } = choose(wanted, all);
    if (own) throw new Failure('usage', 'That is this computer. To end its pairing: fjern unpair');
    if (!yes) await confirm(input, `Remove ${plain(name)} from ${plain(known.name)}?`);
    await ask(context, known, (limits) => remote.remotes.revoke(id, limits));
    out.print({ event: 'revoked', id, name }, `Removed ${plain(name)} from ${plain(known.name)}.`);
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
  { signal, timeout }: Context,
  known: KnownTv,
  run: (limits: Limits) => Promise<T>,
): Promise<T> {
  try {
    return await run({ signal, timeout });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.', { cause });
    if (cause instanceof StanzaError) throw refusal(cause, known.name);
    throw new Failure('unreachable', `${plain(known.name)} did not answer: try again.`, { cause });
  }
}

function refusal(cause: StanzaError, name: string): Failure {
  const { condition, message } = cause;
  const text = message === condition ? `${plain(name)} does not do that (${condition}).` : message;
  if (condition === 'item-not-found')
    return new Failure('usage', text, { cause, code: 'no-such-remote' });
  if (condition === 'forbidden' || commandErrorCondition(cause) === 'not-permitted')
    return new Failure('refused', text, { cause, code: 'not-permitted' });
  return new Failure('refused', text, { cause });
}

function toJson({ grant, ...remote }: PairedRemote) {
  const { role, expires, untilStandby } = grant;
  return { ...remote, role, expires, untilStandby };
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
