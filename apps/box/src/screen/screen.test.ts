import type { ApprovalRequest, PairingStatus, Role } from '@fjern/protocol';
import { type MpvCommand, MpvError, type MpvPlayer, type MpvStatus } from '@fjern/tv/mpv';
import { ScriptedPlayer } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mpvScreen, type ScreenContent } from './screen.ts';

const start = Date.UTC(2026, 10, 24, 20, 14, 7);

/** mpv without a picture: it keeps what it was told to draw, and sends the keys that it was told to. */
class BlindMpv extends ScriptedPlayer implements MpvPlayer {
  status: MpvStatus = { status: 'ready' };
  readonly overlays = new Map<number, string>();
  /** How many commands brought something to the screen. */
  sent = 0;
  readonly sections = new Set<string>();
  private readonly bindings = new Map<string, string>();
  private readonly onStatus = new Set<(status: MpvStatus) => void>();
  private readonly onMessage = new Set<(args: readonly string[]) => void>();

  async command(command: MpvCommand): Promise<unknown> {
    if (this.status.status !== 'ready') throw new MpvError('not-ready', 'It is away.');
    if (!Array.isArray(command)) {
      const { id, data } = command as { id: number; data: string };
      this.sent++;
      if (data === '') this.overlays.delete(id);
      else this.overlays.set(id, data);
      return undefined;
    }
    const [name, section = '', contents = ''] = command as string[];
    if (name === 'get_property') return { w: 1280, h: 720 };
    if (name === 'define-section') this.bindings.set(section, contents);
    if (name === 'enable-section') this.sections.add(section);
    if (name === 'disable-section') this.sections.delete(section);
    return undefined;
  }

