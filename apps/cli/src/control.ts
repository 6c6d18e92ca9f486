import type { CommandHandle, CommandOptions, Remote } from '@fjern/remote';
import type { Command } from 'commander';
import { choose, playbackRate, position, volumeLevel } from './arguments.ts';
import type { Open } from './context.ts';
import { examples, prose } from './help.ts';

type Run = (remote: Remote, options: CommandOptions) => CommandHandle;

/** Seconds: media come from afar. */
const loadTimeout = 20;
/** To tell what is no position at all before the TV is asked where it is. */
const anywhere = { currentTime: 0, duration: 1 };

/** What has the TV do something. */
export function addControl(program: Command, open: Open): void {
  program.commandsGroup('Control:');
  const command = async (name: string, run: Run) => {
    const visit = await import('./visit.ts');
    await visit.command(await open(), name, run);
  };

  program
    .command('load')
    .argument('<media>', 'its address, or its number or title in the TV’s catalogue')
    .option('--at <position>', 'where to start: 92.5, 1:32 or 50%')
    .option('--paused', 'do not start to play')
    .summary('play something else')
    .description(
      prose(`Plays something else: from the TV’s catalogue, or from any address that the TV can fetch and play. What has a dot,
a slash or a colon in it is an address. Waits up to ${loadTimeout} seconds, since media come from afar.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern load 2                         the second of fjern catalogue
  fjern load aurora --at 0:30          by its title, or a part of it that no other title has
  fjern load https://example.org/film.mp4 --paused`),
    )
    .action((media: string, { at = '0', paused = false }: { at?: string; paused?: boolean }) => {
      position(at, anywhere);
      return command('load', (remote, options) => {
        const item = choose(media, remote.catalogue?.items ?? []);
        const source = item?.source ?? { uri: media };
        const currentTime = position(at, { currentTime: 0, duration: item?.duration });
        const timeout = Math.max(options.timeout ?? 0, loadTimeout);
        return remote.media.load(
          {
            ...source,
            ...(item ? { metadata: item.metadata } : {}),
            currentTime,
            autoplay: !paused,
          },
          { ...options, timeout },
        );
      });
    });

  const simple = (name: string, summary: string, description: string, run: Run) =>
    program
      .command(name)
      .summary(summary)
      .description(description)
      .addHelpText('after', examples(`  fjern ${name}\n  fjern ${name} --tv Bedroom --quiet`))
      .action(() => command(name, run));

  simple('play', 'go on', 'Goes on where it was paused.', (remote, options) =>
    remote.media.play(options),
  );
  simple('pause', 'pause', 'Pauses.', (remote, options) => remote.media.pause(options));
  simple(
    'toggle',
    'pause if it plays, else go on',
    'Pauses if it plays, else goes on.',
    (remote, options) => remote.media.toggle(options),
  );
  simple('stop', 'stop, and unload', 'Stops, and unloads what was loaded.', (remote, options) =>
    remote.media.stop(options),
  );

  program
    .command('seek')
    .argument('<position>', '92.5, 1:32, 1:02:03, 50%, or +10 and -10 from here')
    .summary('go to a position')
    .description('Goes to a position: a time, a share of the whole, or a step from here.')
    .addHelpText(
      'after',
      examples(`
  fjern seek 1:02:03
  fjern seek 50%
  fjern seek -10        ten seconds back
  fjern seek +1:00      a minute on`),
    )
    // `-1:00` is a position, not an option.
    .allowUnknownOption()
    .action((to: string) => {
      position(to, anywhere);
      return command('seek', (remote, options) => {
        const { currentTime, duration } = remote.media;
        return remote.media.seek(position(to, { currentTime, duration }), options);
      });
    });

  program
    .command('rate')
    .argument('<rate>', '1 is normal')
    .summary('set the speed')
    .description('Sets the speed, within what the TV can play.')
    .addHelpText('after', examples(`  fjern rate 1.5\n  fjern rate 1`))
    .action((text: string) => {
      const rate = playbackRate(text);
      return command('rate', (remote, options) => remote.media.setRate(rate, options));
    });

  program
    .command('volume')
    .argument('<percent>', '0 to 100, or +5 and -5 from here')
    .summary('set the volume')
    .description('Sets the volume, in percent of what the TV can do, or by a step from here.')
    .addHelpText('after', examples(`  fjern volume 40\n  fjern volume -5`))
    // `-5%` is none, either.
    .allowUnknownOption()
    .action((percent: string) => {
      volumeLevel(percent, 0);
      return command('volume', (remote, options) => {
        const level = remote.volume.value?.level ?? 0;
        return remote.volume.set(volumeLevel(percent, level), options);
      });
    });

  simple('mute', 'mute', 'Mutes; the volume stays what it is.', (remote, options) =>
    remote.volume.mute(options),
  );
  simple('unmute', 'end muting', 'Ends muting.', (remote, options) =>
    remote.volume.unmute(options),
  );
}
