import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableFile, type FileWarning } from './durable-file.ts';
import { Damage, type Format } from './format.ts';

interface Count {
  version: 2;
  count: number;
  note?: string;
}

const format: Format<Count> = {
  version: 2,
  read(value) {
    if (typeof value.count !== 'number') throw new Damage('count is not a number');
    return value as unknown as Count;
  },
  upgrade: ({ number }) => ({ version: 2, count: Number(number) }),
};

let directory: string;
let path: string;
let warnings: FileWarning[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fjern-durable-'));
  path = join(directory, 'deep', 'er', 'count.json');
  warnings = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = () =>
  new DurableFile(path, format, {
    afresh: 'Move it away and count again.',
    onwarning: (warning) => warnings.push(warning),
  });
const add = (value: Count | undefined): Count => ({
  ...value,
  version: 2,
  count: (value?.count ?? 0) + 1,
});
const modeOf = (name: string) => statSync(name).mode & 0o777;
const place = (content: string | Uint8Array) => {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
};

describe('what is written', () => {
  it('is there for the next who reads, and for its user alone', async () => {
    expect(await file().read()).toBeUndefined();
    expect(existsSync(join(directory, 'deep'))).toBe(false);
    expect(await file().update(add)).toEqual({ version: 2, count: 1 });
    expect(await file().read()).toEqual({ version: 2, count: 1 });
    expect(modeOf(path)).toBe(0o600);
    expect(modeOf(join(path, '..'))).toBe(0o700);
    expect(warnings).toEqual([]);
  });

  it('replaces what was there before, which stays as a backup', async () => {
    const first = file();
    await first.update(add);
    expect(readdirSync(join(path, '..'))).toEqual(['count.json']);
    const before = readFileSync(path);
    await first.update(add);
    expect(readFileSync(`${path}.bak`)).toEqual(before);
    expect(modeOf(`${path}.bak`)).toBe(0o600);
    expect(readdirSync(join(path, '..')).sort()).toEqual(['count.json', 'count.json.bak']);
  });

  it('has all changes that come at once, from one process or several', async () => {
    const both = [file(), file()];
    await Promise.all(Array.from({ length: 20 }, (_, index) => both[index % 2]?.update(add)));
    expect(await file().read()).toEqual({ version: 2, count: 20 });
  });

  it('keeps fields of which only a later version knows', async () => {
    place('{"version":2,"count":1,"colour":"red"}');
    await file().update(add);
    expect(await file().read()).toEqual({ version: 2, count: 2, colour: 'red' });
  });

  it('is not written when nothing has changed', async () => {
    await file().update(add);
    const { ino } = statSync(path);
    await file().update((value) => value ?? { version: 2, count: 0 });
    expect(statSync(path).ino).toBe(ino);
  });

  it('goes to where a symbolic link points', async () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, '{"version":2,"count":5}', { mode: 0o600 });
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync(target, path);
    await file().update(add);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ count: 6 });
    expect(JSON.parse(readFileSync(`${path}.bak`, 'utf8'))).toMatchObject({ count: 5 });
  });

  it('is never what could not be read again', async () => {
    await file().update(add);
    await expect(file().update(() => ({ version: 2, count: Number.NaN }))).rejects.toThrow(Damage);
    expect(await file().read()).toEqual({ version: 2, count: 1 });
  });

  it('survives what an edit throws', async () => {
    const one = file();
    await one.update(add);
    const no = Object.assign(new Error('no'), { code: 'no' });
    await expect(
      one.update(() => {
        throw no;
      }),
    ).rejects.toBe(no);
    expect(await one.update(add)).toMatchObject({ count: 2 });
  });
});

