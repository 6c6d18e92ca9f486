import {
  type CommandHandle,
  type CommandOptions,
  connect,
  type KnownTv,
  type Remote,
} from '@fjern/remote';
import { Failure } from './exit.ts';
import { Whereabouts } from './locate.ts';
import { describeMedia, describeVolume, type Output, plain } from './output.ts';
import type { Tvs } from './tvs.ts';

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
  const { tvs, wanted, timeout, signal } = context;
  const known = tvs.find(wanted);
  const { remote, whereabouts } = reach(known, timeout);
  try {
    await remote.ready({ signal, timeout }).catch((cause: unknown) => {
      throw whyNot(remote, known, signal, cause);
    });
    const now = { ...known, name: remote.name || known.name, service: whereabouts.current };
    if (JSON.stringify(tvs.all()[0]) !== JSON.stringify(now)) await tvs.save(now);
    await use(remote, now);
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
  if (link.status === 'lost' && link.reason.code === 'unpaired')
    return new Failure(
      'unpaired',
      `${name} is no longer paired with this computer. Pair it again: fjern pair '<address from its code>'`,
      { cause: new Error(link.reason.message) },
    );
  const reason = link.status === 'lost' || link.status === 'connecting' ? link.reason : undefined;
  if (reason && ['protocol', 'conflict', 'refused'].includes(reason.code))
    return new Failure('unreachable', `${name}: ${reason.message}`, { cause });
  return new Failure(
    'unreachable',
    `${name} cannot be reached at ${new URL(known.service).host}, nor found on this network. Is it on, and on the same network?`,
    { cause },
  );
}
