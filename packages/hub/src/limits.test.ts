import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultLimits } from './limits.ts';

it('the README has every limit with its default', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const units: Record<string, number> = { KiB: 1024, MiB: 1024 * 1024 };
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (\d+)(?: (\w+))? +\|/gm)];
  const documented = rows.map(([, name, value, unit]) => [
    name,
    Number(value) * (units[unit ?? ''] ?? 1),
  ]);
  expect(Object.fromEntries(documented)).toEqual(defaultLimits);
});
