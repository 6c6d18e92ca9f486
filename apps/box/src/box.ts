import { advertisedInterfaces } from './addresses.ts';
import { errorEvent } from './errors.ts';
import { type Check, type Health, healthOf } from './health.ts';
import { type Identity, readIdentity } from './identity.ts';
import { lockDirectory } from './lock.ts';
import type { Log } from './logs.ts';
import { type Neighbours, watchNeighbours } from './neighbours.ts';
import type { Options } from './options.ts';
import type { LocalPlayer } from './player.ts';
import type { Power } from './power.ts';
import { changesBetween } from './reload.ts';
import type { BoxEvent, Report } from './report.ts';
import { type Server, startServer } from './server.ts';
import { Store } from './store.ts';

export interface BoxContext {
  report: Report;
  log: Log;
  /** A socket that listens already, which systemd passed on; it takes the place of port and host. */
  fd: number | undefined;
}

export interface Box {
  readonly port: number;
  readonly health: Health;
  /** Whether the box still looks after what it has to, for a watchdog. What it looks after may be broken. */
  readonly isAlive: boolean;
  /**
   * What the configuration is from now on. What plays goes on, unless the player itself is another.
   * @throws HubError it could not start again, not even as it was: it is closed
   * @throws RestartNeeded nothing has changed
   */
  reload(options: Options): Promise<void>;
  /**
   * Says goodbye on the network and to whoever is connected, and frees the port. May be repeated.
   * @param restart mpv plays on, for the process that comes next
   */
  close(options?: { restart?: boolean }): Promise<void>;
}

/** Only another process can have the new configuration. */
export class RestartNeeded extends Error {
  override name = 'RestartNeeded';
}

/** For goodbyes, ms: whoever is connected but does not answer is not waited for. */
const patience = 800;

/**
 * Starts the TV: hub, pairing, advertising, and either the player or the page that is one.
 * @throws UsageError, HubError
 */
export async function startBox(options: Options, context: BoxContext): Promise<Box> {
  const unlock = await lockDirectory(options.dataDir);
  let box: RunningBox | undefined;
  try {
    const store = await Store.open(options.dataDir);
    for (const { code, message } of store.warnings)
      context.report({ event: 'error', code: `store-${code}`, message });
    box = new RunningBox(options, context, store, unlock);
    await box.start();
    return box;
  } catch (error) {
    await (box?.release(false) ?? unlock());
    throw error;
  }
}

class RunningBox implements Box {
  private options: Options;
  private readonly context: BoxContext;
  private readonly store: Store;
  private readonly identity: Identity;
  private readonly unlock: () => Promise<void>;
  private readonly neighbours: Neighbours;
  private server: Server | undefined;
  private player: LocalPlayer | undefined;
  private power: Power | undefined;
  /** Reloads, one after the other. */
  private reloading: Promise<void> = Promise.resolve();
  private closing: Promise<void> | undefined;

  constructor(options: Options, context: BoxContext, store: Store, unlock: () => Promise<void>) {
    this.options = options;
    this.context = context;
    this.store = store;
    this.unlock = unlock;
    this.identity = readIdentity(store.identity);
    this.neighbours = watchNeighbours({
      own: this.identity.id,
      interfaces: () => advertisedInterfaces(this.options.host),
      onError: (error) => this.report(errorEvent(error)),
    });
  }

  get port(): number {
    return this.server?.hub.port ?? 0;
  }

  get health(): Health {
    const { server, store } = this;
    const failure = store.failure;
    return healthOf({
      'hub:listening': server
        ? { status: 'pass', observedValue: server.hub.port }
        : { status: 'fail', output: 'The hub is being started.' },
      'store:writing':
        failure === undefined ? { status: 'pass' } : { status: 'fail', output: failure },
      'player:status': this.player ? this.player.check : { status: 'pass', observedValue: 'page' },
      ...(server?.advertised === undefined
        ? {}
        : { 'mdns:advertised': advertisedCheck(server.advertised) }),
    });
  }

  get isAlive(): boolean {
    return this.player?.isSupervised ?? true;
  }

