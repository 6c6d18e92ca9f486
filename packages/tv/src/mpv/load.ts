import type { MediaMetadata, MediaSource } from '@fjern/protocol';
import { PlayerError } from '../player.ts';
import type { MpvConnection } from './ipc.ts';

/** Schemes that may be loaded unless an integrator says otherwise. */
const defaultSchemes: readonly string[] = ['http', 'https'];

/**
 * What ffmpeg may open on behalf of what was loaded, beside the schemes: the layers under https, keys and
 * pieces of streams. Not files, and nothing that makes ffmpeg a client of something else.
 */
const layers: readonly string[] = ['tcp', 'tls', 'crypto', 'data', 'httpproxy'];

/** Seconds without a byte after which a server counts as gone; before the agent gives a `load` up. */
const networkTimeout = 15;

/**
 * The address that mpv is to open. mpv has schemes for devices, files, filter graphs and edit lists
 * (`av://`, `file://`, `lavf://`, `edl://`, …), so only those that are meant get through.
 * @throws PlayerError `media-unsupported`
 */
export function addressOf(
  uri: string,
  baseUrl: string | undefined,
  schemes = defaultSchemes,
): string {
  let url: URL;
  try {
    url = new URL(uri, baseUrl);
  } catch (cause) {
    throw new PlayerError('media-unsupported', 'This is not an address.', { cause });
  }
  const scheme = url.protocol.slice(0, -1);
  if (!schemes.includes(scheme))
    throw new PlayerError('media-unsupported', `The TV does not open ${scheme}: addresses.`);
  return url.href;
}

/** Where in mpv a source is kept, so that whoever adopts mpv knows what it plays. */
const memoryKey = 'fjern-media';

interface Memory {
  source?: MediaSource;
  metadata: MediaMetadata;
}

/** Options of one `loadfile`: they end with the file, and leave those of mpv as they are. */
export function fileOptions(
  media: Memory & { currentTime: number },
  isSupported: (option: string) => boolean,
  schemes = defaultSchemes,
): Record<string, string> {
  const { source, metadata, currentTime } = media;
  const memory: Memory = { metadata, ...(source ? { source } : {}) };
  const options: Record<string, string> = {
    // It stays at its end, so that one can seek back, and play it again without fetching it again.
    'keep-open': 'yes',
    'keep-open-pause': 'yes',
    // Longer than anybody looks at a picture; it does not end by itself.
    'image-display-duration': 'inf',
    'network-timeout': String(networkTimeout),
    'resume-playback': 'no',
    'script-opts-append': `${memoryKey}=${encode(memory)}`,
    // What follows confines what comes from the network to the network, in an mpv with any configuration.
    ytdl: 'no',
    'load-unsafe-playlists': 'no',
    'ordered-chapters': 'no',
    'autoload-files': 'no',
    'demuxer-lavf-o-append': `protocol_whitelist=${[...schemes, ...layers].join(',')}`,
    'stream-lavf-o-append': `protocol_whitelist=${[...schemes, ...layers].join(',')}`,
  };
  if (currentTime > 0) options.start = currentTime.toFixed(6);
  // For the title of the window.
  if (metadata.title) options['force-media-title'] = metadata.title;
  return Object.fromEntries(Object.entries(options).filter(([name]) => isSupported(name)));
}

/** Which options this build of mpv has: an unknown one would make it refuse the whole `loadfile`. */
export async function supportedOptions(
  connection: MpvConnection,
): Promise<(option: string) => boolean> {
  const names = ['ytdl', 'load-unsafe-playlists', 'autoload-files'];
  const missing = new Set<string>();
  await Promise.all(
    names.map((name) =>
      connection.request(['get_property', `option-info/${name}/name`]).catch(() => {
        missing.add(name);
      }),
    ),
  );
  return (option) => !missing.has(option);
}

/** What was loaded by whoever had mpv before, from its `script-opts`. */
export function recall(scriptOptions: unknown): Memory | undefined {
  const text = entry(scriptOptions, memoryKey);
  if (typeof text !== 'string') return undefined;
  try {
    const memory: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const source = entry(memory, 'source');
    const metadata = entry(memory, 'metadata');
    const uri = entry(source, 'uri');
    const type = entry(source, 'type');
    if (typeof uri !== 'string') return undefined;
    return {
      source: { uri, ...(typeof type === 'string' ? { type } : {}) },
      metadata: typeof metadata === 'object' && metadata !== null ? { ...metadata } : {},
    };
  } catch {
    return undefined;
  }
}

/** mpv's id of what is loaded, from its `playlist`. */
export function currentEntry(playlist: unknown): number | undefined {
  if (!Array.isArray(playlist)) return undefined;
  for (const item of playlist) {
    const { current, id } = Object(item);
    if (current === true && typeof id === 'number') return id;
  }
  return undefined;
}

function encode(memory: Memory): string {
  return Buffer.from(JSON.stringify(memory)).toString('base64url');
}

function entry(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
