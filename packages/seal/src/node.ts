import { nodePrimitives } from './primitives/node.ts';
import {
  SealedClient,
  type SealedClientOptions,
  SealedServer,
  type SealedServerOptions,
} from './session/index.ts';

export * from './common.ts';
export { nodePrimitives as primitives } from './primitives/node.ts';

/** See SealedClient. */
export function createSealedClient(options: SealedClientOptions): SealedClient {
  return new SealedClient(nodePrimitives, options);
}

/** See SealedServer. */
export function createSealedServer(options: SealedServerOptions): SealedServer {
  return new SealedServer(nodePrimitives, options);
}
