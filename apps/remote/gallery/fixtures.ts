import {
  type Catalogue,
  type CatalogueItem,
  defaultPermissions,
  type Grant,
  type MediaState,
  type PairedRemote,
  type Revocation,
  type Role,
  type VolumeState,
} from '@fjern/protocol';
import type { KnownTv } from '@fjern/remote';
import type { OutdatedTv, StoredTv } from '@fjern/remote/store';
import { signal } from '@preact/signals';
import type { App, OtherTvs, Screen } from '../src/state/app.ts';
import { distinctions } from '../src/state/others.ts';
import type { PairProblem, Place } from '../src/state/pairing.ts';
import { RemoteStore } from '../src/state/remote.ts';
import type { LinkState, TvRemote } from '../src/state/tv-remote.ts';
import type { OpenSheet } from '../src/views/app.tsx';

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
  grant?: Grant | undefined;
  remotes?: readonly PairedRemote[] | 'never' | Error;
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
    grant: 'grant' in situation ? situation.grant : grant('owner'),
    generation: 7,
    remotes: {
      list: () => listed(situation.remotes ?? household),
      rename: answer,
      setRole: answer,
      revoke: answer,
    },
    service: 'ws://192.168.1.20:7120/xmpp-websocket',
    moveTo: () => {},
    watch: () => () => {},
    onRollback: () => () => {},
    unpair: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function listed(remotes: readonly PairedRemote[] | 'never' | Error): Promise<PairedRemote[]> {
  if (remotes === 'never') return never;
  return remotes instanceof Error ? Promise.reject(remotes) : Promise.resolve([...remotes]);
}

const now = Date.now();
const hour = 3_600_000;
const evening = new Date(now).setHours(22, 30, 0, 0);

function grant(role: Role, more: Partial<Grant> = {}): Grant {
  return { role, ...defaultPermissions[role], ...more };
}

const guest = grant('guest', { expires: evening });

const household: PairedRemote[] = [
  {
    id: 'me',
    name: 'Anna’s phone',
    kind: 'phone',
    grant: grant('owner'),
    pairedAt: now - 90 * 24 * hour,
    lastSeen: now,
    online: true,
    own: true,
  },
  {
    id: 'b',
    name: 'Ben’s iPad',
    kind: 'tablet',
    grant: grant('member'),
    pairedAt: now - 30 * 24 * hour,
    lastSeen: now,
    online: true,
  },
  {
    id: 'c',
    name: 'Lars',
    kind: 'phone',
    grant: guest,
    pairedAt: now - 4 * hour,
    lastSeen: now - 2 * hour,
    online: false,
  },
  {
    id: 'd',
    name: 'Laptop aus dem Arbeitszimmer im Dachgeschoss',
    kind: 'computer',
    grant: grant('member'),
    pairedAt: now - 60 * 24 * hour,
    lastSeen: now - 26 * hour,
    online: false,
  },
  {
    id: 'e',
    name: 'هاتف ليلى',
    kind: 'phone',
    grant: grant('member'),
    pairedAt: now - 200 * 24 * hour,
    lastSeen: now - 40 * 24 * hour,
    online: false,
  },
];

function known(id: string, name: string): KnownTv {
  const key = 'k'.repeat(43);
  return {
    tv: `tv@${id}.local`,
    name,
    fingerprint: key,
    service: 'ws://192.168.1.20:7120/xmpp-websocket',
    domain: `${id}.local`,
    jid: `me@${id}.local`,
    token: 't',
    pairing: `${id}.local`,
    tvKey: key,
    key: { public: key, private: key },
  };
}

/** What is known of TVs beside the one on the screen. */
interface Around {
  links?: Record<string, Situation>;
  slow?: string[];
  age?: Record<string, string>;
  replaced?: Record<string, Place>;
  seen?: Record<string, number>;
  places?: Place[];
  looking?: boolean;
}

function otherTvs(known: readonly StoredTv[], situation: Around): OtherTvs {
  const links = new Map<string, RemoteStore>();
  for (const [id, each] of Object.entries(situation.links ?? {})) {
    const store = new RemoteStore(fakeRemote(each));
    store.slow.value = situation.slow?.includes(id) ?? false;
    store.age.value = situation.age?.[id];
    store.replaced.value = situation.replaced?.[id];
    links.set(`tv@${id}.local`, store);
  }
  const places = situation.places ?? [];
  return {
    around: signal({ status: situation.looking ? 'looking' : 'done', tvs: places }),
    marks: signal(distinctions([...known, ...places])),
    linkOf: (tv) => links.get(tv),
    seenAt: (tv) => situation.seen?.[tv],
    lookAround: async () => {},
    open: () => {
      throw new Error('There is no TV behind the gallery.');
    },
    take: () => undefined,
    keep: () => false,
    ask: async () => undefined,
    stableUrl: async () => undefined,
    close: () => {},
  };
}

