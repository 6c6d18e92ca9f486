import { browse, type DiscoveryError, type FoundTv } from '@fjern/remote/discovery';
import type { Context } from './context.ts';
import { Failure } from './exit.ts';
import { urlsOf } from './locate.ts';
import { shortId } from './names.ts';
import { plain } from './output.ts';

/** Lists the TVs of this network that answer, as they come, change and go. @param forSeconds 0: until Ctrl-C */
export async function findTvs(context: Context, forSeconds: number): Promise<void> {
  const { out, signal } = context;
  const { bold, dim, green, yellow, red } = out.colour;
  const marks = { add: green('+'), update: yellow('~'), remove: red('-') };
  const known = (await context.tvs.all()).filter((tv) => !('outdated' in tv));
  const paired = new Set(known.map(({ fingerprint }) => fingerprint));
  const seen = new Map<string, FoundTv>();
  const nameOf = (tv: FoundTv) =>
    bold(plain(tv.name)) + dim(`·${shortId(tv, [...seen.values(), tv])}`);

  function line(tv: FoundTv) {
    const { id, name, url, urls, addresses, port, version, fingerprint, pairing } = tv;
    const isPaired = paired.has(fingerprint);
    const about = { id, name, url, urls, addresses, port, version, fingerprint, pairing };
    return { ...about, paired: isPaired };
  }

  const browser = browse();
  const tell = (type: keyof typeof marks) =>
    browser.on(type, (tv) => {
      seen.set(tv.id, tv);
      const facts = [paired.has(tv.fingerprint) ? 'paired' : '', tv.pairing ? 'shows a code' : ''];
      const text = `${marks[type]} ${nameOf(tv)}  ${hostOf(tv)}  ${dim(facts.filter(Boolean).join(', '))}`;
      out.print(type, line(tv), text.trimEnd());
    });
  try {
    out.waiting('Looking for TVs');
    for (const type of ['add', 'update', 'remove'] as const) tell(type);
    const failure = await new Promise<DiscoveryError | undefined>((resolve) => {
      browser.on('error', (error) => {
        if (!browser.listening) resolve(error);
      });
      const signals = [signal];
      if (forSeconds > 0) signals.push(AbortSignal.timeout(forSeconds * 1000));
      const until = AbortSignal.any(signals);
      until.addEventListener('abort', () => resolve(undefined));
      if (until.aborted) resolve(undefined);
    });
    out.arrived();
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
    if (failure) throw failure;
    for (const tv of browser.unverified.values()) {
      if (out.json) out.print('unverified', line(tv), '');
      else out.note(`${nameOf(tv)} says that it is at ${hostOf(tv)}, and does not answer there.`);
    }
    if (seen.size === 0)
      out.note(
        'No TV was found. It may be off; or it is in another network, or this one keeps such questions from passing: then pair with the address that its code contains, or with its IP address and the PIN.',
      );
  } finally {
    out.arrived();
    await browser.close();
  }
}

function hostOf(tv: FoundTv): string {
  const [url] = urlsOf(tv);
  return url === undefined ? '' : new URL(url).host;
}
