import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HubError } from './errors.ts';

export function createHttpServer(tls: { cert: string; key: string } | undefined): Server {
  if (!tls) return createServer();
  try {
    return createTlsServer({ ...tls, minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw new HubError(
      'bad-tls',
      'The certificate and its key cannot be used: both as PEM, and they must fit.',
      {
        cause,
      },
    );
  }
}

/** Without a host: all addresses of both families, or of IPv4 where there is no IPv6. */
export async function listen(
  server: Server,
  port: number,
  host: string | undefined,
): Promise<number> {
  try {
    return await listenOn(server, port, host ?? '::');
  } catch (error) {
    const code = codeOf(error);
    if (host === undefined && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
      return listenOn(server, port, '0.0.0.0').catch((cause) =>
        Promise.reject(describe(cause, port)),
      );
    }
    throw describe(error, port);
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function describe(cause: unknown, port: number): HubError {
  if (codeOf(cause) === 'EADDRINUSE')
    return new HubError(
      'port-in-use',
      `Port ${port} is in use: choose another one, or 0 for any.`,
      { cause },
    );
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HubError('listen-failed', `Cannot listen on port ${port}: ${reason}`, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
