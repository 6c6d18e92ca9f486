import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

// The code in docs/players.md is the example's, so that what people copy is what was tested.

const root = resolve(import.meta.dirname, '../..');
const guide = readFileSync(resolve(root, 'docs/players.md'), 'utf8');
const excerpts = [...guide.matchAll(/<!-- excerpt: (\S+)#(\S+) -->\n\n```ts\n([\s\S]*?)```/g)].map(
  ([, file = '', region = '', text = '']) => ({ file, region, text }),
);

describe('the guide to players', () => {
  it('has excerpts', () => {
    expect(excerpts.length).toBeGreaterThan(5);
    expect(excerpts).toHaveLength(guide.split('<!-- excerpt:').length - 1);
  });

  it.each(excerpts)('shows $file#$region as it is', ({ file, region, text }) => {
    expect(text).toBe(readRegion(file, region));
  });

  it('links to what is there', () => {
    for (const [, target = ''] of guide.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g))
      expect(existsSync(resolve(root, dirname('docs/players.md'), target)), target).toBe(true);
  });
});

/** What stands between `#region` and `#endregion`, without the indentation that all of it has. */
function readRegion(file: string, region: string): string {
  const source = readFileSync(resolve(root, file), 'utf8');
  const pattern = new RegExp(`// #region ${region}\\n([\\s\\S]*?)[ ]*// #endregion ${region}\\n`);
  const lines = (pattern.exec(source)?.[1] ?? '').split('\n');
  const indents = lines.filter(Boolean).map((line) => line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n');
}
