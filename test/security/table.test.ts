import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

// docs/security.md says which test shows what; this says whether there is such a test.

const root = resolve(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** The cells of the table that follows this heading, without its head. */
function rowsUnder(heading: string): string[][] {
  const [section = ''] = document.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? [];
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const rows = rowsUnder('Threats').map(([attacker = '', asset, defence, tests = '']) => ({
  attacker,
  asset,
  defence,
  tests: tests.split('; ').map((group) => {
    const [, file = '', titles = ''] = /^`([^`]+)`: (.+)$/.exec(group) ?? [];
    return {
      file: file.includes('/') ? file : `test/security/${file}`,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    };
  }),
}));

const all = rows.flatMap(({ attacker, tests }) =>
  tests.flatMap(({ file, titles }) => titles.map((title) => ({ attacker, file, title }))),
);

/** Whether a file has a test of this title that is run. */
function hasTest(file: string, title: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const call = String.raw`\bit(?:\.each\([\s\S]*?\))?\(\s*`;
  return new RegExp(`${call}(['"\`])${escaped}\\1,`).test(text);
}

describe('the threat table', () => {
  it('has a test in each row', () => {
    expect(rows.length).toBeGreaterThanOrEqual(20);
    for (const { attacker, asset, defence, tests } of rows) {
      expect(attacker && asset && defence, attacker).toBeTruthy();
      for (const { titles } of tests) expect(titles.length, attacker).toBeGreaterThan(0);
    }
  });

  it.each(all)('$attacker: there is “$title”', ({ file, title }) => {
    expect(hasTest(file, title), `${file} has no test “${title}”`).toBe(true);
  });

  it('names every file of tests that is here', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'));
    const named = new Set(all.map(({ file }) => file.split('/').pop()));
    for (const file of files.filter((name) => name !== 'table.test.ts'))
      expect(named).toContain(file);
  });

  it('names sections that the specification has', () => {
    const specification = readFileSync(join(root, 'docs/second-screen.xml'), 'utf8');
    const anchors = [...document.matchAll(/§([a-z][a-z-]*)/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(10);
    for (const anchor of anchors) expect(specification).toContain(`anchor='${anchor}'`);
  });
});
