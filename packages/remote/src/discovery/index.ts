export {
  type BrowseOptions,
  type Browser,
  type BrowserEvents,
  browse,
  DiscoveryError,
  type DiscoveryErrorCode,
} from './browser.ts';
export { discover } from './discover.ts';
export type { DiscoveryEvent, FoundTv } from './sightings.ts';
