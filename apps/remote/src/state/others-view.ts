import type { MediaState } from '@fjern/protocol';
import type { StoredTv } from '@fjern/remote/store';
import { labels } from '../labels.ts';
import { tvsLabels } from '../labels-tvs.ts';
import type { Others } from './others.ts';
import { isOutdated } from './outdated.ts';
import type { RemoteStore } from './remote.ts';
import { formatPast } from './time.ts';
import { titleOf } from './view.ts';

/** What the list of TVs shows of the others. */
export type OthersView = Pick<Others, 'linkOf' | 'seenAt' | 'around' | 'marks' | 'lookAround'>;

export interface Note {
  text: string;
  tone?: 'ok' | 'busy' | 'off';
}

/** What a TV does, in a few words; without a link, when it was last seen. */
export function noteOf(
  tv: StoredTv,
  link: RemoteStore | undefined,
  others: Pick<OthersView, 'seenAt'> | undefined,
): Note {
  const { note } = tvsLabels;
  if (isOutdated(tv)) return { text: tvsLabels.outdated };
  if (!link) {
    const at = others?.seenAt(tv.tv);
    const age = at === undefined ? undefined : formatPast(at, Date.now());
    return { text: age ? note.lastSeen(age) : '', tone: 'off' };
  }
  const { status, reason } = link.link.value;
  if (status === 'lost') return { text: lostNote(reason?.code), tone: 'off' };
  const media = link.media.value;
  if (status === 'live') {
    if (link.tv.value === 'absent') return { text: note.off, tone: 'off' };
    return { text: media ? mediaNote(media) : note.connected, tone: 'ok' };
  }
  const other = link.replaced.value;
  if (other) return { text: note.replaced(other.name), tone: 'off' };
  if (reason?.code === 'impostor') return { text: note.impostor, tone: 'off' };
  const state = link.slow.value ? note.away : note.connecting;
  const tone = link.slow.value ? 'off' : 'busy';
  const age = link.age.value;
  return { text: age ? note.past(media ? mediaNote(media) : state, age) : state, tone };
}

function lostNote(code: string | undefined): string {
  const { note } = tvsLabels;
  if (code === 'unpaired' || code === 'refused') return note.removed;
  return code === 'conflict' ? note.elsewhere : note.lost;
}

function mediaNote(media: MediaState): string {
  if (media.state === 'idle') return tvsLabels.note.idle;
  const title = titleOf(media.metadata, media.source?.uri);
  if (media.state === 'paused') return `${labels.media.paused} · ${title}`;
  if (media.state === 'ended') return `${labels.media.ended} · ${title}`;
  return media.state === 'error' ? labels.media.errorHeading : title;
}
