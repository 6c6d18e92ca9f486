import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The file system of a machine that has nothing but what is put there. */
export class BareRoot {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** With an executable as `/fjern-box`, and the libraries that the system's loader wants for it. */
  static async create(executable: string): Promise<BareRoot> {
    const root = new BareRoot(await mkdtemp(join(tmpdir(), 'fjern-root-')));
    for (const folder of ['data', 'dev', 'media', 'proc', 'run', 'tmp'])
      await mkdir(join(root.path, folder));
    for (const device of ['null', 'urandom']) await writeFile(join(root.path, 'dev', device), '');
    await root.add(executable, '/fjern-box');
    for (const library of await libraries(executable)) await root.add(library, library);
    return root;
  }

  async add(file: string, path: string): Promise<void> {
    const target = join(this.path, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(await realpath(file), target, constants.COPYFILE_FICLONE);
  }

  /** What there is to be run or loaded. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length));
  }

  /** A command that runs another one there, without any environment. For a process that may mount. */
  command(...command: string[]): string[] {
    const script = `
      for device in null urandom; do mount --bind /dev/$device "$0/dev/$device"; done
      mount --rbind /proc "$0/proc"
      exec env -i "$(command -v chroot)" "$0" "$@"`;
    return ['unshare', '--mount', 'sh', '-euc', script, this.path, ...command];
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

async function libraries(executable: string): Promise<string[]> {
  const { stdout } = await run('ldd', [executable]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}
