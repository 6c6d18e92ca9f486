import { facetNames } from '@fjern/protocol';
import { connect, type KnownTv, pair, type Remote } from '@fjern/remote';
import { type Agent, describeDevice } from '../platform/device.ts';
import type { Sdk } from './app.ts';
import type { TvRemote } from './tv-remote.ts';

/** Pairs and connects for real. */
export function sdk(agent: Agent): Sdk<KnownTv> {
  return {
    pair: (url, { save, signal }) => pair(url, { ...describeDevice(agent), save, signal }),
    connect: (tv) => asTvRemote(connect(tv)),
  };
}

export function isKnownTv(value: unknown): value is KnownTv {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  const needed: (keyof KnownTv)[] = [
    'tv',
    'name',
    'fingerprint',
    'service',
    'domain',
    'jid',
    'token',
  ];
  return needed.every((name) => typeof record[name] === 'string');
}

function asTvRemote(remote: Remote): TvRemote {
  return {
    get name() {
      return remote.name;
    },
    get link() {
      return remote.link;
    },
    get tv() {
      return remote.tv;
    },
    get rates() {
      return remote.capabilities?.playbackRate ?? { min: 1, max: 1 };
    },
    get catalogue() {
      return remote.catalogue;
    },
    media: remote.media,
    volume: remote.volume,
    watch(changed) {
      const ends = [
        remote.on('link', changed),
        remote.on('tv', changed),
        remote.on('capabilities', changed),
        ...facetNames.map((facet) => remote.subscribe(facet, changed)),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
    unpair: () => remote.unpair(),
    close: () => remote.close(),
  };
}
