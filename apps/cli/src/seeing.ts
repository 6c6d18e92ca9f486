import type { Facets, Grant } from '@fjern/remote';
import type { Command } from 'commander';
import type { Context, Open } from './context.ts';
import { Failure } from './exit.ts';
import { examples, prose } from './help.ts';
import { describeMedia, describeRole, describeVolume, plain } from './output.ts';

/** `status`, `watch`, `catalogue`. */
export function addSeeing(program: Command, open: Open): void {
  program.commandsGroup('See:');

  program
    .command('status')
    .summary('what plays, where, and how loud')
    .description('Says what plays, where, and how loud; and what this computer is to the TV.')
    .addHelpText(
      'after',
      examples(`
  fjern status
  fjern status --json | jq -r '.media.state // "idle"'
  fjern status --json --timeout 3 || echo off      an exit code of 3: off, or out of reach`),
    )
    .action(async () => status(await open()));

  program
    .command('watch')
    .summary('print every change until Ctrl-C')
    .description(
      prose(`Prints what is now and then every change, until Ctrl-C, and through losses of the connection. Ends when the TV
ends the pairing, and when whoever reads its output does.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern watch
  fjern watch --json | jq -c 'select(.facet == "media") | .value.state'
  fjern watch --json | while read -r line; do …; done`),
    )
    .action(async () => watch(await open()));

  program
    .command('catalogue')
    .summary('what the TV offers to play')
    .description('Lists what the TV offers to play; fjern load takes its numbers and titles.')
    .addHelpText(
      'after',
      examples(`
  fjern catalogue
  fjern catalogue --json | jq -r .metadata.title`),
    )
    .action(async () => catalogue(await open()));
}

async function status(context: Context): Promise<void> {
  const { withTv } = await import('./visit.ts');
  const { out } = context;
  await withTv(context, async ({ remote, known: { tv }, label }) => {
    const { value: media, currentTime } = remote.media;
    const { value: volume } = remote.volume;
    const { grant, name } = remote;
    out.print(
      'status',
      { tv, name, label, media, currentTime, volume, grant },
      [
        out.colour.bold(label),
        describeMedia(media, currentTime, out.colour),
        describeVolume(volume, out.colour),
        ...(grant ? [out.colour.dim(`This computer is ${describeOwn(grant)}.`)] : []),
      ].join('\n'),
    );
  });
}

async function catalogue(context: Context): Promise<void> {
  const { withTv } = await import('./visit.ts');
  const { out } = context;
  await withTv(context, async ({ remote }) => {
    const items = remote.catalogue?.items ?? [];
    items.forEach(({ id, source, metadata, duration }, index) => {
      const title = out.colour.bold(plain(metadata.title ?? id));
      out.print(
        'item',
        { number: index + 1, id, source, metadata, duration },
        `${String(index + 1).padStart(3)}  ${title}  ${out.colour.dim(plain(source.uri))}`,
      );
    });
    if (items.length === 0)
      out.note('The TV offers nothing by itself; fjern load takes any address.');
  });
}

/** Whether the TV is on or off, until Ctrl-C or until it ends the pairing. */
async function watch(context: Context): Promise<void> {
  const { withLink } = await import('./visit.ts');
  const { out, signal } = context;
  const { dim } = out.colour;
  await withLink(context, async ({ remote, label }) => {
    const tell = <N extends keyof Facets>(facet: N, text: (value: Facets[N]) => string) =>
      remote.subscribe(facet, (value) => {
        const more = facet === 'media' ? { currentTime: remote.media.currentTime } : {};
        out.print('state', { facet, value, ...more }, text(value));
      });
    const tellTv = () => {
      const { status } = remote.tv;
      out.print('tv', { status }, dim(`${label} is ${tvWords[status]}.`));
    };
    tellTv();
    const stops = [
      tell('media', (media) => describeMedia(media, remote.media.currentTime, out.colour)),
      tell('volume', (volume) => describeVolume(volume, out.colour)),
      tell('catalogue', ({ items }) => dim(`${items.length} in the catalogue.`)),
      remote.on('tv', tellTv),
      remote.on('grant', (grant) =>
        out.print('grant', { grant }, dim(`This computer is ${describeOwn(grant)}.`)),
      ),
      remote.on('link', ({ status }) =>
        out.print('link', { status }, dim(`Connection: ${status}.`)),
      ),
    ];
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      stops.push(remote.on('link', ({ status }) => status === 'lost' && resolve()));
      if (signal.aborted || remote.link.status === 'lost') resolve();
    });
    for (const stop of stops) stop();
    const { link } = remote;
    if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
    if (link.status === 'lost') throw new Failure('unreachable', link.reason.message);
  });
}

function describeOwn(grant: Grant): string {
  return `${grant.role === 'owner' ? 'an' : 'a'} ${describeRole(grant)}`;
}

const tvWords = { present: 'on', absent: 'off, or its page is not open', unknown: 'starting' };