const withOthers =
  (known: StoredTv[], situation: Around = {}): Given =>
  (app) => {
    app.tvs.value = known;
    app.others.value = otherTvs(known, situation);
  };

const place = (id: string, name: string, address: string): Place => ({
  origin: `http://${address}:7120`,
  domain: `${id}.local`,
  name,
});

const away: Situation = { link: { status: 'connecting' }, tv: 'unknown', media: undefined };

const { pairing: _, tvKey: _tvKey, key: _key, ...attic } = known('d', 'Attic');
const outdated: OutdatedTv = { ...attic, outdated: true };

export const tvs: StoredTv[] = [
  known('a', 'Living room'),
  known('b', 'Bedroom'),
  known('c', 'Gemeinschaftswohnzimmer im Erdgeschoss'),
  outdated,
];

const box = { domain: 'a.local', name: 'Living room' };

/** Before the page is shown in that state. */
type Given = (app: App) => void;

export interface State {
  screen: () => Screen;
  given?: Given;
  sheet?: OpenSheet;
  /** Is tapped before the picture is taken, one after the other: accessible names of buttons. */
  tap?: string[];
}

function remote(situation: Situation, then: (store: RemoteStore) => void = () => {}): () => Screen {
  return () => {
    const store = new RemoteStore(fakeRemote(situation));
    then(store);
    return { name: 'remote', tv: known('a', situation.name ?? 'Living room'), remote: store };
  };
}

const problem =
  (code: PairProblem, again = false, until?: number) =>
  (): Screen => ({
    name: 'problem',
    problem: code,
    tv: 'Living room',
    ...(until === undefined ? {} : { until }),
    ...(again ? { again: () => {} } : {}),
  });

const connect = (tv?: StoredTv) => (): Screen => ({ name: 'connect', ...(tv ? { tv } : {}) });

/** Of a phone that knows no TV. */
const fresh: Given = (app) => {
  app.tvs.value = [];
  app.box.value = box;
};

const pinFailed =
  (code: PairProblem, until?: number): Given =>
  (app) => {
    fresh(app);
    app.pin.value = {
      status: 'failed',
      problem: code,
      ...(until === undefined ? {} : { until }),
    };
  };

const unpaired = (revocation?: Revocation, message = '') =>
  remote({
    link: {
      status: 'lost',
      reason: { code: 'unpaired', message, ...(revocation ? { revocation } : {}) },
    },
  });

const november = new Date(2026, 10, 21, 20, 15).getTime();

const long = 'Donaudampfschifffahrtsgesellschaftskapitän: Die letzte Fahrt';

