import { browserPrimitives } from './primitives/browser.ts';
import {
  SealedClient,
  type SealedClientOptions,
  SealedServer,
  type SealedServerOptions,
} from './session/index.ts';

export * from './common.ts';
export { browserPrimitives as primitives } from './primitives/browser.ts';

/** See SealedClient. */
export function createSealedClient(options: SealedClientOptions): SealedClient {
  return new SealedClient(browserPrimitives, options);
}

/** See SealedServer. */
export function createSealedServer(options: SealedServerOptions): SealedServer {
  return new SealedServer(browserPrimitives, options);
}
