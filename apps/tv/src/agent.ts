import { connect, type Link } from '@fjern/link';
import { commandErrorCondition, SessionError, StanzaError } from '@fjern/protocol';
import { createTv, type Player, type Tv } from '@fjern/tv';
import { type PairingWatch, watchPairing } from '@fjern/tv/pairing';
import { emptyCatalogue, fetchCatalogue, type TvCatalogue } from './catalogue.ts';
import type { RemoteControls } from './controls.ts';
import { type Config, fetchConfig } from './setup.ts';
import { linkOf } from './state/link.ts';
import type { ScreenStore } from './state/screen.ts';
import type { Timers } from './state/time.ts';

export interface AgentOptions {
  store: ScreenStore;
  player: Player;
  /** Logs this page in as the TV, and opens the sealed channel to the box. */
  token: string;
  timers: Timers;
  /** `ws:` or `wss:` URL of the hub. */
  service: string;
}

/** The TV agent of this page, for as long as the page is open. */
export interface Agent {
  readonly catalogue: TvCatalogue;
  /** Starts over: another window had taken over, or the hub had ended the session. */
  connectAgain(): void;
  /** What the viewer decides about remotes; rejects when the box refuses, or is not there. */
  readonly remotes: RemoteControls;
  /** Says goodbye, so that phones know at once that the TV is gone. For a page that is left; the player stays. */
  close(): void;
}

/** Milliseconds until a box that does not answer, or is not ready, is asked again. */
const askAgain = 2_000;
/** Milliseconds for one answer over HTTP. */
const httpLimit = 8_000;
/** Milliseconds that a box may take to open the sealed channel before the screen says that something is wrong. */
const channelLimit = 15_000;
/** Seconds for what the viewer decides. */
const decision = { timeout: 10 };

export function startAgent(options: AgentOptions): Agent {
  const agent = new PageAgent(options);
  agent.connectAgain();
  return agent;
}

class PageAgent implements Agent {
  catalogue = emptyCatalogue;
  readonly remotes: RemoteControls = {
    remove: async (id) => this.box().revoke(id, decision),
    rename: async (id, name) => this.box().edit({ id, name }, decision),
    changeRole: async (id, role) => this.box().edit({ id, role }, decision),
    decide: async (id, allow, role) => this.box().approve(id, allow, role, decision),
    invite: async (role) => this.box().offer(role, decision),
  };
  private readonly options: AgentOptions;
  private config: Config | undefined;
  /** Ends the present run: session, agent and whatever waits. */
  private run = new AbortController();
  private watch: PairingWatch | undefined;

  constructor(options: AgentOptions) {
    this.options = options;
  }

  connectAgain(): void {
    this.run.abort();
    this.run = new AbortController();
    const { signal } = this.run;
    this.options.store.linkChanged({ status: 'connecting' });
    this.serve(signal).catch((error) => {
      // The session's own end is on the screen already.
      if (!signal.aborted && !(error instanceof SessionError)) console.error(error);
    });
  }

  close(): void {
    this.run.abort();
  }

  private box(): PairingWatch {
    if (!this.watch) throw new SessionError('not-online', 'The box is not connected.');
    return this.watch;
  }

  private async serve(signal: AbortSignal): Promise<void> {
    const { store, player } = this.options;
    const { domain, name } = await this.learn(signal);
    store.name.value = name;
    const { service, token } = this.options;
    const credential = { username: 'tv', token };
    const session = connect({ service, domain, credential, resource: 'screen', signal });
    const stops = [session.on('state', () => this.onLink(session))];
    this.onLink(session);
    // Before the link says its own goodbye, which it does when the present task has run.
    signal.addEventListener('abort', () => {
      for (const stop of stops) stop();
    });
    const watch = await this.follow(session, domain, signal);
    if (signal.aborted) return watch.close();
    this.watch = watch;
    this.onLink(session);
    const tv = createTv({
      session,
      player,
      name: watch.status.name || name,
      catalogue: { items: this.catalogue.items },
      // From the box, for as long as this page is open, and stored nowhere.
      identity: watch.identity,
      remotes: watch.directory,
    });
    stops.push(
      () => tv.close(),
      () => watch.close(),
    );
    this.report(tv, watch);
  }

  /** Asks the box who this TV is until it says so. */
  private async learn(signal: AbortSignal): Promise<Config> {
    const { store } = this.options;
    while (!this.config) {
      signal.throwIfAborted();
      const attempt = new AbortController();
      const abort = () => attempt.abort();
      const cancel = this.options.timers.after(httpLimit, abort);
      signal.addEventListener('abort', abort);
      try {
        [this.config, this.catalogue] = await Promise.all([
          fetchConfig(attempt.signal),
          fetchCatalogue(attempt.signal),
        ]);
      } catch (error) {
        signal.throwIfAborted();
        console.warn(error);
        store.linkChanged({ status: 'waiting' });
        await this.pause(signal);
      } finally {
        cancel();
        signal.removeEventListener('abort', abort);
      }
    }
    return this.config;
  }

  /**
   * Opens the sealed channel to the box, which gives the TV's key and its remotes.
   * @throws SessionError when the session has ended for good
   */
  private async follow(session: Link, domain: string, signal: AbortSignal): Promise<PairingWatch> {
    const { token, timers } = this.options;
    const complain = () => {
      if (session.state.status === 'online') this.options.store.linkChanged({ status: 'unsealed' });
    };
    const cancel = timers.after(channelLimit, complain);
    try {
      for (;;) {
        try {
          return await watchPairing(session, domain, { token, signal });
        } catch (error) {
          if (error instanceof SessionError) throw error;
          console.warn(error);
          complain();
          // Nothing is lost by trying: a box that was updated or has only just started may agree.
          await this.pause(signal);
        }
      }
    } finally {
      cancel();
    }
  }

  private report(tv: Tv, watch: PairingWatch): void {
    const { store } = this.options;
    store.mediaChanged(tv.get('media').value);
    store.volumeChanged(tv.get('volume').value);
    store.pairingChanged(watch.status);
    tv.on('state', (change) => {
      if (change.facet === 'media') store.mediaChanged(change.value);
      if (change.facet === 'volume') store.volumeChanged(change.value);
    });
    tv.on('command', ({ outcome }) => {
      if (!(outcome instanceof StanzaError)) return;
      if (commandErrorCondition(outcome) === 'interaction-required') store.startNeeded(true);
    });
    tv.on('error', (error) => console.error(error));
    watch.on('error', (error) => console.warn(error));
    watch.on('change', (status) => {
      if (status.name) tv.setName(status.name);
      store.pairingChanged(status);
      tv.refreshRemotes();
    });
  }

  private onLink(session: Link): void {
    const link = linkOf(session.state);
    this.options.store.linkChanged(link);
    if (link.status !== 'conflict') return;
    // The other window is the TV now: two films at once are one too many.
    this.run.abort();
    const { player } = this.options;
    if (['loading', 'playing', 'buffering'].includes(player.state.state))
      player.pause().catch((error) => console.warn(error));
  }

  /** Rejects as soon as the run has ended. */
  private pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.options.timers.after(askAgain, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort);
    });
  }
}