describe('an older version', () => {
  it('is read as the newest, written as it, and kept beside it', async () => {
    place('{"version":1,"number":7}');
    chmodSync(path, 0o644);
    expect(await file().read()).toEqual({ version: 2, count: 7 });
    expect(readdirSync(join(path, '..'))).toEqual(['count.json']);
    await file().update((value) => value ?? { version: 2, count: 0 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 2, count: 7 });
    expect(readFileSync(`${path}.v1.bak`, 'utf8')).toBe('{"version":1,"number":7}');
    expect(modeOf(`${path}.v1.bak`)).toBe(0o600);
  });
});

describe('a file that is not what was written', () => {
  it.each([
    ['', /is damaged: it is empty\. Move it away and count again\.$/],
    ['{"version":2,', /not JSON/],
    ['[]', /not a JSON object/],
    ['{"count":2}', /version is not a whole number/],
    ['{"version":0,"count":2}', /version is not a whole number/],
    ['{"version":2,"count":"secret"}', /count is not a number/],
    ['{"version":2,"count":2,"checksum":"secret"}', /checksum does not fit/],
  ])('(%s) is refused, and left as it is', async (content, message) => {
    place(content);
    await expect(file().read()).rejects.toMatchObject({ code: 'damaged', path });
    await expect(file().update(add)).rejects.toThrow(message);
    await expect(file().update(add)).rejects.not.toThrow(/secret/);
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(readdirSync(join(path, '..'))).toEqual(['count.json']);
  });

  it('has a backup that is named, when it can be used', async () => {
    await file().update(add);
    await file().update(add);
    writeFileSync(path, '{');
    await expect(file().read()).rejects.toThrow(`Or put ${path}.bak in its place`);
    writeFileSync(`${path}.bak`, '{');
    await expect(file().read()).rejects.toThrow(/count again\.$/);
  });

  it('is refused when it is newer', async () => {
    place('{"version":3}');
    await expect(file().update(add)).rejects.toMatchObject({ code: 'newer' });
    expect(readFileSync(path, 'utf8')).toBe('{"version":3}');
  });

  it('never passes for what was written, whatever has happened to it', async () => {
    const value = { version: 2 as const, count: 12, note: 'Anna’s "phone"' };
    await file().update(() => value);
    const good = readFileSync(path);
    const damage = fc.oneof(
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
      fc.tuple(fc.nat(good.length - 1), fc.nat(7)).map(([index, bit]) => {
        const flipped = Uint8Array.from(good);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        return flipped;
      }),
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (content) => {
        writeFileSync(path, content);
        const read = await file()
          .read()
          .catch((error: unknown) => error);
        if (read instanceof Error) {
          expect(read).toMatchObject({ name: 'DurableFileError', code: 'damaged' });
          expect(read.message).toContain(path);
        } else {
          expect(read).toMatchObject(value);
        }
        expect(readFileSync(path)).toEqual(Buffer.from(content));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the file system', () => {
  it('has what killed processes left removed', async () => {
    await file().update(add);
    for (const name of ['12345', 'bak.new', 'v1.bak.new', 'lock.a-1'])
      writeFileSync(`${path}.${name}`, 'left');
    writeFileSync(`${path}.mine`, 'kept');
    await file().update(add);
    const names = readdirSync(join(path, '..')).sort();
    expect(names).toEqual(['count.json', 'count.json.bak', 'count.json.mine']);
  });

  it('had let others read it: that is put right, and said', async () => {
    place('{"version":2,"count":1}');
    chmodSync(path, 0o640);
    await file().update((value) => add(value));
    expect(modeOf(path)).toBe(0o600);
    expect(warnings).toMatchObject([{ code: 'permissions', path }]);
  });

  it('lets others write to the directory: that is said', async () => {
    await file().update(add);
    chmodSync(join(path, '..'), 0o777);
    await file().update(add);
    expect(warnings).toMatchObject([{ code: 'directory', path: join(path, '..') }]);
    expect(modeOf(join(path, '..'))).toBe(0o777);
  });

  it('that fails is a typed error', async () => {
    writeFileSync(join(directory, 'deep'), '');
    await expect(file().update(add)).rejects.toMatchObject({
      name: 'DurableFileError',
      code: 'failed',
    });
  });
});
