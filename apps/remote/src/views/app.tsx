import { Clock, ScanLine, WifiOff } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { labels } from '../labels.ts';
import type { App, PairProblem } from '../state/app.ts';
import type { RememberedTv } from '../state/known-tvs.ts';
import type { Status } from '../state/view.ts';
import { EnterCode, TvsSheet, Welcome } from './extras.tsx';
import { Message } from './message.tsx';
import { PairingPicture } from './pictures.tsx';
import { RemoteView } from './remote.tsx';
import { TopBar } from './top-bar.tsx';

const busy = (text: string): Status => ({ tone: 'busy', text });
const none: Status = { tone: 'off', text: labels.status.none };

export function AppView<T extends RememberedTv>({
  app,
  choosing,
}: {
  app: App<T>;
  choosing?: boolean;
}) {
  const screen = app.screen.value;
  const [sheet, setSheet] = useState(choosing === true);
  const enter = (text: string) => {
    setSheet(false);
    void app.enter(text);
  };

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
    case 'welcome':
      return (
        <>
          <TopBar status={none} />
          <main class="main main-message">
            <Welcome enter={enter} />
          </main>
        </>
      );
    case 'pairing':
      return (
        <>
          <TopBar tv={screen.tv} status={busy(labels.status.pairing)} />
          <main class="main main-message">
            <Message
              picture={<PairingPicture />}
              heading={labels.pairing.heading(screen.tv)}
              text={labels.pairing.text}
            />
          </main>
        </>
      );
    case 'problem': {
      const { heading, text } = labels.problems[screen.problem];
      return (
        <>
          <TopBar status={none} />
          <main class="main main-message">
            <Message
              icon={<ProblemIcon problem={screen.problem} />}
              tone="trouble"
              heading={heading}
              text={text(screen.tv)}
            >
              {screen.again && (
                <button type="button" class="button" onClick={screen.again}>
                  {labels.tryAgain}
                </button>
              )}
              <EnterCode enter={enter} />
            </Message>
          </main>
        </>
      );
    }
    case 'remote': {
      const { remote, tv } = screen;
      const name = remote.name.value || tv.name;
      return (
        <>
          <TopBar tv={name} status={remote.status.value} choose={() => setSheet(true)} />
          <RemoteView
            key={tv.tv}
            remote={remote}
            name={name}
            reconnect={() => app.reconnect()}
            forget={() => app.forget(tv)}
            enter={enter}
          />
          {sheet && (
            <TvsSheet
              tvs={app.tvs.value}
              current={tv}
              use={(other) => app.use(other)}
              forget={(other) => app.forget(other)}
              enter={enter}
              close={() => setSheet(false)}
            />
          )}
        </>
      );
    }
  }
}

function ProblemIcon({ problem }: { problem: PairProblem }) {
  const look = { size: 48, 'stroke-width': 1.5 };
  switch (problem) {
    case 'code-expired':
    case 'locked':
      return <Clock {...look} />;
    case 'unreachable':
    case 'timeout':
      return <WifiOff {...look} />;
    default:
      return <ScanLine {...look} />;
  }
}
