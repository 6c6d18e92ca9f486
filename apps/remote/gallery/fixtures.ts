import type { Catalogue, CatalogueItem, MediaState, VolumeState } from '@fjern/protocol';
import type { Screen } from '../src/state/app.ts';
import type { RememberedTv } from '../src/state/known-tvs.ts';
import { RemoteStore } from '../src/state/remote.ts';
import type { LinkState, TvRemote } from '../src/state/tv-remote.ts';

// What the page looks like in each state, without a TV.

const pictures = import.meta.glob<string>('../../tv/public/media/*.{jpg,webp}', {
  eager: true,
  query: '?url',
  import: 'default',
});

function picture(name: string, size: string, hue: number): string {
  const found = Object.entries(pictures).find(([path]) => path.includes(`/${name}-${size}.`));
  if (found) return found[1];
  const stops = [hue, hue + 40, hue + 80].map((h, i) => {
    return `<stop offset="${i / 2}" stop-color="hsl(${h} 55% ${52 - i * 18}%)"/>`;
  });
  const [width, height] = size.split('x');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1">${stops.join('')}</linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function item(
  name: string,
  title: string,
  artist: string,
  duration: number,
  hue: number,
): CatalogueItem {
  return {
    id: name,
    source: { uri: `/media/${name}.mp4`, type: 'video/mp4' },
    metadata: {
      title,
      artist,
      artwork: [
        { src: picture(name, '512x512', hue), sizes: '512x512' },
        { src: picture(name, '960x540', hue), sizes: '960x540' },
      ],
    },
    duration,
  };
}

const catalogue: Catalogue = {
  items: [
    item('northern-lights', 'Northern lights', 'Above the fjord', 220, 150),
    item('harbour-at-dusk', 'Harbour at dusk', 'Boats coming home', 312, 20),
    item('paper-lanterns', 'Paper lanterns', 'A river at night', 96, 35),
    item('rain-on-glass', 'Rain on glass', 'A city, out of focus', 184, 210),
    item('deep-field', 'Deep field', 'Slowly through the stars', 3720, 265),
    item('morning-mist', 'Morning mist', 'Live from the valley', 640, 190),
  ],
};

const [lights, harbour] = catalogue.items as [CatalogueItem, CatalogueItem];

function playing(of: CatalogueItem, more: Partial<MediaState> = {}): MediaState {
  return {
    state: 'playing',
    currentTime: 62,
    at: 0,
    playbackRate: 1,
    ...(of.duration === undefined ? {} : { duration: of.duration }),
    source: of.source,
    metadata: of.metadata,
    ...more,
  };
}

const idle: MediaState = { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 };

interface Situation {
  name?: string;
  link?: LinkState;
  tv?: TvRemote['tv']['status'];
  media?: MediaState | undefined;
  volume?: VolumeState;
  catalogue?: Catalogue;
  /** Whether the TV answers what is asked; it may also refuse, with a sentence. */
  answers?: 'at once' | 'never' | Error;
}

const never = new Promise<never>(() => {});

