import type { Role } from '@fjern/protocol';
import { useSignalEffect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { answer, type Controls, press } from '../controls.ts';
import { ensureFocus, moveFocus } from '../focus.ts';
import { keyOf } from '../keys.ts';
import type { Question } from '../state/question.ts';
import type { RemotesDialog, ScreenStore } from '../state/screen.ts';
import type { Timers } from '../state/time.ts';
import { Approval } from './Approval.tsx';
import { Idle } from './Idle.tsx';
import { Invite } from './Invite.tsx';
import * as messages from './messages.tsx';
import { Notices } from './Notices.tsx';
import { Loading, Notice, Playback } from './Playback.tsx';
import { Remotes } from './Remotes.tsx';

export interface AppProps {
  store: ScreenStore;
  controls: Controls;
  timers: Timers;
}

export function App(props: AppProps) {
  const { store, controls } = props;
  useKeys(store, controls);
  useFocus();
  // Styles of the page that depend on what fills it: the cursor, the picture behind.
  useSignalEffect(() => {
    document.documentElement.dataset.screen = store.screen.value.name;
  });
  return (
    <main class="stage">
      <Current {...props} />
      <Notices store={store} />
      <Asking {...props} />
    </main>
  );
}

function Current({ store, controls, timers }: AppProps) {
  const screen = store.screen.value;
  switch (screen.name) {
    case 'no-token':
      return <messages.NoToken />;
    case 'refused':
      return <messages.Refused />;
    case 'stopped':
      return <messages.Stopped onConnect={() => controls.connectAgain()} />;
    case 'unsealed':
      return <messages.Unsealed name={store.name.value} />;
    case 'conflict':
      return <messages.Conflict onTakeOver={() => controls.connectAgain()} />;
    case 'connecting':
      return <messages.Connecting name={store.name.value} />;
    case 'offline':
      return <messages.Offline name={store.name.value} />;
    case 'idle':
      return <IdleNow store={store} timers={timers} />;
    case 'remotes':
      return (
        <RemotesNow dialog={screen.dialog} store={store} controls={controls} timers={timers} />
      );
    case 'invite':
      return <InviteNow store={store} timers={timers} />;
    case 'start':
      return <messages.Start media={screen.media} onStart={() => controls.play()} />;
    case 'loading':
      return <Loading media={screen.media} activity={store.activity.value} />;
    case 'playing':
    case 'paused':
    case 'buffering':
      return <PlaybackNow store={store} controls={controls} timers={timers} />;
    case 'ended':
      return (
        <messages.Ended
          media={screen.media}
          onAgain={() => controls.playAgain()}
          onDone={() => controls.stop()}
        />
      );
    case 'error':
      return (
        <messages.Failed
          media={screen.media}
          onRetry={() => controls.playAgain()}
          onBack={() => controls.stop()}
        />
      );
  }
}

function IdleNow({ store, timers }: Omit<AppProps, 'controls'>) {
  const now = useNow(timers, 1_000);
  const activity = store.activity.value;
  const pairing = store.pairing.value;
  if (!pairing) return null;
  return (
    <>
      <Idle
        name={store.name.value}
        pairing={pairing}
        greeting={store.greeting.value}
        wrongCode={store.wrongCode.value}
        now={now}
        onManage={() => store.openRemotes()}
      />
      {activity && (
        <p class="idle-notice" role="status">
          <Notice activity={activity} volume={store.volume.value} />
        </p>
      )}
    </>
  );
}

function RemotesNow({
  dialog,
  store,
  controls,
  timers,
}: AppProps & { dialog: RemotesDialog | undefined }) {
  const now = useNow(timers, 10_000);
  const pairing = store.pairing.value;
  if (!pairing) return null;
  const { remotes } = controls;
  const invite = async (role: Role) => {
    if (pairing.offer?.role !== role) await remotes.invite(role);
  };
  return (
    <Remotes
      pairing={pairing}
      dialog={dialog}
      now={now}
      onOpen={store.openRemote}
      // Nobody chooses what the first one becomes.
      onAdd={pairing.remotes.length === 0 ? store.showInvitation : store.askWhomToInvite}
      onInvite={invite}
      onInvited={store.showInvitation}
      onChangeRole={remotes.changeRole}
      onAskForName={store.askForName}
      onRename={remotes.rename}
      // Back to where the new name is seen.
      onRenamed={store.openRemotes}
      onAskToRemove={store.askToRemove}
      onRemove={remotes.remove}
      onBack={store.back}
    />
  );
}

function InviteNow({ store, timers }: Omit<AppProps, 'controls'>) {
  const now = useNow(timers, 1_000);
  const pairing = store.pairing.value;
  if (!pairing) return null;
  return (
    <Invite
      pairing={pairing}
      wrongCode={store.wrongCode.value}
      now={now}
      onBack={() => store.back()}
    />
  );
}

function Asking({ store, controls, timers }: AppProps) {
  const question = store.question.value;
  return question ? (
    <AskingNow key={question.request.id} {...{ question, store, controls, timers }} />
  ) : null;
}

function AskingNow({ question, store, controls, timers }: AppProps & { question: Question }) {
  const now = useNow(timers, 1_000);
  return (
    <Approval
      question={question}
      now={now}
      onAnswer={(allow, role) => answer(store, controls, allow, role)}
    />
  );
}

function PlaybackNow({ store, controls, timers }: AppProps) {
  // Often enough for the seconds to look even.
  useNow(timers, 250);
  return (
    <Playback
      media={store.media.value}
      volume={store.volume.value}
      activity={store.activity.value}
      position={controls.position()}
      cutOff={store.cutOff.value}
    />
  );
}

/** Renders again every `milliseconds`, on the beat of the clock. */
function useNow(timers: Timers, milliseconds: number): number {
  const [now, setNow] = useState(timers.now());
  useEffect(() => {
    let cancel: () => void;
    const tick = () => {
      const time = timers.now();
      setNow(time);
      cancel = timers.after(milliseconds - (time % milliseconds), tick);
    };
    tick();
    return () => cancel();
  }, [timers, milliseconds]);
  return now;
}

/** Whatever comes or goes, the focus is on one of the buttons that can be reached. */
function useFocus(): void {
  useEffect(() => {
    ensureFocus(document);
    const observer = new MutationObserver(() => ensureFocus(document));
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
}

function useKeys(store: ScreenStore, controls: Controls): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const key = keyOf(event);
      if (!key) return;
      // A key that is held is one press; what it was meant for may be gone by now.
      if (event.repeat && (key === 'ok' || key === 'back')) {
        store.disturbQuestion();
        event.preventDefault();
        return;
      }
      let handled = press(key, store, controls);
      if (!handled && (key === 'up' || key === 'down' || key === 'left' || key === 'right')) {
        moveFocus(document, key);
        handled = true;
      }
      // Somebody clicked beside the buttons.
      if (!handled && key === 'ok' && document.activeElement === document.body)
        handled = ensureFocus(document);
      // The rest belongs to the browser: Enter clicks the button in focus.
      if (handled) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store, controls]);
}
