import type { PairedRemote } from '@fjern/protocol';
import { ArrowBigUp, ChevronLeft, ChevronRight, Delete, Keyboard, Space } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isComposing, keyOf, textOf } from '../keys.ts';
import { labels } from '../labels.ts';
import {
  asKeyed,
  enter,
  erase,
  insert,
  isCapital,
  lengthOf,
  longestName,
  moveCaret,
  type NameEntry,
  nameIn,
  toggleCapital,
} from '../state/name-entry.ts';
import { Button } from './parts.tsx';
import { Dialog, useAction } from './remote-dialogs.tsx';

type Page = 'letters' | 'digits' | 'accents';

/**
 * Three rows each, the last with room for two more keys. In the order of the alphabet: nobody's fingers know the
 * way with arrows, and eyes find a letter there whatever keyboard is usual in the house.
 */
const pages: Record<Page, readonly string[]> = {
  letters: ['abcdefghij', 'klmnopqrst', 'uvwxyz’-'],
  digits: ['1234567890', '.,:!?&+/()', '#@*_=“”~'],
  accents: ['àáâãäåæçèé', 'êëíîïñòóôõ', 'öøœßùúûü'],
};

export interface RenameDialogProps {
  remote: PairedRemote;
  onRename: (id: string, name: string) => Promise<void>;
  onRenamed: () => void;
  onCancel: () => void;
}

/** Another name, by the arrows of a TV's remote, by a keyboard, or by whatever the set itself offers for a field. */
export function RenameDialog({ remote, onRename, onRenamed, onCancel }: RenameDialogProps) {
  const { heading, missing, save, cancel, count } = labels.rename;
  const [entry, setEntry] = useState(() => enter(remote.name));
  const [isMissing, setMissing] = useState(false);
  const [state, run] = useAction();
  const field = useRef<HTMLInputElement>(null);
  const saveButton = useRef<HTMLButtonElement>(null);
  const name = nameIn(entry);
  const failure = state === 'failed' ? labels.remotes.failed : '';
  const problem = isMissing && !name ? missing : failure;

  const edit = (change: (entry: NameEntry) => NameEntry) => {
    // What is being saved is what is seen.
    if (state !== 'busy') setEntry(change);
  };
  const submit = () => {
    if (state === 'busy') return;
    setMissing(!name);
    if (!name) return;
    if (name === remote.name) onRenamed();
    else run(() => onRename(remote.id, name), onRenamed);
  };

  const onKeyInField = (event: KeyboardEvent) => {
    const key = keyOf(event);
    const text = textOf(event);
    if (isComposing(event) || text || key === 'left' || key === 'right') {
      // The field's own.
      event.stopPropagation();
    } else if (key === 'ok') {
      event.preventDefault();
      event.stopPropagation();
      // One that is held has led here.
      if (!event.repeat) submit();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target === field.current) return onKeyInField(event);
    if (isComposing(event)) {
      event.stopPropagation();
      field.current?.focus();
      return;
    }
    const text = textOf(event);
    if (!text) return;
    event.preventDefault();
    event.stopPropagation();
    if (text === 'erase') return edit(erase);
    edit((now) => insert(now, text.character));
    // Who types on a keyboard ends with Enter. (Digits are on the remotes of TVs as well.)
    if (!/[\d\s]/.test(text.character)) saveButton.current?.focus();
  };

  return (
    <Dialog wide>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears what its keys and its field leave */}
      <div class="rename" onKeyDown={onKeyDown} onMouseDown={keepFocus}>
        <header class="rename__header">
          <h2 id="dialog-heading">{heading}</h2>
          <p class={`time ${lengthOf(entry.text) < longestName ? 'muted' : 'rename__full'}`}>
            {count(lengthOf(entry.text), longestName)}
          </p>
        </header>
        <Field box={field} entry={entry} readOnly={state === 'busy'} onEntry={setEntry} />
        <Keys entry={entry} edit={edit} field={field} />
        <div class="rename__end">
          <button
            type="button"
            ref={saveButton}
            class="button"
            aria-busy={state === 'busy'}
            onClick={submit}
          >
            {save}
          </button>
          <Button onPress={onCancel}>{cancel}</Button>
          <p class="rename__problem" role="alert">
            {problem}
          </p>
        </div>
      </div>
    </Dialog>
  );
}

