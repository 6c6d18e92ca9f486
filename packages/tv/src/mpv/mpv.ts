import { type Clock, monotonicClock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { PlayerError } from '../player.ts';
import { FailureLog } from './failure.ts';
import {
  type MpvCommand,
  type MpvConnection,
  MpvError,
  type MpvEvent,
  type RequestOptions,
} from './ipc.ts';
import { supportedOptions } from './load.ts';
import { Observed, observedProperties } from './observed.ts';
import { defaultTiming, type MpvEvents, type MpvOptions, type MpvStatus } from './options.ts';
import { Supervisor } from './supervisor.ts';

export interface MpvHandlers {
  /** There is an mpv, about to be ready, whose properties are known. @throws MpvError */
  onConnect(connection: MpvConnection): Promise<void>;
  /** After properties and log have taken theirs. */
  onEvent(event: MpvEvent, connection: MpvConnection): void;
  onStatus(status: MpvStatus): void;
}

/** Failures in a row. */
const hopelessAfter = 4;

/** Settings of the viewer's, which an mpv that is started anew is to have again. */
type Setting = 'speed' | 'volume' | 'mute';

/** mpv as something that is always there: what it says of itself, and what it is told, across its restarts. */
export class Mpv {
  readonly clock: Clock;
  readonly observed: Observed;
  /** Since something was loaded. */
  readonly log = new FailureLog();
  readonly emitter: Emitter<MpvEvents>;
  /** Which options of `loadfile` it knows. */
  isSupported: (option: string) => boolean = () => true;
  private readonly handlers: MpvHandlers;
  private readonly supervisor: Supervisor;
  /** Nothing until the first mpv has said how it is. */
  private settings: Partial<Record<Setting, number | boolean>> = {};

  constructor(options: MpvOptions, handlers: MpvHandlers) {
    this.handlers = handlers;
    this.clock = options.clock ?? monotonicClock;
    this.observed = new Observed(this.clock);
    this.emitter = new Emitter((error) => this.emitter.emit('error', error));
    this.supervisor = new Supervisor({
      socket: options.socket,
      spawn: options.spawn,
      timing: { ...defaultTiming, ...options.timing },
      clock: this.clock,
      prepare: (connection) => this.prepare(connection),
      onStatus: (status) => this.onStatus(status),
    });
  }

  get status(): MpvStatus {
    return this.supervisor.status;
  }

  get isReady(): boolean {
    return this.supervisor.connection !== undefined;
  }

  /** It cannot be started, or does not stay: nobody is to wait for what will not come soon. */
  get isHopeless(): boolean {
    const { status } = this;
    return status.status === 'away' && status.restarts >= hopelessAfter;
  }

  /** @throws MpvError */
  async command(command: MpvCommand, options: RequestOptions = {}): Promise<unknown> {
    const { connection, status } = this.supervisor;
    if (connection) return connection.request(command, options);
    const why = status.status === 'away' ? status.reason : 'mpv is being started.';
    throw new MpvError('not-ready', why);
  }

  /** A command as part of playing. @throws PlayerError `player-failed` */
  async request(command: MpvCommand, options: RequestOptions = {}): Promise<unknown> {
    try {
      return await this.command(command, options);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : '';
      throw new PlayerError('player-failed', `The player of the TV failed. ${why}`, { cause });
    }
  }

  /** A property, or nothing if it has no value now. */
  read(property: string): Promise<unknown> {
    return this.command(['get_property', property]).catch(() => undefined);
  }

  /** Resolves when it is in force, and known to be. @throws PlayerError `player-failed` */
  async set(property: Setting | 'pause', value: number | boolean): Promise<void> {
    await this.request(['set_property', property, value]);
    this.observed.apply(property, value);
    this.remember();
  }

  async close(keep: boolean): Promise<void> {
    await this.supervisor.close(keep);
    this.emitter.clear();
  }

  private async prepare(connection: MpvConnection): Promise<void> {
    connection.onEvent = (event) => this.onEvent(event, connection);
    this.isSupported = await supportedOptions(connection);
    await connection.request(['request_log_messages', 'warn']);
    // What it refuses, it keeps as it is.
    for (const [name, value] of Object.entries(this.settings))
      await connection.request(['set_property', name, value]).catch(() => {});
    await Promise.all(
      observedProperties.map(async (name, id) => {
        await connection.request(['observe_property', id + 1, name]);
        // The first values come as events too, but not before what else is answered.
        const value = await connection.request(['get_property', name]).catch(() => undefined);
        this.observed.apply(name, value);
      }),
    );
    await this.handlers.onConnect(connection);
  }

  private onStatus(status: MpvStatus): void {
    if (status.status === 'away') this.observed.apply('core-idle', true);
    this.remember();
    this.handlers.onStatus(status);
    this.emitter.emit('status', status);
  }

  private onEvent(event: MpvEvent, connection: MpvConnection): void {
    switch (event.event) {
      case 'property-change':
        if (!this.observed.apply(event.name, event.data)) return;
        this.remember();
        break;
      case 'log-message':
        this.log.add(String(event.text));
        break;
      case 'client-message':
        if (Array.isArray(event.args)) this.emitter.emit('message', event.args.map(String));
        break;
    }
    this.handlers.onEvent(event, connection);
  }

  private remember(): void {
    const { speed, volume, muted } = this.observed;
    if (this.isReady) this.settings = { speed, volume, mute: muted };
  }
}
