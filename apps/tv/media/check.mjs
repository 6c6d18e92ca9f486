// Plays every clip of the catalogue in Chromium: metadata, playing, exact seeks, subtitles, the end, the artwork.
// Usage: node apps/tv/media/check.mjs [path of Chromium]

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PUBLIC = fileURLToPath(new URL('../public', import.meta.url));
const TYPES = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
  '.vtt': 'text/vtt',
  '.jpg': 'image/jpeg',
};

/** Serves public/ with byte ranges, without which a browser cannot seek. */
async function serve(request, response) {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (path === '/') {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>check</title>');
    return;
  }
  const file = PUBLIC + path;
  const size = await stat(file).then(
    (info) => info.size,
    () => -1,
  );
  if (path.includes('..') || size < 0) {
    response.writeHead(404).end();
    return;
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range ? 206 : 200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  createReadStream(file, { start, end })
    .on('error', () => response.destroy())
    .pipe(response);
}

/** Runs in the page; throws an Error that says what is wrong. */
async function playThrough(clip) {
  const video = document.createElement('video');
  const within = (event, act) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${event} within 15 s`)), 15_000);
      video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'error')), {
        once: true,
      });
      video.addEventListener(
        event,
        () => {
          clearTimeout(late);
          resolve();
        },
        { once: true },
      );
      act();
    });
  const near = (what, value, expected, tolerance) => {
    if (!(Math.abs(value - expected) <= tolerance))
      throw new Error(`${what} is ${value}, not ${expected}`);
  };
  document.body.append(video);
  video.muted = true;
  for (const { src, language } of clip.textTracks ?? []) {
    const track = Object.assign(document.createElement('track'), { src, srclang: language });
    track.track.mode = 'hidden';
    video.append(track);
  }

  await within('loadedmetadata', () => {
    video.src = clip.uri;
  });
  near('duration', video.duration, clip.duration, 0.05);
  near('width', video.videoWidth, 1280, 0);
  await within('timeupdate', () => video.play());
  for (const part of [0.71, 0.13, 0.5]) {
    const to = clip.duration * part;
    await within('seeked', () => {
      video.currentTime = to;
    });
    near('position after a seek', video.currentTime, to, 0.1);
  }
  for (const track of video.textTracks) {
    if (!track.cues || track.cues.length === 0) throw new Error(`no cues in ${track.language}`);
  }
  await within('ended', () => {
    video.currentTime = clip.duration - 1;
    void video.play();
  });
  near('position at the end', video.currentTime, clip.duration, 0.1);

  for (const { src, sizes } of clip.artwork) {
    const image = new Image();
    image.src = src;
    await image.decode();
    if (`${image.naturalWidth}x${image.naturalHeight}` !== sizes)
      throw new Error(`${src} is not ${sizes}`);
  }
  const supported = video.canPlayType(clip.type);
  video.remove();
  return `duration ${video.duration}, canPlayType ${supported || 'no'}`;
}

const server = createServer((request, response) => void serve(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--autoplay-policy=no-user-gesture-required',
  ],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  for (const clip of JSON.parse(await readFile(`${PUBLIC}/media/catalogue.json`, 'utf8'))) {
    try {
      process.stdout.write(`ok    ${clip.uri}: ${await page.evaluate(playThrough, clip)}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`FAIL  ${clip.uri}: ${error.message.split('\n')[0]}\n`);
    }
  }
} finally {
  await browser.close();
  server.close();
}
