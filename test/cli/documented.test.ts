import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../apps/cli/src/exit.ts';
import { lines } from '../../apps/cli/src/lines.ts';
import { createProgram } from '../../apps/cli/src/program.ts';
import { codesIn, documentedLines, rowsUnder } from './documented.ts';
import { Fjern } from './fjern.ts';

// docs/cli.md says what there is: no more, and no less. That lines have the fields that it gives them, every run of
// `fjern` in these tests checks.

const nobody = new Fjern(join(tmpdir(), 'fjern-nobody'));

describe('docs/cli.md', () => {
  it('has every line of JSON, with its fields', () => {
    const documented = [...documentedLines].map(([event, { required, optional }]) => [
      event,
      [...required, ...[...optional].map((field) => `${field}?`)].sort(),
    ]);
    const real = Object.entries(lines).map(([event, fields]) => [event, [...fields].sort()]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(real));
  });

  it('has every exit code', () => {
    const documented = rowsUnder('## Exit codes').map(([code]) => Number(code));
    expect(documented).toEqual([0, ...Object.values(exitCodes)]);
  });

  it('has every command and option', () => {
    const program = createProgram(new AbortController().signal);
    const real = program
      .createHelp()
      .visibleCommands(program)
      .map((command) => command.name());
    const rows = rowsUnder('## Commands');
    const documented = rows.flatMap(([command]) =>
      codesIn(command).map((code) => code.split(' ')[0] ?? ''),
    );
    for (const command of real.filter((name) => name !== 'help'))
      expect(documented).toContain(command);
    const said = rows.flat().join(' ');
    for (const command of program.commands)
      for (const { long } of command.createHelp().visibleOptions(command))
        if (long !== '--help') expect(said).toContain(long);
    for (const { long } of program.options) if (long !== '--version') expect(said).toContain(long);
  });

  it('has every code of its own that an error can have', () => {
    const documented = rowsUnder('### Error codes').flatMap(([codes]) => codesIn(codes));
    for (const code of ['not-permitted', 'no-such-remote', 'ambiguous', 'declined', 'off'])
      expect(documented).toContain(code);
    for (const reason of ['usage', 'unreachable', 'unpaired', 'replaced'])
      expect(documented).toContain(reason);
  });

  it('names files that are there', () => {
    const source = new URL('../../apps/cli/src/', import.meta.url);
    const code = readdirSync(source)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(name, source), 'utf8'))
      .join('\n');
    for (const file of ['settings.json', 'names.json']) expect(code).toContain(`'${file}'`);
  });
});

describe('the help', () => {
  const program = createProgram(new AbortController().signal);
  const commands = program.commands.filter((command) => command.name() !== 'complete');
  const all = commands.flatMap((command) => [
    [command.name()],
    ...command.commands.map((sub) => [command.name(), sub.name()]),
  ]);

  it.each(all.map((path) => [path.join(' '), path] as const))(
    'of %s explains it, with an example',
    async (name, path) => {
      const { stdout, code } = await nobody.run(...path, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: fjern ${name}\\b`));
      expect(stdout).toMatch(new RegExp(`\nExamples:\n(.*\n)*.*fjern ${name}`));
      // As wide as a terminal.
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    },
  );
});

it('a command that there is none of is answered with the nearest', async () => {
  expect(await nobody.run('sek', '10')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: "fjern: Unknown command 'sek'. Did you mean seek?\n",
  });
});
