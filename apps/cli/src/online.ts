import type { KnownTv, Remote } from '@fjern/remote';
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { Neighbourhood } from './locate.ts';
import type { Output } from './output.ts';
import type { Chosen } from './tvs.ts';
import { hostOf, reach, unpairedReason, whoElse } from './visit.ts';

/** Connections at a time. */
const most = 8;

/** How a paired TV was found. */
export type Online =
  /** It answers. */
  | 'on'
  /** Its box answers for it. */
  | 'off'
  /** Nothing answers. */
  | 'unreachable'
  /** Another TV answers where it was. */
  | 'replaced'
  /** It has ended the pairing. */
  | 'unpaired'
  /** It was paired with an older version, and cannot be asked. */
  | 'outdated';

/** Lists the paired TVs with what each is now: asked all at once, told in their order. */
export async function listOnline(context: Context): Promise<void> {
  const { out, tvs, signal } = context;
  const all = await tvs.labelled();
  const { tv: theDefault } = (await tvs.default()) ?? {};
  const neighbourhood = new Neighbourhood();
  // One line is shown for all of them.
  const quiet = { ...context, out: { ...out, waiting: () => {}, arrived: () => {} } };
  out.waiting(`Asking ${all.length} TVs`);
  try {
    const answers = await inParallel(all, most, ({ known, label }) =>
      'outdated' in known
        ? Promise.resolve<Answer>({ online: 'outdated', service: known.service })
        : ask({ known, label }, quiet, neighbourhood),
    );
    out.arrived();
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
    all.forEach(({ known: { tv, name }, label }, index) => {
      const { online, service } = answers[index] ?? { online: 'unreachable', service: '' };
      const isDefault = tv === theDefault;
      const { bold, dim } = out.colour;
      const host = dim(hostOf({ service }));
      out.print(
        'known',
        { tv, name, label, service, default: isDefault, online },
        `${isDefault ? '*' : ' '} ${bold(label)}  ${word(online, out)}  ${host}`,
      );
    });
  } finally {
    out.arrived();
    await neighbourhood.close();
  }
}

interface Answer {
  online: Online;
  /** Where it was found, or was last. */
  service: string;
}

async function ask(
  chosen: Chosen,
  context: Context,
  neighbourhood: Neighbourhood,
): Promise<Answer> {
  const { signal } = context;
  const { known } = chosen;
  const { remote, whereabouts, close } = reach(chosen, context, neighbourhood);
  try {
    await remote.ready(context);
    return { online: isOn(remote) ? 'on' : 'off', service: whereabouts.current };
  } catch {
    return { online: await why(remote, known, signal), service: known.service };
  } finally {
    await close();
  }
}

function isOn({ tv }: Remote): boolean {
  return tv.status === 'present';
}

async function why(remote: Remote, known: KnownTv, signal: AbortSignal): Promise<Online> {
  if (unpairedReason(remote)) return 'unpaired';
  return (await whoElse(known, signal)) === undefined ? 'unreachable' : 'replaced';
}

function word(online: Online, { colour }: Output): string {
  switch (online) {
    case 'on':
      return colour.green('on');
    case 'off':
      return 'off';
    case 'unreachable':
      return colour.dim('not reached');
    case 'replaced':
      return colour.yellow('another TV answers there');
    case 'unpaired':
      return colour.yellow('no longer paired');
    case 'outdated':
      return colour.yellow('paired with an older version: pair it again');
  }
}

/** As `Promise.all`, with at most `limit` under way. */
async function inParallel<T, R>(
  all: readonly T[],
  limit: number,
  run: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = all.entries();
  const worker = async () => {
    for (const [index, one] of rest) results[index] = await run(one);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
