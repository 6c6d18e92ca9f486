import type { OutdatedTv, StoredTv } from '@fjern/remote/store';

/** Paired before there were keys: to be paired again. */
export function isOutdated(tv: StoredTv): tv is OutdatedTv {
  return 'outdated' in tv;
}
