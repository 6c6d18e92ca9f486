import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { base } from './test-media.ts';

const film = resolve(import.meta.dirname, '../../apps/tv/public/media/northern-lights.mp4');
const short = resolve(import.meta.dirname, 'media/short.mp4');

/** Answers for what {@link testMedia} names. @returns false when it is asked for something else */
export function serveMedia(request: IncomingMessage, response: ServerResponse): boolean {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (!pathname.startsWith(base)) return false;
  switch (pathname.slice(base.length)) {
    case 'film.mp4':
      sendFile(request, response, film);
      break;
    case 'short.mp4':
      sendFile(request, response, short);
      break;
    case 'page.html':
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A page</title>');
      break;
    case 'damaged.mp4':
      response.setHeader('Content-Type', 'video/mp4').end(damaged());
      break;
    case 'stalled.mp4':
      // Until who asked gives up.
      break;
    default:
      response.writeHead(404).end('Not found');
  }
  return true;
}

export interface MediaServer {
  origin: string;
  close(): Promise<void>;
}

/** A server of its own on the loopback interface. */
export async function startMediaServer(): Promise<MediaServer> {
  const server = createServer((request, response) => {
    if (!serveMedia(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** With ranges (RFC 9110 section 14), without which players cannot seek. */
function sendFile(request: IncomingMessage, response: ServerResponse, file: string): void {
  const { size } = statSync(file);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(Number(range?.[2] || size - 1), size - 1);
  response.setHeader('Accept-Ranges', 'bytes').setHeader('Content-Type', 'video/mp4');
  if (start > end) {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(range ? 206 : 200, {
    'Content-Length': end - start + 1,
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file, { start, end }).pipe(response);
}

/** Its header says what it is, and nothing after it can be decoded. */
function damaged(): Buffer {
  const data = readFileSync(short);
  const samples = data.indexOf('mdat') + 4;
  return data.fill(0xa5, samples);
}