  async start(): Promise<void> {
    // Without hooks there is nothing to do for the TV's power.
    await this.followPower();
    if (this.options.player === 'mpv') await this.openPlayer();
    this.server = await this.startServer();
  }

  reload(next: Options): Promise<void> {
    const run = this.reloading.then(() => this.apply(next));
    this.reloading = run.catch(() => {});
    return run;
  }

  close({ restart = false } = {}): Promise<void> {
    this.closing ??= this.shutDown(restart);
    return this.closing;
  }

  private async apply(next: Options): Promise<void> {
    if (this.closing) return;
    const { names, restarts, waiting, options } = changesBetween(this.options, next);
    if (restarts.length > 0 && this.context.fd !== undefined)
      throw new RestartNeeded('The socket that systemd passed on can be listened at once.');
    const before = this.options;
    this.options = options;
    this.context.log.setLevel(options.logLevel);
    await this.followPower();
    if (restarts.length > 0) {
      if (!(await this.restart(before, restarts.includes('player')))) return;
    } else if (before.name !== options.name) this.server?.rename();
    for (const name of waiting)
      this.report({
        event: 'error',
        code: 'needs-start',
        message: `Another ${name} counts when the box is started the next time.`,
      });
    this.report({ event: 'reloaded', changed: names, restarted: restarts });
  }

  /** False: the new configuration turns out not to be possible, and all is as it was before. */
  private async restart(before: Options, withPlayer: boolean): Promise<boolean> {
    const port = this.port;
    await this.closeServer();
    if (withPlayer) {
      await this.player?.close();
      this.player = undefined;
    }
    try {
      if (withPlayer && this.options.player === 'mpv') await this.openPlayer();
      this.server = await this.startServer(before.port === this.options.port ? port : undefined);
      return true;
    } catch (error) {
      this.report(errorEvent(error));
      if (withPlayer) {
        await this.player?.close();
        this.player = undefined;
      }
      this.options = before;
      this.context.log.setLevel(before.logLevel);
      await this.followPower();
      if (withPlayer && before.player === 'mpv') await this.openPlayer();
      this.server = await this.startServer(port);
      return false;
    }
  }

  private startServer(port?: number): Promise<Server> {
    const { store, identity, player, neighbours } = this;
    const { log, fd } = this.context;
    return startServer({
      ...{ store, identity, player, neighbours, log, fd, port },
      options: () => this.options,
      health: () => this.health,
      report: (event) => this.report(event),
    });
  }

  private async openPlayer(): Promise<void> {
    const { openPlayer } = await import('./player.ts');
    this.player = await openPlayer(this.options, (event) => this.report(event));
  }

  private async followPower(): Promise<void> {
    const { options, power } = this;
    if (power) return power.update(options);
    if (Object.keys(options.hooks).length === 0) return;
    const { Power } = await import('./power.ts');
    this.power = new Power({
      options,
      id: this.identity.id,
      report: (event) => this.report(event),
      onstandby: () => this.goToStandby(),
    });
    if (this.server?.media) this.power.observe(this.server.media);
  }

  private goToStandby(): void {
    const onError = (error: unknown) => this.report(errorEvent(error));
    this.server?.pairing.standby().catch(onError);
    const { mpv } = this.player ?? {};
    if (mpv && ['loading', 'playing', 'buffering'].includes(mpv.state.state))
      mpv.pause().catch(onError);
  }

  private report(event: BoxEvent): void {
    this.context.report(event);
    this.power?.observe(event);
  }

  private async closeServer(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([server?.close(), limit]);
    clearTimeout(timer);
  }

  private async shutDown(restart: boolean): Promise<void> {
    await this.reloading;
    this.report({ event: 'stopping', restart });
    await this.release(restart);
    this.context.log.write({ event: 'stopped' });
  }

  /** Lets go of everything, without a word. */
  async release(keepPlayer: boolean): Promise<void> {
    await Promise.all([this.closeServer(), this.power?.close(), this.neighbours.close()]);
    await this.player?.close({ keep: keepPlayer });
    await this.unlock();
  }
}

function advertisedCheck(advertised: boolean): Check {
  return advertised
    ? { status: 'pass' }
    : {
        status: 'warn',
        output: 'The TV is not found by name now: there is no network, or it has just come.',
      };
}
