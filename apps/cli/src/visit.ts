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
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { Neighbourhood, Whereabouts } from './locate.ts';
import { day, describeMedia, describeVolume, plain } from './output.ts';
import { originOf, whoAnswers } from './target.ts';
import { type Chosen, howToPair } from './tvs.ts';

/** One attempt to connect, seconds: a TV that moved is looked for afterwards, while there is time. */
const attempt = 3;

export interface Reached {
  remote: Remote;
  whereabouts: Whereabouts;
  close(): Promise<void>;
}

/** Starts to connect to where the TV was, then to where it is. The caller closes it. */
export function reach(
  { known, label }: Chosen,
  { timeout, out }: Pick<Context, 'timeout' | 'out'>,
  shared?: Neighbourhood,
): Reached {
  const neighbourhood = shared ?? new Neighbourhood();
  const host = hostOf(known);
  out.waiting(`Connecting to ${label} at ${host}`);
  const whereabouts = new Whereabouts(known, neighbourhood, () =>
    out.waiting(`${label} does not answer at ${host}; looking for it on this network`),
  );
  const remote = connect(known, {
    service: () => whereabouts.next(),
    timing: { attempt: Math.min(attempt, timeout), retryCap: 1 },
  });
  return {
    remote,
    whereabouts,
    async close() {
      out.arrived();
      await Promise.all([remote.close(), shared ?? neighbourhood.close()]);
    },
  };
}

/** A TV that answers. */
export interface Visited extends Chosen {
  remote: Remote;
}

/** Connects to the TV, on or off, and leaves afterwards. */
export async function withLink(
  context: Context,
  use: (visited: Visited) => Promise<void>,
): Promise<void> {
  const { out, tvs, wanted, timeout, signal } = context;
  const chosen = await tvs.find(wanted);
  const { known, label } = chosen;
  const { remote, whereabouts, close } = reach(chosen, context);
  remote.on('rollback', () => out.warn(rollback(label)));
  try {
    await remote.ready({ signal, timeout }).catch(async (cause: unknown) => {
      throw await whyNot(remote, chosen, signal, cause);
    });
    out.arrived();
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
      await use({ remote, known: now(), label });
    } finally {
      await tvs.update(now());
    }
  } catch (cause) {
    if (unpairedReason(remote) && !signal.aborted) throw await whyUnpaired(remote, chosen, context);
    throw cause;
  } finally {
    await close();
  }
}

/** The same for what needs a TV that is on. Its state is known then. */
export function withTv(context: Context, use: (visited: Visited) => Promise<void>): Promise<void> {
  return withLink(context, async (visited) => {
    if (visited.remote.tv.status !== 'present')
      throw new Failure(
        'unreachable',
        `${visited.label} is off, or its page is not open. (Its box is on and answers.)`,
        { code: 'off' },
      );
    await use(visited);
    const { remote, known } = visited;
    const titles = remote.catalogue?.items.map(({ id, metadata }) => metadata.title ?? id) ?? [];
    await context.tvs.recollection.keep(known.tv, { titles });
  });
}

/** Has the TV do one thing, and says what came of it. */
export function command(
  context: Context,
  name: string,
  run: (remote: Remote, options: CommandOptions) => CommandHandle,
): Promise<void> {
  const { out, signal, timeout } = context;
  return withTv(context, async ({ remote, label }) => {
    out.waiting(`Waiting for ${label} to ${name}`);
    const { id, facet, epoch, revision } = await run(remote, { signal, timeout });
    out.arrived();
    const value = remote.get(facet);
    out.confirm(
      'done',
      { command: name, id, facet, epoch, revision, value },
      facet === 'volume'
        ? describeVolume(remote.volume.value, out.colour)
        : describeMedia(remote.media.value, remote.media.currentTime, out.colour),
    );
  });
}

async function whyNot(
  remote: Remote,
  { known, label }: Chosen,
  signal: AbortSignal,
  cause: unknown,
): Promise<Failure> {
  if (signal.aborted) return new Failure('interrupted', 'Interrupted.', { cause });
  const { link } = remote;
  const reason = link.status === 'lost' || link.status === 'connecting' ? link.reason : undefined;
  const other = await whoElse(known, signal);
  if (other !== undefined) return replaced(label, known, other, cause);
  if (reason && ['protocol', 'conflict', 'refused', 'impostor'].includes(reason.code))
    return new Failure('unreachable', `${label}: ${reason.message}`, { cause });
  return new Failure(
    'unreachable',
    `${label} cannot be reached at ${hostOf(known)}, nor found on this network. Is it on, and on the same network?`,
    { cause },
  );
}

/** The name of another TV that answers where this one was. */
export async function whoElse(
  { service, domain }: KnownTv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await whoAnswers(originOf(service.replace(/^ws/, 'http')), signal);
  return answer && answer.domain !== domain ? plain(answer.name) || answer.domain : undefined;
}

function replaced(label: string, known: KnownTv, other: string, cause: unknown): Failure {
  const host = hostOf(known);
  return new Failure(
    'unreachable',
    `Another TV, “${other}”, answers at ${host}, and ${label} is not found on this network. If that one took its place, pair with it: fjern pair ${host}. The pairing with ${label} is kept until: fjern unpair --here --tv '${label}'`,
    { cause, code: 'replaced' },
  );
}

export function hostOf({ service }: Pick<KnownTv, 'service'>): string {
  return new URL(service).host;
}

/** Set when the TV does not know this computer (any more). */
export function unpairedReason({ link }: Remote): LinkReason | undefined {
  return link.status === 'lost' && link.reason.code === 'unpaired' ? link.reason : undefined;
}

/** Who ended the pairing, and when. */
async function whyUnpaired(remote: Remote, chosen: Chosen, context: Context): Promise<Failure> {
  const { label } = chosen;
  const reason = unpairedReason(remote);
  // A visit may be cut off before it is told; the next login is.
  const said = farewell(reason, label) ?? farewell(await reasonAtLogin(chosen, context), label);
  const what = said ?? `${label} is no longer paired with this computer.`;
  const { cause } = reason ?? {};
  return new Failure('unpaired', `${what} Pair it again: ${howToPair}`, {
    cause,
    code: 'unpaired',
  });
}

async function reasonAtLogin(chosen: Chosen, context: Context): Promise<LinkReason | undefined> {
  const { remote, close } = reach(chosen, context);
  try {
    await remote.ready(context);
    return undefined;
  } catch {
    return unpairedReason(remote);
  } finally {
    await close();
  }
}

/** Nothing where the TV has said nothing. */
function farewell(reason: LinkReason | undefined, label: string): string | undefined {
  const { revocation, cause, message = '' } = reason ?? {};
  if (revocation) return describeRevocation(revocation, label);
  const isToldByServer = cause instanceof SessionError && cause.condition === 'account-disabled';
  return isToldByServer ? plain(message) : undefined;
}

function describeRevocation({ at, by, reason }: Revocation, label: string): string {
  if (reason === 'upgrade') return `${label} was paired with an older version of its software.`;
  if (reason === 'expired') return `This computer was a guest of ${label} until ${day(at)}.`;
  return by
    ? `${plain(by)} removed this computer on ${day(at)}.`
    : `This computer was removed at ${label} on ${day(at)}.`;
}

function rollback(label: string): string {
  return `${label} has an earlier list of remotes than before, as from a backup: remotes that were removed since may be paired again. Look: fjern remotes`;
}