  on(event: 'status' | 'message' | 'error', listener: (...args: never[]) => void): () => void {
    const listeners: Set<unknown> =
      event === 'status' ? this.onStatus : event === 'message' ? this.onMessage : new Set();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Somebody presses a key at its window. */
  press(key: string): void {
    const contents = [...this.sections].map((section) => this.bindings.get(section)).join('\n');
    const [, , ...args] =
      contents
        .split('\n')
        .find((line) => line.startsWith(`${key} `))
        ?.split(' ') ?? [];
    if (args.length > 0) for (const listener of this.onMessage) listener(args);
  }

  turn(status: MpvStatus): void {
    this.status = status;
    if (status.status === 'ready') {
      this.overlays.clear();
      this.sections.clear();
    }
    for (const listener of [...this.onStatus]) listener(status);
  }

  get picture(): string {
    return [...this.overlays]
      .sort(([a], [b]) => a - b)
      .map(([, data]) => data)
      .join('\n');
  }
}

const request = (id: string, role: Role = 'member'): ApprovalRequest => ({
  ...{ id, role, name: 'Mira’s phone', kind: 'phone', expires: start + 60_000 },
});
const pairing = (more: Partial<PairingStatus> = {}): PairingStatus => ({
  ...{ name: 'Living room', requests: [], remotes: [], revoked: [] },
  offer: {
    ...{ url: 'http://192.168.1.20:7120/#v=2', pin: '483201', role: 'member' as const },
    expires: start + 252_000,
  },
  ...more,
});
const content = (more: Partial<ScreenContent> = {}): ScreenContent => ({
  pairing: pairing(),
  media: { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 },
  volume: { level: 1, muted: false },
  ...more,
});
const film = {
  source: { uri: '/media/film.mp4' },
  metadata: { title: 'Northern Lights' },
  duration: 5412,
};
const playing = { ...film, state: 'playing', currentTime: 3, at: 3, playbackRate: 1 } as const;

let mpv: BlindMpv;
let decisions: unknown[][];
let errors: unknown[];
let screen: ReturnType<typeof mpvScreen>;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  mpv = new BlindMpv({ media: { '/media/film.mp4': { duration: 5412 } } });
  decisions = [];
  errors = [];
  screen = mpvScreen({
    mpv,
    locale: 'en-GB',
    onapprove: (...decision) => {
      decisions.push(decision);
    },
    onerror: (error) => errors.push(error),
  });
});
afterEach(async () => {
  await screen.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(errors).toEqual([]);
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('what mpv shows', () => {
  it('is the code while idle, and rests for a minute at a time', async () => {
    screen.show(content());
    await pass(500);
    expect(mpv.picture).toContain('483 201');
    expect(mpv.picture).toContain('20:14');
    const { sent } = mpv;
    await pass(50_000);
    expect(mpv.sent - sent).toBeLessThanOrEqual(1);
    await pass(60_000);
    expect(mpv.picture).toContain('20:15');
  });

  it('is the film alone, and for three seconds what somebody did', async () => {
    screen.show(content({ media: playing }));
    await pass(5000);
    expect(mpv.picture).toBe('');
    screen.show(
      content({ media: playing, volume: { level: 0.4, muted: false, by: 'Anna’s phone' } }),
    );
    await pass(500);
    expect(mpv.picture).toContain('Anna’s phone set the volume to 40 %');
    await pass(3500);
    expect(mpv.picture).toBe('');
  });

  it('is drawn again by an mpv that was started again', async () => {
    screen.show(content());
    await pass(100);
    mpv.turn({ status: 'away', reason: 'It crashed.', restarts: 1 });
    screen.show(content({ pairing: pairing({ name: 'Kitchen' }) }));
    await pass(3000);
    mpv.turn({ status: 'ready' });
    await pass(100);
    expect(mpv.picture).toContain('Kitchen');
    expect(mpv.sections.size).toBe(1);
  });

  it('is sent at the pace of mpv, however often it changes', async () => {
    screen.show(content({ media: playing }));
    await pass(100);
    const { sent } = mpv;
    for (let step = 1; step <= 500; step++)
      screen.show(content({ media: playing, volume: { level: step / 500, muted: false } }));
    await pass(400);
    expect(mpv.picture).toContain('Volume 100 %');
    expect(mpv.sent - sent).toBeLessThan(12);
  });

  it('leaves nothing behind', async () => {
    screen.show(content());
    await pass(100);
    await screen.close();
    expect(mpv.overlays.size).toBe(0);
    expect(mpv.sections.size).toBe(0);
  });
});

describe('the viewer', () => {
  const ask = async (...requests: ApprovalRequest[]) => {
    screen.show(content({ media: playing, pairing: pairing({ requests }) }));
    await pass(1000);
  };

  it('lets nobody in by pressing OK at what has just appeared', async () => {
    screen.show(content({ media: playing, pairing: pairing({ requests: [request('r1')] }) }));
    await pass(100);
    mpv.press('ENTER');
    await pass(100);
    expect(decisions).toEqual([]);
    await pass(1000);
    mpv.press('ENTER');
    await pass(100);
    expect(decisions).toEqual([['r1', false, undefined]]);
  });

  it.each([
    ['in', ['RIGHT', 'ENTER'], [true, undefined]],
    ['in as a guest', ['RIGHT', 'RIGHT', 'RIGHT', 'ENTER'], [true, 'guest']],
    ['not in', ['RIGHT', 'LEFT', 'ENTER'], [false, undefined]],
    ['not in', ['ESC'], [false, undefined]],
  ] as const)('lets a phone %s with %j', async (_, keys, decision) => {
    await ask(request('r1'));
    expect(mpv.picture).toContain('Allow Mira’s phone?');
    for (const key of keys) mpv.press(key);
    await pass(10);
    expect(decisions).toEqual([['r1', ...decision]]);
  });

  it('is not offered to make an owner of a guest', async () => {
    await ask(request('r1', 'guest'));
    mpv.press('RIGHT');
    mpv.press('ENTER');
    await pass(10);
    expect(decisions).toEqual([['r1', true, 'guest']]);
  });

  it('is asked about one after the other', async () => {
    await ask(request('r1'), request('r2'));
    mpv.press('RIGHT');
    mpv.press('ENTER');
    await ask(request('r2'));
    mpv.press('ENTER');
    await pass(10);
    expect(decisions).toEqual([
      ['r1', true, undefined],
      ['r2', false, undefined],
    ]);
  });

  it('tries again what failed, or goes back to the start', async () => {
    await mpv.load({ ...film, currentTime: 0, autoplay: true }, new AbortController().signal);
    mpv.fail('player-failed');
    const error = { condition: 'player-failed' } as const;
    screen.show(content({ media: { ...playing, state: 'error', error } }));
    await pass(100);
    expect(mpv.picture).toContain('The player stopped working');
    mpv.press('ENTER');
    await pass(10);
    expect(mpv.state.state).toBe('playing');
    mpv.press('RIGHT');
    mpv.press('ENTER');
    await pass(10);
    expect(mpv.state.state).toBe('idle');
  });

  it('steers the film with the keys of the TV', async () => {
    await mpv.load({ ...film, currentTime: 100, autoplay: true }, new AbortController().signal);
    screen.show(content({ media: playing }));
    await pass(100);
    mpv.press('SPACE');
    mpv.press('RIGHT');
    mpv.press('DOWN');
    await pass(10);
    expect(mpv.state).toMatchObject({ state: 'paused', level: 0.95 });
    expect(Math.round(mpv.state.currentTime)).toBe(110);
  });
});
