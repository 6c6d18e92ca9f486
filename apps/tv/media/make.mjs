// Draws, scores and encodes the demo clips. See README.md.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { develop, Picture } from './canvas.mjs';
import { ALBUM, ARTIST, CLIPS, SIZE, toWebVtt } from './clips.mjs';
import { encodeArtwork, encodeClip, storeFrames } from './encode.mjs';
import { compose } from './music.mjs';

const OUTPUT = fileURLToPath(new URL('../public/media/', import.meta.url));
const ROOT = '/media/';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string' } },
});
const unknown = positionals.filter((id) => !CLIPS.some((clip) => clip.id === id));
if (unknown.length > 0) {
  console.error(
    `No such clip: ${unknown.join(', ')}. There are: ${CLIPS.map((clip) => clip.id).join(', ')}.`,
  );
  process.exit(2);
}

async function openScene(id) {
  const { createScene } = await import(`./scenes/${id}.mjs`);
  const draw = createScene(SIZE.width, SIZE.height);
  const picture = new Picture(SIZE.width, SIZE.height);
  return (turn) => {
    draw(picture, turn);
    return develop(picture, Buffer.alloc(SIZE.width * SIZE.height * 3));
  };
}

function* renderFrames(clip, renderAt) {
  const count = clip.seconds * SIZE.rate;
  for (let i = 0; i < count; i++) {
    if (i % SIZE.rate === 0)
      process.stderr.write(`${clip.id} ${i / SIZE.rate}/${clip.seconds} s\n`);
    yield renderAt(i / count);
  }
}

async function writeCaptions(clip) {
  const tracks = [];
  for (const [language, { label, lines }] of Object.entries(clip.captions)) {
    const path = `${clip.id}.${language}.vtt`;
    await writeFile(OUTPUT + path, toWebVtt(lines, clip.seconds));
    tracks.push({ src: ROOT + path, language, label, kind: 'subtitles' });
  }
  return tracks;
}

async function makeClip(clip, folder) {
  const renderAt = await openScene(clip.id);
  const stored = join(folder, `${clip.id}.mkv`);
  if (!existsSync(stored)) {
    await storeFrames(renderFrames(clip, renderAt), `${stored}.part.mkv`);
    await rename(`${stored}.part.mkv`, stored);
  }
  const wav = join(folder, `${clip.id}.wav`);
  await writeFile(wav, compose(clip.id, clip.seconds));

  const { path, type } = await encodeClip(clip, stored, wav, OUTPUT);
  const artwork = await encodeArtwork(clip, renderAt(clip.still.turn), OUTPUT);
  return {
    id: clip.id,
    title: clip.title,
    artist: ARTIST,
    album: ALBUM,
    uri: ROOT + path,
    type,
    duration: clip.seconds,
    artwork: artwork.map(({ path: src, ...rest }) => ({ src: ROOT + src, ...rest })),
    ...(clip.captions && { textTracks: await writeCaptions(clip) }),
  };
}

const folder = values.frames ?? (await mkdtemp(join(tmpdir(), 'fjern-media-')));
await mkdir(folder, { recursive: true });
await mkdir(OUTPUT, { recursive: true });
try {
  const file = `${OUTPUT}catalogue.json`;
  const before = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : [];
  const entries = new Map(before.map((entry) => [entry.id, entry]));
  for (const clip of CLIPS) {
    if (positionals.length > 0 && !positionals.includes(clip.id)) continue;
    entries.set(clip.id, await makeClip(clip, folder));
  }
  const catalogue = CLIPS.flatMap((clip) => entries.get(clip.id) ?? []);
  await writeFile(file, `${JSON.stringify(catalogue, null, 2)}\n`);
} finally {
  if (!values.frames) await rm(folder, { recursive: true, force: true });
}
