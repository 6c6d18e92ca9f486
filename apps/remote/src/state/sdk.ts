import { facetNames } from '@fjern/protocol';
import { connect, pair, pairWithPin, type Remote } from '@fjern/remote';
import { type Agent, describeDevice } from '../platform/device.ts';
import type { Sdk } from './app.ts';
import type { TvRemote } from './tv-remote.ts';

/** Pairs and connects for real. */
export function sdk(agent: Agent): Sdk {
  const { kind } = describeDevice(agent);
  return {
    pair: (url, options) => pair(url, { ...options, kind }),
    pairWithPin: (target, pin, options) => pairWithPin(target, pin, { ...options, kind }),
    connect(tv) {
      let { service } = tv;
      const remote = connect(tv, { service: () => service });
      return asTvRemote(remote, {
        get service() {
          return service;
        },
        moveTo(url) {
          service = url;
          remote.wake();
        },
      });
    },
  };
}

function asTvRemote(remote: Remote, place: Pick<TvRemote, 'service' | 'moveTo'>): TvRemote {
  return {
    get service() {
      return place.service;
    },
    moveTo: place.moveTo,
    get name() {
      return remote.name;
    },
    get link() {
      return remote.link;
    },
    get tv() {
      return remote.tv;
    },
    get grant() {
      return remote.grant;
    },
    get generation() {
      return remote.generation;
    },
    get rates() {
      return remote.capabilities?.playbackRate ?? { min: 1, max: 1 };
    },
    get catalogue() {
      return remote.catalogue;
    },
    media: remote.media,
    volume: remote.volume,
    remotes: remote.remotes,
    watch(changed) {
      const ends = [
        remote.on('link', changed),
        remote.on('tv', changed),
        remote.on('grant', changed),
        remote.on('capabilities', changed),
        ...facetNames.map((facet) => remote.subscribe(facet, changed)),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
    onRollback: (listener) => remote.on('rollback', listener),
    unpair: () => remote.unpair(),
    close: () => remote.close(),
  };
}
