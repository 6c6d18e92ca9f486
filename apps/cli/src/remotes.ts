import type { Role } from '@fjern/remote';
import { Argument, type Command } from 'commander';
import type { Open } from './context.ts';
import { examples, prose } from './help.ts';

/** `remotes`: who is paired with the TV. Works while the TV is off and its box on, too. */
export function addRemotes(program: Command, open: Open): void {
  program.commandsGroup('Share:');
  const sharing = () => import('./sharing.ts');
  const remotes = program
    .command('remotes')
    .summary('list who is paired with the TV; rename, promote and remove them')
    .description(
      prose(`Lists who is paired with the TV. Works while the TV is off, as long as its box is on.

Owners manage remotes; everybody may rename itself. Owners and members may do everything, guests may play, pause,
seek, and change the volume, until their time is over or the TV goes to standby.`),
    )
    .addHelpText(
      'after',
      examples(`
  fjern remotes --json | jq -r .name
  fjern remotes rename 'Phone' 'Anna’s phone'
  fjern remotes role 'Anna’s phone' owner
  fjern remotes revoke 'Old tablet' --yes`),
    )
    .action(async () => (await sharing()).list(await open()));
  const which = ['<remote>', 'its name or id, as fjern remotes shows them'] as const;

  remotes
    .command('rename')
    .argument(...which)
    .argument('<name>', 'what to call it')
    .summary('give one another name')
    .description('Gives one another name. The TV has the last word on names.')
    .addHelpText('after', examples(`  fjern remotes rename 'Phone' 'Anna’s phone'`))
    .action(async (wanted: string, name: string) => {
      const { change } = await sharing();
      await change(await open(), wanted, 'renamed', ({ remotes }, id, limits) =>
        remotes.rename(id, name, limits),
      );
    });

  remotes
    .command('role')
    .argument(...which)
    .addArgument(new Argument('<role>', 'what it may do').choices(['owner', 'member', 'guest']))
    .summary('change what one may do')
    .description('Changes what one may do, at once.')
    .addHelpText('after', examples(`  fjern remotes role 'Anna’s phone' owner`))
    .action(async (wanted: string, role: Role) => {
      const { change } = await sharing();
      await change(await open(), wanted, 'role', ({ remotes }, id, limits) =>
        remotes.setRole(id, role, limits),
      );
    });

  remotes
    .command('revoke')
    .argument(...which)
    .option('--yes', 'do not ask')
    .summary('end the pairing of one')
    .description('Ends the pairing of one, and its connection at once. Asks first, unless --yes.')
    .addHelpText('after', examples(`  fjern remotes revoke 'Old tablet' --yes`))
    .action(async (wanted: string, { yes = false }: { yes?: boolean }) => {
      const { revoke } = await sharing();
      await revoke(await open(), wanted, yes);
    });
}
