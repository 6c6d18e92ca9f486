export {
  type EarlyAnswer,
  type EarlyRequest,
  type OpenOptions,
  PeerRefusal,
  SealedClient,
  type SealedClientEvents,
  type SealedClientOptions,
  UndeliveredError,
} from './client.ts';
export {
  type Admission,
  type SealedHandler,
  type SealedPeer,
  SealedServer,
  type SealedServerEvents,
  type SealedServerOptions,
} from './server.ts';
