import type { CommandHandle, CommandOptions, Remote } from '@fjern/remote';
import type { Command } from 'commander';
import { choose, playbackRate, position, volumeLevel } from './arguments.ts';
import { type Context, command } from './visit.ts';

type Run = (remote: Remote, options: CommandOptions) => CommandHandle;

/** Seconds: media come from afar. */
const loadTimeout = 20;
/** To tell what is no position at all before the TV is asked where it is. */
const anywhere = { currentTime: 0, duration: 1 };

/** What has the TV do something. */
export function addControl(program: Command, context: () => Context): void {
  program.commandsGroup('Control:');

  program
    .command('load')
    .argument('<media>', 'its address, or its number or title in the TV’s catalogue')
    .option('--at <position>', 'where to start: 92.5, 1:32 or 50%')
    .option('--paused', 'do not start to play')
    .description('play something else')
    .addHelpText(
      'after',
      `
Examples:
  fjern load 2
  fjern load aurora --at 0:30
  fjern load https://example.org/film.mp4 --paused`,
    )
    .action((media: string, { at = '0', paused = false }: { at?: string; paused?: boolean }) => {
      position(at, anywhere);
      return command(context(), 'load', (remote, options) => {
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

  const simple = (name: string, description: string, run: Run) =>
    program
      .command(name)
      .description(description)
      .action(() => command(context(), name, run));

  simple('play', 'go on', (remote, options) => remote.media.play(options));
  simple('pause', 'pause', (remote, options) => remote.media.pause(options));
  simple('toggle', 'pause if it plays, else go on', (remote, options) =>
    remote.media.toggle(options),
  );
  simple('stop', 'stop, and unload', (remote, options) => remote.media.stop(options));

  program
    .command('seek')
    .argument('<position>', '92.5, 1:32, 1:02:03, 50%, or +10 and -10 from here')
    .description('go to a position')
    // `-1:00` is a position, not an option.
    .allowUnknownOption()
    .action((to: string) => {
      position(to, anywhere);
      return command(context(), 'seek', (remote, options) => {
        const { currentTime, duration } = remote.media;
        return remote.media.seek(position(to, { currentTime, duration }), options);
      });
    });

  program
    .command('rate')
    .argument('<rate>', '1 is normal')
    .description('set the speed')
    .action((text: string) => {
      const rate = playbackRate(text);
      return command(context(), 'rate', (remote, options) => remote.media.setRate(rate, options));
    });

  program
    .command('volume')
    .argument('<percent>', '0 to 100, or +5 and -5 from here')
    .description('set the volume')
    // `-5%` is none, either.
    .allowUnknownOption()
    .action((percent: string) => {
      volumeLevel(percent, 0);
      return command(context(), 'volume', (remote, options) => {
        const level = remote.volume.value?.level ?? 0;
        return remote.volume.set(volumeLevel(percent, level), options);
      });
    });

  simple('mute', 'mute', (remote, options) => remote.volume.mute(options));
  simple('unmute', 'end muting', (remote, options) => remote.volume.unmute(options));
}
