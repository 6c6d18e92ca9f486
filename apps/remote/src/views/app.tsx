import { useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import { describeDevice } from '../platform/device.ts';
import type { App, Screen } from '../state/app.ts';
import type { Status } from '../state/view.ts';
import { Approval, Connect, Problem, RemotesSheet, TvsSheet } from './extras.tsx';
import { Message } from './message.tsx';
import { PairingPicture } from './pictures.tsx';
import { RemoteView } from './remote.tsx';
import { TopBar } from './top-bar.tsx';

const busy = (text: string): Status => ({ tone: 'busy', text });
const none: Status = { tone: 'off', text: labels.status.none };

export type OpenSheet = 'tvs' | 'remotes';

export function AppView({ app, opened }: { app: App; opened?: OpenSheet | undefined }) {
  const screen = app.screen.value;
  const [sheet, setSheet] = useState(opened);
  const close = () => setSheet(undefined);
  const current = screen.name === 'remote' ? screen.tv : undefined;
  const remote = screen.name === 'remote' ? screen.remote : undefined;
  const choose = app.tvs.value.length > 0 ? () => setSheet('tvs') : undefined;
  const name = remote?.name.value || current?.name || '';
  const mark = current && app.others.value?.marks.value.get(current.domain);
  const grant = remote?.grant.value;

  return (
    <>
      <ScreenView
        app={app}
        screen={screen}
        choose={choose}
        manage={() => setSheet('remotes')}
        name={name}
        mark={mark}
      />
      {sheet === 'tvs' && (
        <TvsSheet
          tvs={app.tvs.value}
          current={current}
          remote={remote}
          others={app.others.value}
          volatile={app.volatile.value}
          use={(tv) => app.use(tv)}
          forget={(tv) => void app.forget(tv)}
          pair={(place) => {
            close();
            app.connect(undefined, place);
          }}
          enter={(text) => {
            close();
            void app.enter(text);
          }}
          manage={
            grant && {
              label: grant.manage ? labels.tvs.manage : labels.tvs.own,
              open: () => setSheet('remotes'),
            }
          }
          close={close}
        />
      )}
      {sheet === 'remotes' && remote && current && remote.link.value.status !== 'lost' && (
        <RemotesSheet
          key={current.tv}
          remote={remote}
          tv={name}
          own={{
            id: current.jid.split('@', 1)[0] ?? '',
            name: app.ownName.peek(),
            kind: describeDevice(navigator).kind,
          }}
          leave={() => {
            close();
            void app.forget(current);
          }}
          close={close}
        />
      )}
    </>
  );
}

interface ScreenProps {
  app: App;
  screen: Screen;
  name: string;
  /** Beside the name, where others have the same. */
  mark: string | undefined;
  /** Opens the list of TVs, if there is one. */
  choose: (() => void) | undefined;
  /** Opens the list of the TV's remotes. */
  manage: () => void;
}

function ScreenView({ app, screen, name, mark, choose, manage }: ScreenProps) {
  switch (screen.name) {
    case 'opening':
      return (
        <>
          <TopBar status={busy(labels.status.connecting)} />
          <main class="main main-message">
            <Message picture={<PairingPicture />} heading={labels.opening} />
          </main>
        </>
      );
    case 'connect':
      return (
        <>
          <TopBar status={none} {...(choose ? { tv: labels.tvs.heading, choose } : {})} />
          <main class="main main-message">
            <Connect app={app} screen={screen} meanwhile={<Message heading={labels.opening} />} />
          </main>
        </>
      );
    case 'pairing': {
      const working = (
        <Message
          picture={<PairingPicture />}
          heading={labels.pairing.heading(screen.tv)}
          text={labels.pairing.text}
        />
      );
      return (
        <>
          <TopBar tv={screen.tv} status={busy(labels.status.pairing)} />
          <main class="main main-message">
            {screen.step === 'approval' ? (
              <Approval
                tv={screen.tv}
                ownName={app.ownName.value}
                cancel={() => app.connect()}
                meanwhile={working}
              />
            ) : (
              working
            )}
          </main>
        </>
      );
    }
    case 'problem':
      return (
        <>
          <TopBar status={none} {...(choose ? { tv: labels.tvs.heading, choose } : {})} />
          <main class="main main-message">
            <Problem
              screen={screen}
              connect={() => app.connect()}
              meanwhile={
                <Message
                  tone="trouble"
                  heading={labels.pairing.failed}
                  text={labels.pairing.failedText}
                />
              }
            />
          </main>
        </>
      );
    case 'remote': {
      const { remote, tv } = screen;
      return (
        <>
          <TopBar
            tv={name}
            mark={mark}
            note={remote.stay.value}
            status={remote.status.value}
            choose={choose ?? (() => {})}
          />
          <RemoteView
            key={tv.tv}
            app={app}
            tv={tv}
            remote={remote}
            name={name}
            choose={choose ?? (() => {})}
            manage={manage}
          />
        </>
      );
    }
  }
}
