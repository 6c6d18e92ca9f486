// Every call of ffmpeg. Bit-exact flags and a fixed number of threads keep the files the same from run to run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { SIZE } from './clips.mjs';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-y'];
const EXACT = [
  '-map_metadata',
  '-1',
  '-fflags',
  '+bitexact',
  '-flags:v',
  '+bitexact',
  '-flags:a',
  '+bitexact',
];
const RAW = [
  '-f',
  'rawvideo',
  '-pix_fmt',
  'rgb24',
  '-s',
  `${SIZE.width}x${SIZE.height}`,
  '-r',
  `${SIZE.rate}`,
];
const TO_BT709 =
  'scale=in_range=full:out_range=tv:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int';
const BT709 = [
  '-colorspace',
  'bt709',
  '-color_primaries',
  'bt709',
  '-color_trc',
  'bt709',
  '-color_range',
  'tv',
];

async function ffmpeg(args, frames) {
  const child = spawn('ffmpeg', [...QUIET, ...args], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(child, 'close');
  if (frames) {
    for await (const frame of frames) {
      if (!child.stdin.write(frame)) await Promise.race([once(child.stdin, 'drain'), ended]);
      if (child.exitCode !== null) break;
    }
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with code ${code}: ffmpeg ${args.join(' ')}`);
}

/** Keeps rendered frames without loss, so that a clip can be encoded more than once. */
export function storeFrames(frames, file) {
  const video = [
    '-vf',
    TO_BT709,
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-qp',
    '0',
  ];
  return ffmpeg([...RAW, '-i', '-', ...video, ...BT709, file], frames);
}

/** A key frame each second makes every seek short. */
const everySecond = ['-g', `${SIZE.rate}`, '-keyint_min', `${SIZE.rate}`];

function h264(crf) {
  const quality = [
    '-preset',
    'slow',
    '-crf',
    `${crf}`,
    '-x264-params',
    'aq-mode=3:aq-strength=1.0:threads=2',
  ];
  return [
    ...[
      '-c:v',
      'libx264',
      '-profile:v',
      'high',
      '-level',
      '3.1',
      '-pix_fmt',
      'yuv420p',
      '-sc_threshold',
      '0',
    ],
    ...[...quality, ...everySecond, ...BT709, '-c:a', 'aac', '-b:a', '96k'],
  ];
}

/** Writes the clip below `folder` and tells its path there and its MIME type. */
export async function encodeClip(clip, stored, wav, folder) {
  // Opus begins 6.5 ms before its first sample, which in WebM would move the picture and make the clip longer.
  const opus = clip.container === 'webm';
  const sound = opus ? ['-itsoffset', '0.0065', '-t', `${clip.seconds - 0.02}`] : [];
  const maps = ['-map', '0:v', '-map', '1:a', '-t', `${clip.seconds}`];
  const input = ['-i', stored, ...sound, '-i', wav, ...maps];
  const mp4Codecs = 'avc1.64001f, mp4a.40.2';
  if (clip.container === 'mp4') {
    const path = `${clip.id}.mp4`;
    await ffmpeg([
      ...input,
      ...h264(clip.crf),
      ...EXACT,
      '-movflags',
      '+faststart',
      `${folder}/${path}`,
    ]);
    return { path, type: `video/mp4; codecs="${mp4Codecs}"` };
  }
  if (clip.container === 'webm') {
    const path = `${clip.id}.webm`;
    const video = [
      '-c:v',
      'libvpx-vp9',
      '-crf',
      `${clip.crf}`,
      '-b:v',
      '0',
      '-deadline',
      'good',
      '-cpu-used',
      '3',
    ];
    const tiles = ['-row-mt', '1', '-tile-columns', '1', '-threads', '2', '-pix_fmt', 'yuv420p'];
    const audio = ['-c:a', 'libopus', '-b:a', '80k'];
    await ffmpeg([
      ...input,
      ...video,
      ...tiles,
      ...everySecond,
      ...BT709,
      ...audio,
      ...EXACT,
      `${folder}/${path}`,
    ]);
    return { path, type: 'video/webm; codecs="vp09.00.31.08, opus"' };
  }
  await mkdir(`${folder}/${clip.id}`, { recursive: true });
  const path = `${clip.id}/index.m3u8`;
  const hls = [
    '-f',
    'hls',
    '-hls_time',
    '4',
    '-hls_playlist_type',
    'vod',
    '-hls_flags',
    'independent_segments',
  ];
  const segments = ['-hls_segment_filename', `${folder}/${clip.id}/%02d.ts`];
  await ffmpeg([...input, ...h264(clip.crf), ...EXACT, ...hls, ...segments, `${folder}/${path}`]);
  return { path, type: 'application/vnd.apple.mpegurl' };
}

/** The wide and the square still of one frame (RGB bytes). */
export async function encodeArtwork(clip, frame, folder) {
  const { width, height } = SIZE;
  const left = Math.round(
    Math.min(Math.max(clip.still.focus * width - height / 2, 0), width - height),
  );
  const cuts = [
    { sizes: '960x540', filter: 'scale=960:540:flags=lanczos' },
    { sizes: '512x512', filter: `crop=${height}:${height}:${left}:0,scale=512:512:flags=lanczos` },
  ];
  const artwork = [];
  for (const { sizes, filter } of cuts) {
    const path = `${clip.id}-${sizes}.jpg`;
    const jpeg = ['-vf', `${filter},format=yuvj420p`, '-frames:v', '1', '-q:v', '3', ...EXACT];
    await ffmpeg([...RAW, '-i', '-', ...jpeg, `${folder}/${path}`], [frame]);
    artwork.push({ path, sizes, type: 'image/jpeg' });
  }
  return artwork;
}
