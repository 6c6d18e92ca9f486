export { HubError, type HubErrorCode } from './errors.ts';
export type { ContentSources } from './headers.ts';
export type { HubDocument } from './http.ts';
export { createHub, type Hub, type HubEvents, type HubOptions, type Login } from './hub.ts';
export { defaultLimits, type HubLimits } from './limits.ts';
export type { MemoryFile, MemoryFiles } from './memory.ts';
export {
  type Account,
  type Accounts,
  type ScramKeys,
  type ScramVerifier,
  scramVerifier,
} from './sasl.ts';
export type { Mount, MountPolicy, Mounts } from './static.ts';
