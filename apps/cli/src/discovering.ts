import { discover } from '@fjern/remote/discovery';
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { urlsOf } from './locate.ts';
import { shortId } from './names.ts';
import { plain } from './output.ts';

/** Lists the TVs of this network as they come, change and go. @param forSeconds 0: until Ctrl-C */
export async function findTvs(context: Context, forSeconds: number): Promise<void> {
  const { out, signal } = context;
  const { bold, dim, green, yellow, red } = out.colour;
  const marks = { add: green('+'), update: yellow('~'), remove: red('-') };
  const known = (await context.tvs.all()).filter((tv) => !('outdated' in tv));
  const paired = new Set(known.map(({ fingerprint }) => fingerprint));
  const signals = [signal];
  if (forSeconds > 0) signals.push(AbortSignal.timeout(forSeconds * 1000));
  const seen = new Map<string, { id: string }>();
  out.waiting('Looking for TVs');
  for await (const { type, tv } of discover({ signal: AbortSignal.any(signals) })) {
    const { id, name, urls, addresses, port, version, fingerprint, pairing } = tv;
    seen.set(id, tv);
    const isPaired = paired.has(fingerprint);
    const [url = ''] = urlsOf(tv);
    const facts = [isPaired ? 'paired' : '', pairing ? 'shows a code' : ''].filter(Boolean);
    const short = dim(`·${shortId(tv, [...seen.values()])}`);
    out.print(
      type,
      {
        ...{ id, name, url, urls, addresses, port, version, fingerprint, pairing },
        paired: isPaired,
      },
      `${marks[type]} ${bold(plain(name))}${short}  ${new URL(url).host}  ${dim(facts.join(', '))}`.trimEnd(),
    );
  }
  out.arrived();
  if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
  if (seen.size === 0)
    out.note(
      'No TV was found. It may be off; or it is in another network, or this one keeps such questions from passing: then pair with the address that its code contains, or with its IP address and the PIN.',
    );
}
