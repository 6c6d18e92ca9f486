import { SessionError } from '@fjern/protocol';
import {
  type CommandHandle,
  type CommandOptions,
  connect,
  type KnownTv,
  type LinkReason,
  type Remote,
  type Revocation,
} from '@fjern/remote';
import { Failure } from './exit.ts';
import { Whereabouts } from './locate.ts';
import { day, describeMedia, describeVolume, type Output, plain } from './output.ts';
import { howToPair, type Tvs } from './tvs.ts';

/** What every command of the program has. */
export interface Context {
  out: Output;
  tvs: Tvs;
  /** Name, address or id of the TV; without it, the one used last. */
  wanted: string | undefined;
  /** Seconds to wait for the TV. */
  timeout: number;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** One attempt to connect, seconds: a TV that moved is looked for afterwards, while there is time. */
const attempt = 3;

/** Starts to connect to where the TV was, then to where it is. The caller closes the remote. */
export function reach(
  known: KnownTv,
  timeout: number,
): { remote: Remote; whereabouts: Whereabouts } {
  const whereabouts = new Whereabouts(known);
  const remote = connect(known, {
    service: () => whereabouts.next(),
    timing: { attempt: Math.min(attempt, timeout), retryCap: 1 },
  });
  return { remote, whereabouts };
}

/** Connects to the TV, on or off, and leaves afterwards. */
export async function withLink(
  context: Context,
  use: (remote: Remote, known: KnownTv) => Promise<void>,
): Promise<void> {
  const { out, tvs, wanted, timeout, signal } = context;
  const known: KnownTv = await tvs.find(wanted);
  const { remote, whereabouts } = reach(known, timeout);
  remote.on('rollback', () => out.warn(rollback(known.name)));
  try {
    await remote.ready({ signal, timeout }).catch((cause: unknown) => {
      throw whyNot(remote, known, signal, cause);
    });
    // Connecting has completed it.
    const { provisional: _, ...complete } = known;
    const now = () => ({
      ...complete,
      name: remote.name || known.name,
      service: whereabouts.current,
      ...(remote.generation === undefined ? {} : { generation: remote.generation }),
    });
    await tvs.update(now());
    try {
      await use(remote, now());
    } finally {
      await tvs.update(now());
    }
  } catch (cause) {
    if (unpairedReason(remote) && !signal.aborted) throw await whyUnpaired(remote, known, context);
    throw cause;
  } finally {
    await remote.close();
  }
}

/** The same for what needs a TV that is on. Its state is known then. */
export function withTv(
  context: Context,
  use: (remote: Remote, known: KnownTv) => Promise<void>,
): Promise<void> {
  return withLink(context, async (remote, known) => {
    if (remote.tv.status !== 'present')
      throw new Failure(
        'unreachable',
        `${plain(known.name)} is off, or its page is not open. (Its box is on and answers.)`,
      );
    await use(remote, known);
  });
}

/** Has the TV do one thing, and says what came of it. */
export function command(
  context: Context,
  name: string,
  run: (remote: Remote, options: CommandOptions) => CommandHandle,
): Promise<void> {
  const { out, signal, timeout } = context;
  return withTv(context, async (remote) => {
    const result = await run(remote, { signal, timeout });
    const value = remote.get(result.facet);
    out.print(
      { event: 'done', command: name, ...result, value },
      result.facet === 'volume'
        ? describeVolume(remote.volume.value, out.colour)
        : describeMedia(remote.media.value, remote.media.currentTime, out.colour),
    );
  });
}

function whyNot(remote: Remote, known: KnownTv, signal: AbortSignal, cause: unknown): Failure {
  if (signal.aborted) return new Failure('interrupted', 'Interrupted.', { cause });
  const { link } = remote;
  const name = plain(known.name);
  const reason = link.status === 'lost' || link.status === 'connecting' ? link.reason : undefined;
  if (reason && ['protocol', 'conflict', 'refused'].includes(reason.code))
    return new Failure('unreachable', `${name}: ${reason.message}`, { cause });
  return new Failure(
    'unreachable',
    `${name} cannot be reached at ${new URL(known.service).host}, nor found on this network. Is it on, and on the same network?`,
    { cause },
  );
}

/** Set when the TV does not know this computer (any more). */
export function unpairedReason({ link }: Remote): LinkReason | undefined {
  return link.status === 'lost' && link.reason.code === 'unpaired' ? link.reason : undefined;
}

/** Who ended the pairing, and when. */
async function whyUnpaired(remote: Remote, known: KnownTv, context: Context): Promise<Failure> {
  const name = plain(known.name);
  const reason = unpairedReason(remote);
  // A visit may be cut off before it is told; the next login is.
  const said = farewell(reason, name) ?? farewell(await reasonAtLogin(known, context), name);
  const what = said ?? `${name} is no longer paired with this computer.`;
  const { cause } = reason ?? {};
  return new Failure('unpaired', `${what} Pair it again: ${howToPair}`, {
    cause,
    code: 'unpaired',
  });
}

async function reasonAtLogin(
  known: KnownTv,
  { signal, timeout }: Context,
): Promise<LinkReason | undefined> {
  const { remote } = reach(known, timeout);
  try {
    await remote.ready({ signal, timeout });
    return undefined;
  } catch {
    return unpairedReason(remote);
  } finally {
    await remote.close();
  }
}

/** Nothing where the TV has said nothing. */
function farewell(reason: LinkReason | undefined, name: string): string | undefined {
  const { revocation, cause, message = '' } = reason ?? {};
  if (revocation) return describeRevocation(revocation, name);
  const isToldByServer = cause instanceof SessionError && cause.condition === 'account-disabled';
  return isToldByServer ? plain(message) : undefined;
}

function describeRevocation({ at, by, reason }: Revocation, name: string): string {
  if (reason === 'upgrade') return `${name} was paired with an older version of its software.`;
  if (reason === 'expired') return `This computer was a guest of ${name} until ${day(at)}.`;
  return by
    ? `${plain(by)} removed this computer on ${day(at)}.`
    : `This computer was removed at ${name} on ${day(at)}.`;
}

function rollback(name: string): string {
  return `${name} has an earlier list of remotes than before, as from a backup: remotes that were removed since may be paired again. Look: fjern remotes`;
}
