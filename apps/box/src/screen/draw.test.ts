import type { MediaState, PairedRemote, PairingStatus } from '@fjern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameFor } from './canvas.ts';
import { draw, type View } from './draw.ts';

const now = Date.UTC(2026, 10, 24, 20, 14, 7);

const anna = {
  id: 'a1',
  key: 'A'.repeat(43),
  grant: { role: 'owner', commands: [], facets: [], manage: true },
  name: 'Anna’s phone',
  kind: 'phone',
  pairedAt: now,
  online: true,
} as const satisfies PairedRemote & { key: string };

const pairing = (more: Partial<PairingStatus> = {}): PairingStatus => ({
  name: 'Living room',
  offer: {
    url: `http://192.168.1.20:7120/#v=2&j=tv@k7q3v9m2x4.local&k=${'q'.repeat(43)}&s=${'m'.repeat(22)}&i=x7Kp2Q`,
    pin: '483201',
    role: 'member',
    expires: now + 252_000,
  },
  requests: [],
  remotes: [],
  revoked: [],
  ...more,
});

const media = (state: MediaState['state'], more: Partial<MediaState> = {}): MediaState => ({
  ...{ state, currentTime: 2837, at: 0, playbackRate: 1, duration: 5412 },
  source: { uri: '/media/film.mp4' },
  metadata: { title: 'Northern Lights' },
  ...more,
});

const view = (more: Partial<View> = {}): View => ({
  screen: { name: 'idle' },
  name: 'Living room',
  pairing: pairing(),
  volume: { level: 0.4, muted: false },
  choices: [],
  focus: 0,
  position: 2837,
  now,
  locale: 'en-GB',
  frame: frameFor(1920, 1080),
  ...more,
});

/** What is written on it. */
const words = (overlay: string) =>
  overlay
    .split('\n')
    .filter((event) => !event.includes('\\p4'))
    .map((event) => event.replace(/^\{[^}]*\}/, ''));

const playing = { name: 'playing', media: media('playing') } as const;

describe('the picture', () => {
  it('is mpv’s own while it plays', () => {
    expect(draw(view({ screen: playing }))).toEqual({
      ground: '',
      bar: '',
      notice: '',
      question: '',
    });
  });

  it('says how to pair: the code, the address, the digits, and for how long', () => {
    const { ground } = draw(view());
    expect(words(ground)).toEqual(
      expect.arrayContaining([
        'Living room',
        '20:14',
        '192.168.1.20:7120',
        '483 201',
        'New code in 5 minutes',
        'No phone is paired yet',
      ]),
    );
  });

  it('counts the last minute of a code', () => {
    const { ground } = draw(view({ now: now + 210_000 }));
    expect(words(ground)).toContain('New code in 0:42');
  });

  it('says who is paired, and which name the TV had to give up', () => {
    const { ground } = draw(
      view({
        name: 'Living room (2)',
        renamedFrom: 'Living room',
        pairing: pairing({ remotes: [anna] }),
      }),
    );
    expect(words(ground)).toEqual(
      expect.arrayContaining([
        'Another TV here is called Living room, so this one is Living room (2)',
        'Paired: Anna’s phone',
        '1 connected now',
      ]),
    );
  });

  it('has no code where none is on offer', () => {
    const { offer: _, ...none } = pairing();
    expect(words(draw(view({ pairing: none })).ground)).toContain(
      'This TV is not taking new phones at the moment.',
    );
  });

  it('warns of wrong codes, and counts while it is locked', () => {
    const refused = { at: now, lockedUntil: now + 75_000 };
    const { ground } = draw(view({ wrongCode: 'locked', pairing: pairing({ refused }) }));
    expect(words(ground).join(' ')).toContain('Nobody can pair for 1:15.');
    const { notice } = draw(view({ screen: playing, codeNotice: 'refused' }));
    expect(words(notice)).toEqual(['Somebody tried a wrong code for this TV']);
  });

  it('says over the film what happened and who did it, with the place in it', () => {
    const { bar } = draw(
      view({ screen: playing, activity: { kind: 'volume', level: 0.4, by: 'Anna’s phone' } }),
    );
    expect(words(bar)).toEqual([
      'Anna’s phone set the volume to 40 %',
      'Northern Lights',
      '47:17',
      '1:30:12',
    ]);
  });

  it('keeps title and time while paused, and says what to try when it failed', () => {
    expect(words(draw(view({ screen: { name: 'paused', media: media('paused') } })).bar)).toContain(
      'Northern Lights',
    );
    const failed = media('error', { error: { condition: 'player-failed' } });
    const choices = [{ label: 'Try again', act() {} }];
    const { ground } = draw(view({ screen: { name: 'error', media: failed }, choices }));
    expect(words(ground)).toEqual([
      'Northern Lights',
      'The player stopped working',
      'It was not the video. Try it once more.',
      'Try again',
    ]);
  });
});

describe('whatever it is about', () => {
  it('has the shape of one overlay, and nothing outside 5 % of the window but grounds', () => {
    const anything = fc.string({ unit: 'grapheme', maxLength: 90 });
    const size = fc.record({
      width: fc.integer({ min: 1, max: 8000 }),
      height: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(anything, anything, size, (name, title, { width, height }) => {
        const frame = frameFor(width, height);
        const remotes = [{ ...anna, name }];
        const paused = { name: 'paused', media: media('paused', { metadata: { title } }) } as const;
        const drawings = [
          draw(view({ name, frame, pairing: pairing({ remotes }) })),
          draw(view({ frame, screen: paused, activity: { kind: 'paused', by: name } })),
        ];
        for (const event of drawings.flatMap((drawing) =>
          Object.values(drawing).join('\n').split('\n'),
        )) {
          if (event === '') continue;
          expect(event).toMatch(/^\{\\an[789]\\pos\(-?[\d.]+,-?[\d.]+\)[^{}]*\}/);
          if (event.includes('\\p4')) continue;
          const [x = 0, y = 0] = (/\\pos\((-?[\d.]+),(-?[\d.]+)\)/.exec(event) ?? [])
            .slice(1)
            .map(Number);
          expect(x).toBeGreaterThanOrEqual((frame.width - 1920) / 2 + 95.9);
          expect(x).toBeLessThanOrEqual((frame.width + 1920) / 2 - 95.9);
          expect(y).toBeGreaterThanOrEqual((frame.height - 1080) / 2 + 53.9);
          expect(y).toBeLessThanOrEqual((frame.height + 1080) / 2 - 54 - 28);
        }
      }),
      { numRuns: 50 },
    );
  });
});
