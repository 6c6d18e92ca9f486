import { constants, fstatSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ListenOptions } from 'node:net';
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
    return await listenOn(server, { port, host: host ?? '::' });
  } catch (error) {
    const code = codeOf(error);
    if (host === undefined && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
      return listenOn(server, { port, host: '0.0.0.0' }).catch((cause) =>
        Promise.reject(describe(cause, port)),
      );
    }
    throw describe(error, port);
  }
}

/** On a socket that another process has opened, and passed on as this descriptor. */
export async function listenOnDescriptor(server: Server, fd: number): Promise<number> {
  try {
    const { S_IFMT, S_IFSOCK } = constants;
    // What is no socket at all would not be an error later, but the end of the process.
    if ((fstatSync(fd).mode & S_IFMT) !== S_IFSOCK) throw new Error('it is not a socket');
    return await listenOn(server, { fd });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HubError('listen-failed', `Cannot listen on descriptor ${fd}: ${reason}.`, { cause });
  }
}

function listenOn(server: Server, options: ListenOptions & { fd?: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else server.close(() => reject(new Error('it has no port')));
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
