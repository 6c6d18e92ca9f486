import {
  chmod,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { DurableFileError, systemCode, systemError } from './errors.ts';
import { Damage, decode, encode, type Format, Newer } from './format.ts';
import { withLock } from './lock.ts';

export interface FileWarning {
  /**
   * - `permissions`: others could read the file; that was put right.
   * - `directory`: others can write to its directory, and so replace it.
   */
  code: 'permissions' | 'directory';
  path: string;
  message: string;
}

export interface DurableFileOptions {
  /** The sentence on what to do without the file when it is damaged: `Move it away and pair again.` */
  afresh: string;
  onwarning?(warning: FileWarning): void;
}

/**
 * A JSON file of secrets that is replaced as a whole: after a crash, a kill or a loss of power it holds the last
 * change that was acknowledged or a later one. Only its user can read it. What it was before the last change
 * stays beside it in `<path>.bak`, and what an older version wrote in `<path>.v<version>.bak`. A file that is not
 * what was written is refused, and left as it is.
 *
 * Processes that change it at the same time lose nothing of each other.
 */
export class DurableFile<T extends { version: number }> {
  readonly path: string;
  private readonly format: Format<T>;
  private readonly options: DurableFileOptions;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(path: string, format: Format<T>, options: DurableFileOptions) {
    this.path = path;
    this.format = format;
    this.options = options;
  }

  /** What it contains, in the newest version's form; nothing when there is none. @throws DurableFileError */
  async read(): Promise<T | undefined> {
    return (await this.decode())?.value;
  }

  /**
   * Resolves when what `edit` made of the content is on disk; one change after the other. When `edit` gives back
   * what it was given, only a file of an older version is written.
   * @throws DurableFileError the content is what it was before
   * @throws Damage what `edit` made of it could not be read again
   */
  update(edit: (value: T | undefined) => T): Promise<T> {
    const updated = this.tail.then(async () => {
      try {
        await makeDirectory(dirname(this.path));
        return await withLock(`${this.path}.lock`, () => this.change(edit));
      } catch (error) {
        // What `edit` throws is not the file system's.
        throw systemCode(error) === undefined ? error : systemError('written', this.path, error);
      }
    });
    this.tail = updated.catch(() => {});
    return updated;
  }

  private async change(edit: (value: T | undefined) => T): Promise<T> {
    await this.removeLeftovers();
    await this.tighten();
    const before = await this.decode();
    const value = edit(before?.value);
    const text = encode(value);
    // What would be refused when it is read must not replace what is read.
    decode(Buffer.from(text), this.format);
    if (before && before.version !== this.format.version)
      await this.keep(`${this.path}.v${before.version}.bak`);
    else if (value === before?.value) return value;
    await this.replace(text, before !== undefined);
    return value;
  }

  private async decode(): Promise<{ value: T; version: number } | undefined> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw systemError('read', this.path, error);
    }
    try {
      return decode(bytes, this.format);
    } catch (error) {
      throw await this.refusal(error);
    }
  }

  private async refusal(cause: unknown): Promise<unknown> {
    if (cause instanceof Newer) {
      const message = `${this.path} was written by a newer version of Fjern: update this one.`;
      return new DurableFileError('newer', this.path, message, { cause });
    }
    if (!(cause instanceof Damage)) return cause;
    const backup = await this.usableBackup();
    const way = backup ? ` Or put ${backup} in its place: what it was before the last change.` : '';
    const message = `${this.path} is damaged: ${cause.message}. ${this.options.afresh}${way}`;
    return new DurableFileError('damaged', this.path, message, { cause });
  }

  private async usableBackup(): Promise<string | undefined> {
    const path = `${this.path}.bak`;
    try {
      decode(await readFile(path), this.format);
      return path;
    } catch {
      return undefined;
    }
  }

  private async replace(text: string, keepsBackup: boolean): Promise<void> {
    await writeFileAtomic(this.path, '', {
      mode: 0o600,
      // The library writes once and does not look how much was written: on a disk that is just becoming full, a
      // part would replace the whole. So it is written here; what it does before and after is what we want.
      tmpfileCreated: async (temporary) => {
        await writeFile(temporary, text);
        if (keepsBackup) await this.keep(`${this.path}.bak`);
      },
    });
    await syncDirectory(dirname(await realpath(this.path)));
  }

  /** Gives what is there another name, which replaces what had it. */
  private async keep(backup: string): Promise<void> {
    const temporary = `${backup}.new`;
    await rm(temporary, { force: true });
    try {
      await link(await realpath(this.path), temporary);
    } catch {
      // A file system without hard links.
      await writeFile(temporary, await readFile(this.path), { mode: 0o600, flush: true });
    }
    await rename(temporary, backup);
    // Between two names of one file, POSIX has rename do nothing.
    await rm(temporary, { force: true });
  }

  /** What processes that were killed have left. Whoever writes holds the lock, so none of it is in use. */
  private async removeLeftovers(): Promise<void> {
    const name = basename(this.path);
    for (const entry of await readdir(dirname(this.path))) {
      if (!entry.startsWith(`${name}.`)) continue;
      if (/^(\d+|(v\d+\.)?bak\.new|lock\..+)$/.test(entry.slice(name.length + 1)))
        await rm(join(dirname(this.path), entry), { force: true });
    }
  }

  private async tighten(): Promise<void> {
    // There, access is inherited, and modes say nothing.
    if (process.platform === 'win32') return;
    const directory = dirname(this.path);
    for (const path of [this.path, `${this.path}.bak`]) {
      const mode = (await modeOf(path)) ?? 0;
      if ((mode & 0o077) === 0) continue;
      await chmod(path, 0o600);
      const message = `Other users of this machine could read ${path}, which is secret; now they cannot.`;
      this.options.onwarning?.({ code: 'permissions', path, message });
    }
    const mode = (await modeOf(directory)) ?? 0;
    // It may have been there before us, with things of others in it: its owner decides.
    if ((mode & 0o022) !== 0) {
      const message = `Other users of this machine can write to ${directory}, and so replace what is in it. Make it yours alone: chmod 700 ${directory}`;
      this.options.onwarning?.({ code: 'directory', path: directory, message });
    }
  }
}

async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made))
    await syncDirectory(dirname(made));
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A new name survives a loss of power only when its directory was written, too. */
async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing; it journals names by itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Network and FUSE file systems that cannot.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await directory.close();
  }
}
