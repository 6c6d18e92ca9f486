import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import type { ContentSources } from './headers.ts';
import { type MemoryFiles, serveFromMemory } from './memory.ts';

/** Files at a path of the hub: those of a folder, or some that the process has with it, by their paths in the mount. */
export type Mount = MountPolicy & ({ directory: string } | { files: MemoryFiles });

export interface MountPolicy {
  /** Replaces the hub's Content-Security-Policy for these pages. */
  contentSecurityPolicy?: string;
  /** Adds to it: `{ 'connect-src': ['https:'] }`. */
  contentSources?: ContentSources;
}

/** Path prefix (with slashes at both ends) to files; a string is a folder. The longest prefix that fits is asked. */
export type Mounts = Readonly<Record<string, string | Mount>>;

// Best first. The build may put them beside a file; the hub itself compresses nothing.
const precompressed = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
];
const compressible = /\.(?:css|html|js|json|mjs|svg|txt|vtt|webmanifest|xml)$/;
// Pictures, media and subtitles are for pages of other hubs and operators, too: a remote may come from anywhere.
const embeddable =
  /\.(?:avif|gif|jpe?g|png|svg|webp|aac|flac|m4a|mp3|oga|ogg|opus|wav|m4s|m4v|mkv|mov|mp4|ogv|ts|webm|vtt)$/i;
// Names with the hash of their content, as bundlers write them, never change.
const hashed = /[-.][\w-]{8,}\.\w+$/;

export type MountMatch = Mount & { prefix: string };

export function findMount(mounts: Mounts, path: string): MountMatch | undefined {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const prefix = prefixes.find(
    (candidate) => path.startsWith(candidate) || `${path}/` === candidate,
  );
  const mount = prefix === undefined ? undefined : mounts[prefix];
  if (prefix === undefined || mount === undefined) return undefined;
  return { prefix, ...(typeof mount === 'string' ? { directory: mount } : mount) };
}

/**
 * Answers GET and HEAD with a file: content type, ETag, precompressed variants and, from folders, ranges (a video
 * is sought in). A page's own routes get its index.html. False: there is no such file.
 */
export async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  mount: MountMatch,
  path: string,
): Promise<boolean> {
  const wanted = decodePath(path.slice(mount.prefix.length));
  if (wanted === undefined) return false;
  let file: string | undefined =
    wanted === '' || wanted.endsWith('/') ? `${wanted}index.html` : wanted;
  if (!(await has(mount, file))) file = isRoute(request, wanted) ? 'index.html' : undefined;
  if (file === undefined || !(await has(mount, file))) return false;
  response.setHeader(
    'Cache-Control',
    /(?:^|\/)assets\//.test(file) && hashed.test(file)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
  );
  if (embeddable.test(file)) response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  if (compressible.test(file)) response.setHeader('Vary', 'Accept-Encoding');
  const inMemory = 'files' in mount ? mount.files.get(file) : undefined;
  if (inMemory) {
    await serveFromMemory(request, response, inMemory, accepting(request));
    return true;
  }
  if ('files' in mount) return false;
  const variant = await pickVariant(request, mount.directory, file);
  if (variant) {
    response.setHeader('Content-Encoding', variant.encoding);
    response.setHeader('Content-Type', contentType(file));
  }
  // It brings along all media types there are: a hub that has its pages in memory does without.
  const { default: send } = await import('send');
  return new Promise((resolve) => {
    send(request, encodeURI(`/${file}${variant?.suffix ?? ''}`), {
      root: mount.directory,
      dotfiles: 'ignore',
      index: false,
      cacheControl: false,
    })
      .on('error', (error: NodeJS.ErrnoException & { status?: number }) => {
        for (const header of ['Content-Encoding', 'Cache-Control']) response.removeHeader(header);
        if (error.status !== 416) return resolve(false);
        response.writeHead(416, { 'Content-Type': 'text/plain; charset=utf-8' });
        response.end('There is no such range in this file.\n');
        resolve(true);
      })
      .on('end', () => resolve(true))
      .on('stream', () => resolve(true))
      .pipe(response);
    response.once('close', () => resolve(true));
  });
}

/** Undefined: not a path inside the folder, or one with a hidden part. */
function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    const safe =
      !/[\0\\]/.test(decoded) && !decoded.split('/').some((part) => part.startsWith('.'));
    return safe ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** A browser that opens a page, not one that misses a file. */
function isRoute(request: IncomingMessage, wanted: string): boolean {
  return extname(wanted) === '' && (request.headers.accept ?? '').includes('text/html');
}

function accepting(request: IncomingMessage): (encoding: string) => boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((entry) => entry.trim().split(/\s*;\s*/))
    .filter(([, quality]) => quality === undefined || !/^q=0(?:\.0*)?$/.test(quality))
    .map(([name]) => name);
  return (encoding) => accepted.includes(encoding);
}

async function pickVariant(request: IncomingMessage, directory: string, file: string) {
  if (!compressible.test(file) || request.headers.range !== undefined) return undefined;
  const accepts = accepting(request);
  for (const variant of precompressed) {
    if (accepts(variant.encoding) && (await isFile(join(directory, file + variant.suffix))))
      return variant;
  }
  return undefined;
}

async function has(mount: Mount, file: string): Promise<boolean> {
  return 'files' in mount ? mount.files.has(file) : isFile(join(mount.directory, file));
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true;
}

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.vtt': 'text/vtt',
  '.webmanifest': 'application/manifest+json',
  '.xml': 'application/xml',
};

function contentType(file: string): string {
  return `${types[extname(file)] ?? 'application/octet-stream'}; charset=utf-8`;
}
