import { Argument, type Command } from 'commander';
import type { Open } from './context.ts';
import { examples, prose } from './help.ts';
import { type Shell, scripts } from './shells.ts';

/** `completion`, and `complete`, which the scripts of the shells ask. */
export function addCompletion(program: Command, open: Open): void {
  program.commandsGroup('Set up:');
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .summary('complete words in bash, zsh or fish')
    .description(
      prose(`Prints a script that has a shell complete commands, options, the names of paired TVs, and the titles and remotes
that were seen at them. It needs no network.`),
    )
    .addHelpText(
      'after',
      examples(`
  source <(fjern completion bash)                     in ~/.bashrc
  source <(fjern completion zsh)                      in ~/.zshrc, after compinit
  fjern completion fish > ~/.config/fish/completions/fjern.fish`),
    )
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell]);
    });

  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => {
      const { complete } = await import('./complete.ts');
      const { rawArgs } = program as Command & { rawArgs: string[] };
      const words = rawArgs.slice(rawArgs.indexOf('complete') + 2);
      for (const { value, about } of await complete(program, words, async () => (await open()).tvs))
        process.stdout.write(`${value}\t${about}\n`);
    });
}
