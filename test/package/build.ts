import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const dist = join(root, 'apps/box/dist');

export interface Packaged {
  bundle: string;
  executable: string;
  licences: string;
}

/** What `npm run bundle` makes, made anew when a source is younger than what is there. */
export async function packagedBox(): Promise<Packaged> {
  const packaged = {
    bundle: join(dist, 'fjern-box.cjs'),
    executable: join(dist, 'fjern-box'),
    licences: join(dist, 'fjern-box.licences.txt'),
  };
  const sources = ['apps/box', 'apps/design', 'apps/remote', 'apps/tv', 'packages'];
  const newest = Math.max(...(await Promise.all(sources.map((path) => changed(join(root, path))))));
  const built = await Promise.all(Object.values(packaged).map(modified));
  if (Math.min(...built) < newest)
    await run('npm', ['run', '--silent', 'bundle', '-w', 'apps/box'], { cwd: root });
  return packaged;
}

/** When the newest file in a folder was changed; tests, and what is made of the sources, do not count. */
async function changed(folder: string): Promise<number> {
  const times = (await readdir(folder, { withFileTypes: true })).map((entry) => {
    if (/^(?:dist|node_modules|\.turbo)$|\.test\.tsx?$/.test(entry.name)) return 0;
    const path = join(folder, entry.name);
    return entry.isDirectory() ? changed(path) : modified(path);
  });
  return Math.max(0, ...(await Promise.all(times)));
}

async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