/** Pressing beside the keys leaves the focus on one of them. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && !event.target.closest('button, input'))
    event.preventDefault();
}

interface FieldProps {
  box: { current: HTMLInputElement | null };
  entry: NameEntry;
  readOnly: boolean;
  onEntry: (entry: NameEntry) => void;
}

/** The name and its caret, which is drawn here for as long as the focus is on the keys. */
function Field({ box, entry, readOnly, onEntry }: FieldProps) {
  const { text, caret } = entry;
  useLayoutEffect(() => {
    const { current } = box;
    if (current && current !== document.activeElement) current.setSelectionRange(caret, caret);
  });
  const read = ({
    currentTarget: { value, selectionStart },
  }: {
    currentTarget: HTMLInputElement;
  }) => onEntry(enter(value, selectionStart ?? value.length));
  return (
    <div class={`rename__field ${lengthOf(text) > 24 ? 'rename__field--long' : ''}`}>
      <input
        ref={box}
        type="text"
        dir="auto"
        aria-label={labels.rename.field}
        autocomplete="off"
        spellcheck={false}
        maxLength={longestName}
        readOnly={readOnly}
        value={text}
        onInput={read}
        onBlur={read}
      />
      <div class="rename__shadow" dir="auto" aria-hidden>
        {text.slice(0, caret)}
        {/* Another one for each place, so that it is not in its dark phase where it has just come to. */}
        <span class="rename__caret" key={`${caret} ${text}`} />
        {text.slice(caret)}
      </div>
    </div>
  );
}

interface KeysProps {
  entry: NameEntry;
  edit: (change: (entry: NameEntry) => NameEntry) => void;
  field: { current: HTMLInputElement | null };
}

function Keys({ entry, edit, field }: KeysProps) {
  const [page, setPage] = useState<Page>('letters');
  const words = labels.rename;
  const isUpper = isCapital(entry);
  const icon = { class: 'icon', 'aria-hidden': true } as const;
  const step = (by: -1 | 1) => () => {
    const { current } = field;
    const runsLeft = current !== null && getComputedStyle(current).direction === 'rtl';
    edit((now) => moveCaret(now, runsLeft ? (-by as -1 | 1) : by));
  };
  /** One of the two other pages. */
  const turn = (to: Page) => (
    <Key onPress={() => setPage(page === to ? 'letters' : to)}>
      {words.pages[page === to ? 'letters' : to]}
    </Key>
  );
  const rows = pages[page].map((row) => Array.from(row));
  return (
    <div class="keys">
      {rows.map((row, index) => (
        // Keys stay where they are, with the focus on them, when the page is turned.
        <div class="keys__row" key={index}>
          {row.map((letter, column) => (
            <Key
              key={column}
              start={index === 0 && column === 0}
              label={words.signs[letter]}
              onPress={() => edit((now) => insert(now, asKeyed(letter, isCapital(now))))}
            >
              {asKeyed(letter, isUpper)}
            </Key>
          ))}
          {index === rows.length - 1 && (
            <>
              <Key key="erase" label={words.erase} onPress={() => edit(erase)}>
                <Delete {...icon} />
              </Key>
              <Key key="clear" small onPress={() => edit(() => enter(''))}>
                {words.clear}
              </Key>
            </>
          )}
        </div>
      ))}
      <div class="keys__row">
        <Key label={words.capital} pressed={isUpper} onPress={() => edit(toggleCapital)}>
          <ArrowBigUp {...icon} />
        </Key>
        {turn('digits')}
        {turn('accents')}
        <Key label={words.space} wide onPress={() => edit((now) => insert(now, ' '))}>
          <Space {...icon} />
        </Key>
        <Key label={words.left} onPress={step(-1)}>
          <ChevronLeft {...icon} />
        </Key>
        <Key label={words.right} onPress={step(1)}>
          <ChevronRight {...icon} />
        </Key>
        {/* The set opens its own for a field in focus, and writes in whatever script it knows. */}
        <Key label={words.keyboard} onPress={() => field.current?.focus()}>
          <Keyboard {...icon} />
        </Key>
      </div>
    </div>
  );
}

function Key(props: {
  children: ComponentChildren;
  onPress: () => void;
  label?: string | undefined;
  start?: boolean;
  pressed?: boolean;
  wide?: boolean;
  small?: boolean;
}) {
  const { wide, small } = props;
  return (
    <button
      type="button"
      class={`key ${wide ? 'key--wide' : ''} ${small ? 'key--small' : ''}`}
      data-start={props.start ? '' : undefined}
      aria-label={props.label}
      aria-pressed={props.pressed}
      onClick={props.onPress}
    >
      {props.children}
    </button>
  );
}