const screens: Record<string, () => Screen> = {
  opening: () => ({ name: 'opening' }),
  pairing: () => ({ name: 'pairing', tv: 'Living room', step: 'working' }),
  approval: () => ({ name: 'pairing', tv: 'Living room', step: 'approval' }),
  declined: problem('declined'),
  'approval-timeout': problem('approval-timeout', true),
  impostor: problem('impostor'),
  'code-expired': problem('code-expired'),
  'code-used': problem('code-used'),
  'code-wrong': problem('code-wrong'),
  'pairing-closed': problem('pairing-closed'),
  locked: problem('locked', true, now + 240_000),
  unreachable: problem('unreachable', true),
  'newer-tv': problem('newer-tv'),
  storage: problem('storage', true),
  replaced: remote(away, (store) => {
    store.replaced.value = place('r', 'Bedroom', '192.168.1.20');
  }),
  'replaced-known': remote(
    { ...away, name: 'Living room', link: { status: 'stale' }, media: playing(lights) },
    (store) => {
      store.replaced.value = place('b', 'Bedroom', '192.168.1.20');
    },
  ),
  'replaced-long': remote({ ...away, name: long }, (store) => {
    store.replaced.value = place('r', long, '192.168.1.20');
  }),
  'impostor-answers': remote({
    ...away,
    link: { status: 'connecting', reason: { code: 'impostor', message: '' } },
  }),
  'from-before': remote(
    { link: { status: 'connecting' }, tv: 'unknown', media: playing(lights) },
    (store) => {
      store.age.value = '5 minutes ago';
    },
  ),
  'from-before-idle': remote(
    { link: { status: 'connecting' }, tv: 'unknown', media: idle },
    (store) => {
      store.age.value = '2 hours ago';
    },
  ),
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
  unpaired: unpaired(),
  'unpaired-hearsay': unpaired(
    undefined,
    '“Anna’s phone” removed this phone on 24 November 2026, 20:15.',
  ),
  revoked: unpaired({ at: november, reason: 'removed', by: 'Anna’s phone' }),
  'revoked-at-tv': unpaired({ at: november, reason: 'removed' }),
  'guest-over': unpaired({ at: evening, reason: 'expired' }),
  upgraded: unpaired({ at: november, reason: 'upgrade' }),
  guest: remote({ media: playing(harbour), grant: guest }),
  'guest-tap': remote({ media: playing(harbour), grant: guest }, (store) => {
    store.stop();
  }),
  'guest-idle': remote({ media: idle, grant: guest }),
  'guest-standby': remote({
    media: playing(lights),
    grant: grant('guest', { untilStandby: true, commands: ['play', 'pause'] }),
  }),
  'nothing-allowed': remote({
    media: playing(lights),
    grant: grant('guest', { commands: [] }),
  }),
  hidden: remote({
    media: undefined,
    grant: grant('guest', { facets: ['volume'], commands: ['setVolume', 'setMuted'] }),
  }),
  rollback: remote({ media: playing(harbour) }, (store) => {
    store.rolledBack.value = true;
  }),
  'rollback-member': remote({ media: playing(harbour), grant: grant('member') }, (store) => {
    store.rolledBack.value = true;
  }),
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

const owner = remote({ media: playing(harbour) });

const sameNames = [
  known('k7q2efgh', 'Living room'),
  known('k7q2abcd', 'Living room'),
  known('m3xoabcd', 'Living room'),
];
const sameName = (): Screen => ({
  name: 'remote',
  tv: known('k7q2efgh', 'Living room'),
  remote: new RemoteStore(fakeRemote({ media: playing(harbour) })),
});

export const states: Record<string, State> = {
  ...Object.fromEntries(
    Object.entries(screens).map(([name, screen]) => [name, { screen }] as const),
  ),
  connect: { screen: connect(), given: fresh },
  'connect-asking': {
    screen: connect(),
    given: (app) => {
      app.tvs.value = [];
    },
  },
  'connect-away': {
    screen: connect(),
    given: (app) => {
      app.tvs.value = [];
      app.box.value = 'away';
    },
  },
  'connect-scan-only': {
    screen: connect(),
    given: (app) => {
      app.tvs.value = [];
      app.box.value = 'none';
    },
  },
  'connect-name': { screen: connect(), given: fresh, tap: ['Change: Name of this phone'] },
  'connect-again': {
    screen: connect(known('a', 'Living room')),
    given: (app) => {
      app.box.value = box;
    },
  },
  'connect-outdated': {
    screen: connect(outdated),
    given: (app) => {
      app.box.value = box;
    },
  },
  'connect-store-trouble': {
    screen: connect(),
    given: (app) => {
      fresh(app);
      app.storeTrouble.value = 'The TVs were stored by a newer version of this page: reload it.';
    },
  },
  'pin-trying': {
    screen: connect(),
    given: (app) => {
      fresh(app);
      app.pin.value = { status: 'trying' };
    },
  },
  'pin-wrong': { screen: connect(), given: pinFailed('code-wrong') },
  'pin-locked': { screen: connect(), given: pinFailed('locked', now + 80_000) },
  'pin-closed': { screen: connect(), given: pinFailed('pairing-closed') },
  'pin-unreachable': { screen: connect(), given: pinFailed('unreachable') },
  switcher: { screen: owner, sheet: 'tvs' },
  'switcher-others': {
    screen: owner,
    sheet: 'tvs',
    given: withOthers(
      tvs.slice(0, 3).concat(known('e', 'Kitchen'), known('f', 'Guest room'), outdated),
      {
        links: {
          b: { name: 'Bedroom', media: playing(lights, { state: 'paused' }) },
          c: { name: 'Gemeinschaftswohnzimmer im Erdgeschoss', tv: 'absent', media: idle },
          e: { ...away, name: 'Kitchen' },
          f: { name: 'Guest room', link: { status: 'connecting' }, media: playing(lights) },
        },
        slow: ['e', 'f'],
        age: { f: '5 minutes ago' },
        places: [place('m3xo', 'Workshop', '192.168.1.31')],
      },
    ),
  },
  'switcher-same-names': {
    screen: sameName,
    sheet: 'tvs',
    given: withOthers(sameNames, {
      links: {
        k7q2abcd: { media: idle },
        m3xoabcd: {
          link: { status: 'connecting' },
          tv: 'unknown',
          media: undefined,
        },
      },
      replaced: { m3xoabcd: place('r', 'Bedroom', '192.168.1.20') },
      places: [place('zz4babcd', 'Living room', '192.168.1.44')],
    }),
  },
  'switcher-long': {
    screen: remote({ name: long, media: playing(harbour) }),
    sheet: 'tvs',
    given: withOthers(
      [known('a', long), known('b', 'غرفة المعيشة'), known('bb', 'غرفة المعيشة'), known('c', long)],
      {
        links: {
          b: {
            name: 'غرفة المعيشة',
            media: playing({ ...lights, metadata: { title: 'الميناء عند الغسق' } }),
          },
          bb: { name: 'غرفة المعيشة', media: playing({ ...lights, metadata: { title: long } }) },
          c: { name: long, link: { status: 'lost', reason: { code: 'unpaired', message: '' } } },
        },
        places: [place('q', long, '192.168.100.131'), place('r', 'مطبخ', '[fd00::21]')],
      },
    ),
  },
  'switcher-looking': {
    screen: owner,
    sheet: 'tvs',
    given: withOthers([known('a', 'Living room')], { looking: true }),
  },
  'switcher-alone': {
    screen: owner,
    sheet: 'tvs',
    given: withOthers([known('a', 'Living room')]),
  },
  'switcher-address': {
    screen: owner,
    sheet: 'tvs',
    given: withOthers([known('a', 'Living room')]),
    tap: ['summary: A TV is missing?'],
  },
  'same-name': {
    screen: sameName,
    given: withOthers(sameNames),
  },
  'pair-other': {
    screen: () => ({ name: 'connect', place: place('b', 'Bedroom', '192.168.1.21') }),
    given: (app) => {
      app.box.value = box;
    },
  },
  'pair-other-wrong': {
    screen: () => ({ name: 'connect', place: place('b', 'Bedroom', '192.168.1.21') }),
    given: (app) => {
      app.box.value = box;
      app.pin.value = { status: 'failed', problem: 'code-wrong' };
    },
  },
  'switcher-volatile': {
    screen: remote({ media: playing(harbour), grant: grant('member') }),
    sheet: 'tvs',
    given: (app) => {
      app.volatile.value = true;
    },
  },
  volatile: {
    screen: owner,
    given: (app) => {
      app.volatile.value = true;
    },
  },
  remotes: { screen: owner, sheet: 'remotes' },
  'remotes-edit': {
    screen: owner,
    sheet: 'remotes',
    tap: ['/Ben’s iPad/'],
  },
  'remotes-own': {
    screen: owner,
    sheet: 'remotes',
    tap: ['/Anna’s phone/'],
  },
  'remotes-remove': {
    screen: owner,
    sheet: 'remotes',
    tap: ['/Ben’s iPad/', 'Remove'],
  },
  'remotes-pending': {
    screen: remote({ media: playing(harbour), answers: 'never' }),
    sheet: 'remotes',
    tap: ['/Ben’s iPad/', 'Remove', 'Remove'],
  },
  'remotes-refused': {
    screen: remote({
      media: playing(harbour),
      answers: new Error('A TV needs an owner: make another remote the owner first.'),
    }),
    sheet: 'remotes',
    tap: ['/Ben’s iPad/', 'Remove', 'Remove'],
  },
  'remotes-loading': {
    screen: remote({ media: playing(harbour), remotes: 'never' }),
    sheet: 'remotes',
  },
  'remotes-failed': {
    screen: remote({ media: playing(harbour), remotes: new Error('The TV does not answer.') }),
    sheet: 'remotes',
  },
  'remotes-member': {
    screen: remote({
      media: playing(harbour),
      grant: grant('member'),
      remotes: [{ ...household[0], grant: grant('member') } as PairedRemote],
    }),
    sheet: 'remotes',
    tap: ['/Anna’s phone/'],
  },
  'remotes-leave': {
    screen: remote({
      media: playing(harbour),
      grant: guest,
      remotes: [{ ...household[0], grant: guest } as PairedRemote],
    }),
    sheet: 'remotes',
    tap: ['/Anna’s phone/', 'Leave this TV'],
  },
};
