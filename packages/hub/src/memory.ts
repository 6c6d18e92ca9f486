import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import fresh from 'fresh';

/**
 * A file that the process has with it, in at least one encoding. Browsers ask for `br` over https alone, so that on
 * most home networks `gzip` is what is sent. What nobody asked to be encoded is decoded for the one who asks.
 */
export interface MemoryFile {
  /** Content-Type. */
  type: string;
  identity?: Body;
  gzip?: Body;
  br?: Body;
}

/** Asked for at each request, so that a page that nobody opens need not be kept unpacked. */
type Body = () => Uint8Array;

export type MemoryFiles = ReadonlyMap<string, MemoryFile>;

/** Answers GET and HEAD with the file whole: there is nothing to seek in here. */
export async function serveFromMemory(
  request: IncomingMessage,
  response: ServerResponse,
  file: MemoryFile,
  accepts: (encoding: string) => boolean,
): Promise<void> {
  const { encoding, body } = await pickBody(file, accepts);
  response.setHeader('Content-Type', file.type);
  if (encoding) response.setHeader('Content-Encoding', encoding);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('ETag', etag);
  if (fresh(request.headers, { etag })) {
    for (const header of ['Content-Encoding', 'Content-Type']) response.removeHeader(header);
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Length', body.byteLength);
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function pickBody(
  { br, gzip, identity }: MemoryFile,
  accepts: (encoding: string) => boolean,
) {
  if (br && accepts('br')) return { encoding: 'br', body: br() };
  if (gzip && accepts('gzip')) return { encoding: 'gzip', body: gzip() };
  if (identity) return { body: identity() };
  if (gzip) return { body: await promisify(gunzip)(gzip()) };
  return { body: br ? await promisify(brotliDecompress)(br()) : new Uint8Array() };
}
