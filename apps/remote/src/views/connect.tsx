import { useRef, useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { pairingLabels } from '../labels-pairing.ts';
import type { App, Screen } from '../state/app.ts';
import { isOutdated } from '../state/outdated.ts';
import { CodeBox } from './code-box.tsx';
import { PhonePicture, ScanPicture } from './code-pictures.tsx';
import { PinForm } from './pin-form.tsx';

interface Props {
  app: App;
  screen: Extract<Screen, { name: 'connect' }>;
}

/** The ways to a TV: its digits, if the page is from its hub, and its square code. */
export function Connect({ app, screen: { tv, place } }: Props) {
  const known = app.target.value;
  const box = known ?? app.box.value;
  const { connect } = pairingLabels;
  const name = tv?.name ?? known?.name ?? '';
  const trouble = app.storeTrouble.value;

  return (
    <section class="connect">
      <h1 class="message-heading" dir="auto">
        {tv ? connect.again(name) : known ? connect.heading(name) : connect.scan}
      </h1>
      <p class="message-text" dir="auto">
        {tv && isOutdated(tv) ? connect.outdated(name) : connect.text}
      </p>
      {trouble !== undefined && (
        <p class="hint hint-error connect-trouble" role="alert">
          {trouble || labels.notice.failed}
        </p>
      )}
      {box === 'asking' && <p class="connect-asking">{connect.asking}</p>}
      {box === 'away' && (
        <div class="connect-away">
          <p class="hint">{connect.away}</p>
          <button type="button" class="button button-quiet" onClick={() => app.askBox()}>
            {labels.tryAgain}
          </button>
        </div>
      )}
      {known && (
        <div class="connect-pin">
          <PinForm tv={name} pin={app.pin.value} enter={(pin) => void app.enterPin(pin)} />
          <OwnName app={app} />
        </div>
      )}
      {known && known.domain !== ownDomain(app) ? (
        <button type="button" class="button button-quiet connect-back" onClick={() => app.goBack()}>
          {connect.back}
        </button>
      ) : known ? (
        <div class="connect-scan">
          <PhonePicture />
          <div>
            <h2>{connect.scanInstead}</h2>
            <p class="hint">{connect.scanText}</p>
          </div>
        </div>
      ) : (
        <>
          <ScanPicture />
          <ol class="steps">
            {connect.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
      {!place && <CodeBox enter={(text) => void app.enter(text)} />}
      {tv && (
        <button type="button" class="link" onClick={() => void app.forget(tv)}>
          {labels.unpaired.forget}
        </button>
      )}
    </section>
  );
}

function ownDomain(app: App): string | undefined {
  const box = app.box.value;
  return typeof box === 'object' ? box.domain : undefined;
}

/** What the TV will call this phone, and a way to call it something better. */
function OwnName({ app }: { app: App }) {
  const box = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const words = pairingLabels.pin;
  const submit = (event: Event) => {
    event.preventDefault();
    app.rename(box.current?.value ?? '');
    setOpen(false);
  };
  if (!open)
    return (
      <p class="own-name">
        <span>
          {words.calledPrefix} <bdi>{app.ownName.value}</bdi>
        </span>
        <button
          type="button"
          class="link"
          aria-label={`${words.rename}: ${words.nameLabel}`}
          onClick={() => setOpen(true)}
        >
          {words.rename}
        </button>
      </p>
    );
  return (
    <form class="own-name-form" onSubmit={submit} noValidate>
      <label for="own-name">{words.nameLabel}</label>
      <div class="field">
        <input
          ref={box}
          id="own-name"
          type="text"
          maxLength={64}
          defaultValue={app.ownName.peek()}
          aria-describedby="own-name-hint"
          autocomplete="off"
          enterkeyhint="done"
          autofocus
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="submit" class="button button-quiet">
          {words.saveName}
        </button>
      </div>
      <p class="hint" id="own-name-hint">
        {words.nameHint}
      </p>
    </form>
  );
}
