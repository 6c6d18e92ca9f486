import { readFileSync } from 'node:fs';

/** What docs/cli.md says of a line of JSON. */
export interface DocumentedLine {
  required: Set<string>;
  optional: Set<string>;
}

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, each with its cells. */
export function rowsUnder(heading: string): string[][] {
  const [, after = ''] = text.split(`${heading}\n`);
  const [section = ''] = after.split(/^#/m);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

export const codesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

export const documentedLines = new Map<string, DocumentedLine>(
  rowsUnder('### Lines').map(([event, , fields]) => {
    const all = codesIn(fields);
    return [
      codesIn(event)[0] ?? '',
      {
        required: new Set(all.filter((field) => !field.endsWith('?'))),
        optional: new Set(all.filter((field) => field.endsWith('?')).map((f) => f.slice(0, -1))),
      },
    ];
  }),
);

/** What is wrong with a line, going by docs/cli.md; nothing when it is as documented. */
export function undocumented({ event, ...fields }: Record<string, unknown>): string[] {
  const line = documentedLines.get(String(event));
  if (!line) return [`${event} is not documented`];
  const missing = [...line.required].filter((field) => !(field in fields));
  const extra = Object.keys(fields).filter(
    (field) => !line.required.has(field) && !line.optional.has(field),
  );
  return [
    ...missing.map((field) => `${event} lacks ${field}`),
    ...extra.map((field) => `${event}.${field} is not documented`),
  ];
}
