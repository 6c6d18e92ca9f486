import { execFile } from 'node:child_process';
import { chmod, copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js');

/** By it Node finds out that it is to run what is inside itself. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes one executable of a CommonJS file and the Node that runs this: a Node single executable application. It is for
 * machines of this kind, and needs of them what that Node needs: the C and C++ libraries.
 */
export async function makeExecutable(script, executable) {
  const config = `${executable}.sea.json`;
  const blob = `${executable}.blob`;
  // The old one may be running.
  const made = `${executable}.new`;
  await writeFile(
    config,
    JSON.stringify({
      // As stack traces will call it: where it was built is of no use to anybody.
      main: basename(script),
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
    }),
  );
  try {
    await run(process.execPath, ['--experimental-sea-config', config], {
      cwd: dirname(script),
    });
    await copyFile(process.execPath, made);
    await chmod(made, 0o755);
    // Before the blob goes in: strip would not keep it where it is.
    await strip(made);
    // In a process of its own, since it has much to say about sections that are as they should be.
    const injection = [made, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse];
    await run(process.execPath, [postject, ...injection]);
    await rename(made, executable);
  } finally {
    await Promise.all([config, blob, made].map((path) => rm(path, { force: true })));
  }
}

/** Without symbols it is an eighth smaller; without binutils it is as it is. */
async function strip(executable) {
  await run('strip', [executable]).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    console.error('strip is not installed: the executable keeps its symbols');
  });
}
