import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, connect, type KnownTv, type Remote } from '@fjern/remote';
import { expect } from 'vitest';
import { type RunningBox, startBox } from '../support/box.ts';
import { pairWith } from '../support/screen.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import { type Holdings, Insides, inspected } from './insides.ts';

export interface SoakOptions {
  remotes: number;
  /** Of the part that is measured; as long as a tenth of it, and 10 at least, comes before. */
  seconds: number;
  /** Seconds between two deaths of the player, and between two connections that break off. */
  playerDies: number;
  linkBreaks: number;
}

export interface SoakReport {
  commands: number;
  /** By code of the error. */
  refused: Record<string, number>;
  /** Remotes that left and came back by themselves. */
  visits: number;
  cuts: number;
  playerDeaths: number;
  before: Holdings;
  after: Holdings;
}

/** What may become of a command when everybody presses buttons and the player dies. */
const expected = [
  'no-media',
  'superseded',
  'out-of-range',
  'player-failed',
  'media-failed',
  'media-unreachable',
  'unreachable',
  // The box lost the stream in between, and the TV may or may not have done it.
  'outcome-unknown',
];
const films = [
  '/media/northern-lights.mp4',
  '/media/paper-lanterns.mp4',
  '/media/rain-on-glass.mp4',
];

/** Many remotes press buttons, leave, are cut off and come back, while the player dies now and then. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const box = await startBox({
    nodeArgs: inspected,
    args: ['--player', 'mpv', ...['--vo=null', '--ao=null'].map((arg) => `--mpv-args=${arg}`)],
  });
  const proxy = await cuttingProxy(box.port);
  const crowd = new Crowd(proxy);
  const insides = await Insides.open(box);
  try {
    for (let count = 0; count < options.remotes; count++)
      crowd.add(await pairWith(box, `Remote ${count + 1}`));
    await crowd.allLive();
    await run(box, crowd, proxy, { ...options, seconds: Math.max(10, options.seconds / 10) });
    const before = await atRest(crowd, insides);
    crowd.forgetCounts();
    const cutsBefore = proxy.cuts;
    const playerDeaths = await run(box, crowd, proxy, options);
    const after = await atRest(crowd, insides);
    const { commands, refused, visits } = crowd;
    return {
      commands,
      refused,
      visits,
      cuts: proxy.cuts - cutsBefore,
      playerDeaths,
      before,
      after,
    };
  } finally {
    insides.close();
    await crowd.close();
    await proxy.close();
    await box.stop();
  }
}

/** Returns how often the player died. */
async function run(
  box: RunningBox,
  crowd: Crowd,
  proxy: CuttingProxy,
  { seconds, playerDies, linkBreaks }: SoakOptions,
): Promise<number> {
  let deaths = 0;
  const killing = setInterval(() => {
    deaths += killPlayer(box);
  }, playerDies * 1000);
  const cutting = setInterval(() => proxy.cut(), linkBreaks * 1000);
  try {
    await crowd.press(seconds);
  } finally {
    clearInterval(killing);
    clearInterval(cutting);
  }
  return deaths;
}

function killPlayer({ process: { pid } }: RunningBox): number {
  try {
    execFileSync('pkill', ['-KILL', '-P', String(pid), '-x', 'mpv']);
    return 1;
  } catch {
    // It is being started.
    return 0;
  }
}

/** Once all remotes agree on the state of the TV. */
async function atRest(crowd: Crowd, insides: Insides): Promise<Holdings> {
  await crowd.settle();
  return insides.look();
}

/** The people on the sofa. */
class Crowd {
  commands = 0;
  visits = 0;
  refused: Record<string, number> = {};
  private readonly proxy: CuttingProxy;
  private readonly members: { known: KnownTv; remote: Remote }[] = [];

  constructor(proxy: CuttingProxy) {
    this.proxy = proxy;
  }

  add(known: KnownTv): void {
    const { provisional: _, ...paired } = known;
    this.members.push({ known: paired, remote: this.connect(known) });
  }

  async allLive(): Promise<void> {
    await Promise.all(this.members.map(({ remote }) => remote.ready({ timeout: 30 })));
  }

  forgetCounts(): void {
    this.commands = 0;
    this.visits = 0;
    this.refused = {};
  }

  async press(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    await Promise.all(
      this.members.map(async (member) => {
        while (performance.now() < end) {
          if (Math.random() < 0.03) await this.comeBack(member);
          else await this.pressOne(member.remote);
          await pause(Math.random() * 200);
        }
      }),
    );
  }

  /** The same state everywhere: the same versions, and so the same content. */
  async settle(): Promise<void> {
    await this.allLive();
    const [first, ...others] = this.members.map(({ remote }) => remote);
    if (!first) return;
    await first.media.load({ uri: films[0] ?? '' }, { timeout: 30 });
    await first.media.pause();
    await first.volume.set(0.5);
    await expect
      .poll(
        () =>
          others.filter(
            (remote) => JSON.stringify(stateOf(remote)) !== JSON.stringify(stateOf(first)),
          ).length,
        { timeout: 15_000 },
      )
      .toBe(0);
    expect(stateOf(first)).toMatchObject({ media: { state: 'paused' }, volume: { level: 0.5 } });
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(({ remote }) => remote.close()));
  }

  private connect(known: KnownTv): Remote {
    const service = `ws://127.0.0.1:${this.proxy.port}/xmpp-websocket`;
    return connect(known, { service, timing: { retryCap: 1 } });
  }

  private async comeBack(member: { known: KnownTv; remote: Remote }): Promise<void> {
    await member.remote.close();
    member.remote = this.connect(member.known);
    await member.remote.ready({ timeout: 30 });
    this.visits++;
  }

  private async pressOne(remote: Remote): Promise<void> {
    this.commands++;
    try {
      await some(buttons)(remote);
    } catch (error) {
      if (!(error instanceof CommandError) || !expected.includes(error.code)) throw error;
      this.refused[error.code] = (this.refused[error.code] ?? 0) + 1;
    }
  }
}

const buttons: ((remote: Remote) => Promise<unknown>)[] = [
  ({ media }) => media.play(),
  ({ media }) => media.pause(),
  ({ media }) => media.toggle(),
  ({ media }) => media.seek(Math.random() * 20),
  ({ media }) => media.scrub(Math.random() * 20),
  ({ media }) => media.setRate(some([0.5, 1, 1.5, 2])),
  ({ media }) => media.load({ uri: some(films) }, { timeout: 30 }),
  ({ media }) => (Math.random() < 0.2 ? media.stop() : media.play()),
  ({ volume }) => volume.set(Math.random()),
  ({ volume }) => volume.drag(Math.random()),
  ({ volume }) => volume.mute(),
  ({ volume }) => volume.unmute(),
];

function stateOf(remote: Remote) {
  return { media: remote.get('media'), volume: remote.get('volume') };
}

function some<T>(choices: readonly T[]): T {
  return choices[Math.floor(Math.random() * choices.length)] as T;
}
