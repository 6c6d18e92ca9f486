import type { Facets, Grant } from '@fjern/remote';
import type { Command } from 'commander';
import { Failure } from './exit.ts';
import { describeMedia, describeRole, describeVolume, plain } from './output.ts';
import { type Context, withLink, withTv } from './visit.ts';

/** `status`, `watch`, `catalogue`. */
export function addSeeing(program: Command, context: () => Context): void {
  program.commandsGroup('See:');

  program
    .command('status')
    .description('what plays, where, and how loud; and what this computer is to the TV')
    .action(() => {
      const given = context();
      return withTv(given, async (remote, { tv }) => {
        const { out } = given;
        const { value: media, currentTime } = remote.media;
        const { value: volume } = remote.volume;
        const { grant } = remote;
        out.print(
          { event: 'status', tv, name: remote.name, media, currentTime, volume, grant },
          [
            out.colour.bold(plain(remote.name)),
            describeMedia(media, currentTime, out.colour),
            describeVolume(volume, out.colour),
            ...(grant ? [out.colour.dim(`This computer is ${describeOwn(grant)}.`)] : []),
          ].join('\n'),
        );
      });
    });

  program
    .command('watch')
    .description('print every change until Ctrl-C')
    .action(() => watch(context()));

  program
    .command('catalogue')
    .description('what the TV offers to play')
    .action(() => {
      const given = context();
      return withTv(given, async (remote) => {
        const { out } = given;
        const items = remote.catalogue?.items ?? [];
        items.forEach((item, index) => {
          const title = out.colour.bold(plain(item.metadata.title ?? item.id));
          out.print(
            { number: index + 1, ...item },
            `${String(index + 1).padStart(3)}  ${title}  ${out.colour.dim(plain(item.source.uri))}`,
          );
        });
        if (items.length === 0)
          out.note('The TV offers nothing by itself; fjern load takes any address.');
      });
    });
}

/** Whether the TV is on or off, until Ctrl-C or until it ends the pairing. */
function watch(context: Context): Promise<void> {
  const { out, signal } = context;
  const { dim } = out.colour;
  return withLink(context, async (remote, { name }) => {
    const tell = <N extends keyof Facets>(facet: N, text: (value: Facets[N]) => string) =>
      remote.subscribe(facet, (value) => {
        const more = facet === 'media' ? { currentTime: remote.media.currentTime } : {};
        out.print({ event: 'state', facet, value, ...more }, text(value));
      });
    const tellTv = () => {
      const { status } = remote.tv;
      out.print({ event: 'tv', status }, dim(`${plain(name)} is ${tvWords[status]}.`));
    };
    tellTv();
    const stops = [
      tell('media', (media) => describeMedia(media, remote.media.currentTime, out.colour)),
      tell('volume', (volume) => describeVolume(volume, out.colour)),
      tell('catalogue', ({ items }) => dim(`${items.length} in the catalogue.`)),
      remote.on('tv', tellTv),
      remote.on('grant', (grant) =>
        out.print({ event: 'grant', grant }, dim(`This computer is ${describeOwn(grant)}.`)),
      ),
      remote.on('link', ({ status }) =>
        out.print({ event: 'link', status }, dim(`Connection: ${status}.`)),
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
