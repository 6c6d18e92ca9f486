import { formatTime } from '@fjern/design/time.ts';
import type { CatalogueItem } from '@fjern/protocol';
import { Lock } from 'lucide-preact';
import { labels } from '../labels.ts';
import { feel } from '../platform/feel.ts';
import { lackOf } from '../state/grants.ts';
import type { RemoteStore } from '../state/remote.ts';
import { artworkOf, isOn, subtitleOf, titleOf } from '../state/view.ts';
import { AddressBox } from './address-box.tsx';
import { Artwork } from './artwork.tsx';

interface Props {
  remote: RemoteStore;
  /** After the TV took something. */
  loaded: () => void;
}

/** What the TV has to offer, and a box for what it has not. */
export function CatalogueList({ remote, loaded }: Props) {
  const items = remote.catalogue.value?.items ?? [];
  const lack = lackOf(remote.grant.value, 'load');
  return (
    <>
      {lack !== undefined && (
        <p class="hint lack">
          <Lock size={16} />
          {lack}
        </p>
      )}
      {items.length > 0 && (
        <ul class="cards">
          {items.map((item) => (
            <Card key={item.id} remote={remote} item={item} loaded={loaded} />
          ))}
        </ul>
      )}
      {lack === undefined && (
        <AddressBox remote={remote} loaded={loaded} alone={items.length === 0} />
      )}
    </>
  );
}

function Card({ remote, item, loaded }: Props & { item: CatalogueItem }) {
  const on = isOn(item, remote.media.value);
  const title = titleOf(item.metadata, item.source.uri);
  const subtitle = subtitleOf(item.metadata);
  const load = async () => {
    feel();
    if (await remote.load(item.source.uri)) loaded();
  };
  return (
    <li>
      <button
        type="button"
        class="card"
        aria-current={on}
        aria-busy={remote.loading.value === item.source.uri}
        aria-disabled={remote.lacks('load') || undefined}
        disabled={remote.blocked.value !== undefined}
        onClick={load}
      >
        <Artwork class="card-artwork" src={artworkOf(item.metadata, 'wide')} lazy>
          {item.duration !== undefined && (
            <span class="card-time">{formatTime(item.duration)}</span>
          )}
        </Artwork>
        <span class="card-title" dir="auto">
          {title}
        </span>
        {(on || subtitle) && (
          <span class="card-subtitle" dir="auto">
            {on ? labels.catalogue.current : subtitle}
          </span>
        )}
      </button>
    </li>
  );
}