function fakeRemote(situation: Situation): TvRemote {
  const { media, answers = 'at once' } = situation;
  const answer = () =>
    answers instanceof Error
      ? Promise.reject(answers)
      : answers === 'never'
        ? never
        : Promise.resolve();
  return {
    name: situation.name ?? 'Living room',
    link: situation.link ?? { status: 'live' },
    tv: { status: situation.tv ?? 'present' },
    rates: { min: 0.5, max: 2 },
    media: {
      value: media,
      currentTime: media?.currentTime ?? 0,
      play: answer,
      pause: answer,
      stop: answer,
      scrub: answer,
      setRate: answer,
      load: answer,
    },
    volume: {
      value: situation.volume ?? { level: 0.6, muted: false },
      drag: answer,
      mute: answer,
      unmute: answer,
    },
    catalogue: situation.catalogue ?? catalogue,
    watch: () => () => {},
    unpair: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

export const tvs: RememberedTv[] = [
  { tv: 'tv@a.local', name: 'Living room' },
  { tv: 'tv@b.local', name: 'Bedroom' },
  { tv: 'tv@c.local', name: 'Gemeinschaftswohnzimmer im Erdgeschoss' },
];

function remote(
  situation: Situation,
  then: (store: RemoteStore) => void = () => {},
): () => Screen<RememberedTv> {
  return () => {
    const store = new RemoteStore(fakeRemote(situation));
    then(store);
    const name = situation.name ?? 'Living room';
    return { name: 'remote', tv: { tv: 'tv@a.local', name }, remote: store };
  };
}

const problem =
  (code: Extract<Screen<RememberedTv>, { name: 'problem' }>['problem'], again = false) =>
  (): Screen<RememberedTv> => ({
    name: 'problem',
    problem: code,
    tv: 'Living room',
    ...(again ? { again: () => {} } : {}),
  });

const long = 'Donaudampfschifffahrtsgesellschaftskapitän: Die letzte Fahrt';

export const states: Record<string, () => Screen<RememberedTv>> = {
  opening: () => ({ name: 'opening' }),
  welcome: () => ({ name: 'welcome' }),
  pairing: () => ({ name: 'pairing', tv: 'Living room' }),
  'code-expired': problem('code-expired'),
  'code-used': problem('code-used'),
  'code-wrong': problem('code-wrong'),
  'pairing-closed': problem('pairing-closed'),
  locked: problem('locked', true),
  unreachable: problem('unreachable', true),
  'newer-tv': problem('newer-tv'),
  storage: problem('storage', true),
  connecting: remote({ link: { status: 'connecting' }, tv: 'unknown', media: undefined }),
  'connecting-slow': remote(
    { link: { status: 'connecting' }, tv: 'unknown', media: undefined },
    (store) => {
      store.slow.value = true;
    },
  ),
  idle: remote({ media: idle }),
  'idle-empty': remote({ media: idle, catalogue: { items: [] } }),
  playing: remote({ media: playing(lights) }),
  'playing-muted': remote({
    media: playing(harbour, { by: 'Anna’s phone', playbackRate: 1.5 }),
    volume: { level: 0.35, muted: true },
  }),
  scrubbing: remote({ media: playing(lights), answers: 'never' }, (store) => {
    store.scrub.grab();
    store.scrub.move(151);
  }),
  'slow-answer': remote({ media: playing(lights), answers: 'never' }, (store) => {
    store.pause();
  }),
  paused: remote({ media: playing(harbour, { state: 'paused', by: 'Anna’s phone' }) }),
  buffering: remote({ media: playing(lights, { state: 'buffering' }) }),
  loading: remote({ media: playing(lights, { state: 'loading', currentTime: 0 }) }),
  ended: remote({ media: playing(harbour, { state: 'ended', currentTime: 312 }) }),
  live: remote({
    media: {
      ...playing(lights, { live: true, seekable: { start: 0, end: 600 }, currentTime: 540 }),
    },
  }),
  'live-edge': remote({ media: { ...playing(lights, { live: true, currentTime: 33 }) } }),
  'media-error': remote({
    media: playing(harbour, {
      state: 'error',
      error: { condition: 'media-unreachable' },
      currentTime: 0,
    }),
  }),
  'no-artwork': remote({
    media: {
      ...idle,
      state: 'playing',
      currentTime: 12,
      source: { uri: 'http://192.168.1.5/films/Sommerferien%202019.mp4' },
    },
  }),
  reconnecting: remote({
    link: { status: 'stale', reason: { code: 'timeout', message: '' } },
    media: playing(lights),
  }),
  'reconnecting-idle': remote({ link: { status: 'stale' }, media: idle }),
  offline: remote({ link: { status: 'stale' }, media: playing(harbour) }, (store) => {
    store.online.value = false;
  }),
  'tv-off': remote({ tv: 'absent', media: playing(lights) }),
  unpaired: remote({ link: { status: 'lost', reason: { code: 'unpaired', message: '' } } }),
  conflict: remote({ link: { status: 'lost', reason: { code: 'conflict', message: '' } } }),
  lost: remote({
    link: {
      status: 'lost',
      reason: {
        code: 'protocol',
        message: 'What answers there is not a TV that this app understands.',
      },
    },
  }),
  refused: remote(
    {
      media: playing(lights),
      answers: new Error('Somebody has to press a button on the TV first.'),
    },
    (store) => {
      store.play();
    },
  ),
  switcher: remote({ media: playing(harbour) }),
  'long-title': remote({
    name: 'Gemeinschaftswohnzimmer im Erdgeschoss',
    media: playing(lights, {
      state: 'paused',
      by: 'Maximilians Mobiltelefon aus dem Arbeitszimmer',
      metadata: {
        ...lights.metadata,
        title: long,
        artist: 'Gesellschaft für Binnenschifffahrtsfilmgeschichte',
      },
    }),
  }),
  rtl: remote({
    name: 'غرفة المعيشة',
    media: playing(harbour, {
      metadata: {
        ...harbour.metadata,
        title: 'الميناء عند الغسق',
        artist: 'القوارب تعود إلى الوطن',
      },
    }),
  }),
};
