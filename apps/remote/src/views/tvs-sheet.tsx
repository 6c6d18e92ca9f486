import type { StoredTv } from '@fjern/remote/store';
import { Check, ChevronRight, Plus, Trash2, TriangleAlert } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { labels } from '../labels.ts';
import { tvsLabels } from '../labels-tvs.ts';
import type { OthersView } from '../state/others-view.ts';
import { noteOf } from '../state/others-view.ts';
import { isOutdated } from '../state/outdated.ts';
import type { Place } from '../state/pairing.ts';
import type { RemoteStore } from '../state/remote.ts';
import { PlaceBox } from './place-box.tsx';
import { Sheet } from './sheet.tsx';

export interface TvsSheetProps {
  tvs: readonly StoredTv[];
  /** On the screen. */
  current: StoredTv | undefined;
  remote: RemoteStore | undefined;
  others: OthersView | undefined;
  /** What is kept ends with the page. */
  volatile: boolean;
  use: (tv: StoredTv) => void;
  forget: (tv: StoredTv) => void;
  pair: (place: Place) => void;
  enter: (text: string) => void;
  /** Opens the list of the current TV's remotes; absent while it cannot be asked. */
  manage?: { label: string; open: () => void } | undefined;
  close: () => void;
}

/** The TVs that this phone is paired with and what they do, those around, and a way to all others. */
export function TvsSheet(props: TvsSheetProps) {
  const { tvs, current, remote, others, volatile, use, forget, pair, enter, manage, close } = props;
  useEffect(() => void others?.lookAround(), [others]);
  const marks = others?.marks.value;
  return (
    <Sheet heading={labels.tvs.heading} close={close}>
      <ul class="tvs">
        {tvs.map((tv) => {
          const isCurrent = tv.tv === current?.tv;
          const link = isCurrent ? remote : others?.linkOf(tv.tv);
          const name = link?.name.value || tv.name;
          const mark = marks?.get(tv.domain);
          return (
            <li key={tv.tv} data-current={isCurrent}>
              <button
                type="button"
                class="tvs-use"
                aria-current={isCurrent}
                onClick={() => {
                  use(tv);
                  close();
                }}
              >
                <span class="tvs-check">
                  {isOutdated(tv) ? (
                    <TriangleAlert class="tvs-outdated" size={20} />
                  ) : (
                    isCurrent && <Check size={22} />
                  )}
                </span>
                <TvWords name={name} mark={mark} note={noteOf(tv, link, others)} />
              </button>
              <button
                type="button"
                class="press press-small"
                aria-label={tvsLabels.forget(mark ? `${name} ${mark}` : name)}
                onClick={() => forget(tv)}
              >
                <Trash2 size={20} />
              </button>
            </li>
          );
        })}
      </ul>
      {manage && (
        <button type="button" class="sheet-row" onClick={manage.open}>
          <span>{manage.label}</span>
          <ChevronRight size={20} />
        </button>
      )}
      {volatile && <p class="hint sheet-note">{labels.volatile}</p>}
      {others && <AroundList others={others} pair={pair} />}
      <PlaceBox enter={enter} />
    </Sheet>
  );
}

function AroundList({ others, pair }: { others: OthersView; pair: (place: Place) => void }) {
  const { status, tvs } = others.around.value;
  const marks = others.marks.value;
  return (
    <section class="around" aria-labelledby="around">
      <h3 id="around">{tvsLabels.around.heading}</h3>
      {tvs.length > 0 && (
        <ul class="tvs">
          {tvs.map((place) => (
            <li key={place.domain}>
              <button type="button" class="tvs-use" onClick={() => pair(place)}>
                <span class="tvs-check">
                  <Plus size={22} />
                </span>
                <TvWords
                  name={place.name}
                  mark={marks.get(place.domain)}
                  note={{ text: place.origin.replace(/^https?:\/\//, '') }}
                />
              </button>
            </li>
          ))}
        </ul>
      )}
      {tvs.length === 0 && (
        <p class="hint" role="status">
          {status === 'looking' ? tvsLabels.around.looking : tvsLabels.around.none}
        </p>
      )}
    </section>
  );
}

interface WordsProps {
  name: string;
  mark: string | undefined;
  note: { text: string; tone?: 'ok' | 'busy' | 'off' };
}

function TvWords({ name, mark, note }: WordsProps) {
  return (
    <span class="tvs-words">
      <span>
        <bdi>{name || labels.tv}</bdi>
        {mark !== undefined && <span class="tvs-mark"> · {mark}</span>}
      </span>
      {note.text !== '' && (
        <span class="tvs-note" data-tone={note.tone}>
          <bdi>{note.text}</bdi>
        </span>
      )}
    </span>
  );
}
