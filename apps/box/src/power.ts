import type { PlaybackState } from '@fjern/protocol';
import { type HookName, HookRunner, type Hooks } from './hooks.ts';
import type { Options } from './options.ts';
import type { BoxEvent } from './report.ts';

export interface PowerOptions {
  options: Options;
  /** The TV's id, for the commands. */
  id: string;
  /** The TV went to standby: what plays is paused, and who was let in until then is not any more. */
  onstandby(): void;
  report(event: BoxEvent): void;
}

/** Seconds. */
const defaultInterval = 10;

const active: readonly PlaybackState[] = ['loading', 'playing', 'buffering'];
const over: readonly PlaybackState[] = ['idle', 'ended', 'error'];

/** Whether the TV is on, as far as the firmware's commands tell, and what is done for it to be on or off. */
export class Power {
  private readonly context: PowerOptions;
  private readonly runner: HookRunner;
  private hooks: Hooks;
  private standbyAfter: number;
  private name: string;
  private state: 'on' | 'standby' = 'on';
  private media: PlaybackState | undefined;
  /** Counts what was done to the TV: what was asked about it before that is out of date. */
  private deeds = 0;
  private readonly failing = new Set<HookName>();
  private idle: NodeJS.Timeout | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(context: PowerOptions) {
    const { options, id } = context;
    this.context = context;
    this.hooks = options.hooks;
    this.standbyAfter = options.standbyAfter;
    this.name = options.name;
    this.runner = new HookRunner(() => ({ FJERN_TV_NAME: this.name, FJERN_TV_ID: id }));
    this.watchStatus();
  }

  /** Other hooks, another time until standby, or another name. */
  update({ hooks, standbyAfter, name }: Options): void {
    Object.assign(this, { hooks, standbyAfter, name });
    this.failing.clear();
    this.watchStatus();
    this.watchIdle();
  }

  /** Everything that the box tells; what the TV plays is what counts. */
  observe(event: BoxEvent): void {
    if (event.event === 'renamed') this.name = event.name;
    if (event.event !== 'state' || event.facet !== 'media') return;
    const before = this.media;
    this.media = (event.value as { state: PlaybackState }).state;
    if (this.media === before) return;
    const begins = active.includes(this.media) && !(before && active.includes(before));
    if (begins && before !== undefined) void this.begin(over.includes(before));
    this.watchIdle();
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    clearTimeout(this.poll);
    this.hooks = {};
    await this.runner.close();
  }

  /** Something begins to play. @param first after idleness */
  private async begin(first: boolean): Promise<void> {
    if (this.state === 'standby') {
      this.deeds += 1;
      this.become('on');
      await this.run('wake');
    }
    if (first) await this.run('input');
    this.deeds += 1;
  }

  private watchIdle(): void {
    const waits = this.standbyAfter > 0 && this.hooks.standby && this.state === 'on';
    const isOver = this.media !== undefined && over.includes(this.media);
    clearTimeout(this.idle);
    if (!waits || !isOver) return;
    this.idle = setTimeout(() => {
      this.deeds += 1;
      void this.run('standby').then((output) => {
        if (output !== undefined && this.media && over.includes(this.media)) this.become('standby');
      });
    }, this.standbyAfter * 1000);
  }

  private watchStatus(): void {
    clearTimeout(this.poll);
    const { status } = this.hooks;
    if (!status) return;
    const again = () => {
      this.poll = setTimeout(ask, (status.interval ?? defaultInterval) * 1000);
    };
    const ask = async () => {
      const asked = this.deeds;
      const output = await this.run('status');
      if (this.hooks.status !== status) return;
      again();
      if (output === undefined || asked !== this.deeds) return;
      const [line] = output.split('\n');
      const said = line?.trim();
      if (said === 'on' || said === 'standby') {
        this.failing.delete('status');
        this.become(said);
      } else this.fail('status', `The status hook printed "${said}", neither on nor standby.`);
    };
    void ask();
  }

  private become(state: 'on' | 'standby'): void {
    if (this.state === state) return;
    this.state = state;
    this.context.report({ event: 'power', state });
    if (state === 'standby') this.context.onstandby();
    this.watchIdle();
  }

  /** Undefined: there is no such hook, it runs already, or it failed. */
  private async run(name: HookName): Promise<string | undefined> {
    const hook = this.hooks[name];
    if (!hook) return undefined;
    try {
      const output = await this.runner.run(name, hook);
      if (name !== 'status') this.failing.delete(name);
      return output;
    } catch (error) {
      this.fail(name, Object(error).message);
      return undefined;
    }
  }

  /** A command that fails each time says so once. */
  private fail(name: HookName, message: string): void {
    if (name === 'status' && this.failing.has(name)) return;
    this.failing.add(name);
    this.context.report({ event: 'error', code: 'hook', message });
  }
}
