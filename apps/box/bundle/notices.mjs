import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const font = fileURLToPath(new URL('../../design/src/fonts/OFL.txt', import.meta.url));

/** The licences of all that is in the bundle, from what the builds said, and of Node, which is in the executable. */
export async function licenceNotices(lists) {
  const packages = new Map();
  for (const entry of (await Promise.all(lists.map((path) => readFile(path, 'utf8')))).flatMap(
    (text) => JSON.parse(text),
  ))
    packages.set(`${entry.name} ${entry.version}`, entry);
  const sections = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, { identifier, text }]) => section(title, identifier, text));
  sections.push(section('Inter', 'OFL-1.1', await readFile(font, 'utf8')));
  sections.push(await nodeSection());
  return `Fjern is under the Apache License 2.0. It contains what follows, each under its own licence.\n\n${sections.join('\n')}`;
}

function section(title, identifier, text = '') {
  return `${'='.repeat(80)}\n${title}${identifier ? ` (${identifier})` : ''}\n\n${text.trim()}\n`;
}

/** Where installations of Node have its licence: archives beside `bin`, Debian among the documents. */
async function nodeSection() {
  const { execPath, version } = process;
  const title = `Node.js ${version} (in the executable alone)`;
  for (const path of [
    join(dirname(execPath), '..', 'LICENSE'),
    '/usr/share/doc/nodejs/LICENSE',
    '/usr/share/doc/nodejs/copyright',
  ]) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text?.includes('Node.js')) return section(title, 'MIT and others', text);
  }
  const url = `https://github.com/nodejs/node/blob/${version}/LICENSE`;
  return section(title, 'MIT and others', `See ${url}`);
}
