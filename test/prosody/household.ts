import { connect as connectLink, type Link } from '@fjern/link';
import type { RemoteKey } from '@fjern/remote';
import { generatePrivateKey, keyPair, primitives, toBase64Url } from '@fjern/seal';
import type { TestServer } from '../link/servers.ts';

export const film = 'http://media.local/the-film.mp4';
export const timing = { retryBase: 0.05, retryCap: 0.2 };

/** As an application that brings its own accounts makes one. */
export function newKey(): RemoteKey {
  const secret = generatePrivateKey(primitives);
  const { publicKey } = keyPair(primitives, secret);
  return { public: toBase64Url(publicKey), private: toBase64Url(secret) };
}

/** A session of an account of the server's. */
export async function openLink(server: TestServer, username: string): Promise<Link> {
  const { service, domain } = server;
  const link = connectLink({ service, domain, timing, credential: server.credential(username) });
  await link.ready({ timeout: 10 });
  return link;
}
