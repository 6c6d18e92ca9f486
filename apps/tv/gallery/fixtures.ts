import {
  type ApprovalRequest,
  defaultPermissions,
  encodeOfferUrl,
  type KnownRemote,
  type MediaState,
  type PairingStatus,
  type Role,
} from '@fjern/protocol';
import type { ScreenStore } from '../src/state/screen.ts';

/** Every state of the screen, reached as in life: by what the outside reports and the viewer does. */
export const now = Date.UTC(2026, 10, 24, 20, 14, 7);

const key = 'A'.repeat(43);
const grant = (role: Role) => ({
  role,
  ...defaultPermissions[role],
  ...(role === 'guest' ? { expires: now + 82_800_000, untilStandby: true } : {}),
});

const anna: KnownRemote = {
  id: 'a1',
  key,
  grant: grant('owner'),
  name: 'Anna’s phone',
  kind: 'phone',
  pairedAt: now - 86_400_000 * 21,
  online: true,
};
const jonas: KnownRemote = {
  id: 'j1',
  key,
  grant: grant('member'),
  lastSeen: now - 7_200_000,
  name: 'Jonas’ Küchentablet',
  kind: 'tablet',
  pairedAt: now - 86_400_000 * 3,
  online: false,
};
const work: KnownRemote = {
  id: 'w1',
  key,
  grant: grant('member'),
  name: 'ThinkPad im Arbeitszimmer mit einem sehr langen Namen zur Probe',
  kind: 'computer',
  pairedAt: now - 86_400_000 * 180,
  online: true,
};
const guest: KnownRemote = {
  id: 'g1',
  key,
  grant: grant('guest'),
  lastSeen: now - 360_000,
  name: 'هاتف ليلى',
  kind: 'phone',
  pairedAt: now - 3_600_000,
  online: false,
};

const offer = {
  url: encodeOfferUrl({
    origin: 'http://192.168.1.20:7120',
    tv: 'tv@k7q3v9m2x4.local',
    fingerprint: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
    secret: 'mB1zXyQ2w3E4r5T6y7U8iA',
    id: 'x7Kp2Q',
    expires: now + 252_000,
    name: 'Living room',
  }),
  pin: '483201',
  role: 'member' as Role,
  expires: now + 252_000,
};

const request = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'r1',
  name: 'Mira’s phone',
  kind: 'phone',
  role: 'member',
  expires: now + 42_000,
  ...more,
});

const pairing = (remotes: KnownRemote[], name = 'Living room'): PairingStatus => ({
  name,
  offer,
  requests: [],
  remotes,
  revoked: [],
});

const media = (state: MediaState['state'], more: Partial<MediaState> = {}): MediaState => ({
  state,
  currentTime: 2837,
  at: 0,
  playbackRate: 1,
  duration: 5412,
  source: { uri: '/media/northern-lights.mp4', type: 'video/mp4' },
  metadata: {
    title: 'Northern Lights',
    artist: 'Fjern Originals',
    album: 'First Light',
    artwork: [{ src: picture }],
  },
  ...more,
});

/** A picture to stand for the film, drawn so that the gallery needs no file. */
export const picture = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" preserveAspectRatio="xMidYMid slice">
<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#0b1430"/><stop offset=".55" stop-color="#2b4a68"/><stop offset="1" stop-color="#e2a072"/></linearGradient>
<linearGradient id="l" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#7de3b1" stop-opacity="0"/><stop offset=".5" stop-color="#8ff0c0" stop-opacity=".65"/><stop offset="1" stop-color="#9fb4ff" stop-opacity="0"/></linearGradient></defs>
<rect width="960" height="540" fill="url(#s)"/><path d="M0 210C180 60 340 260 520 120S840 60 960 170V90C800 20 700 60 520 60S180 20 0 120Z" fill="url(#l)"/>
<path d="M0 420 150 300l90 70 130-140 160 170 110-90 170 130 150-60V540H0Z" fill="#101a26"/><path d="M0 470q240-50 480 0t480-10v80H0Z" fill="#0a1119"/></svg>`)}`;

const long = 'Die Geschichte der nordnorwegischen Küstenschifffahrtsgesellschaft';
const rtl = 'رحلة إلى أضواء الشمال: حكاية ليلة طويلة على الساحل';

const online = (store: ScreenStore, remotes: KnownRemote[] = [anna, jonas]) => {
  store.linkChanged({ status: 'online' });
  store.pairingChanged(pairing(remotes));
};

const watching = (store: ScreenStore, more: Partial<MediaState> = {}) => {
  online(store);
  store.mediaChanged(media('loading', more));
  store.mediaChanged(media('playing', more));
};

/** `settle` lets all timers run out. */
export const states: Record<string, (store: ScreenStore, settle: () => void) => void> = {
  'no-token': (store) => store.linkChanged({ status: 'no-token' }),
  connecting: (store) => {
    store.name.value = 'Living room';
  },
  offline: (store) => {
    store.name.value = 'Living room';
    store.linkChanged({ status: 'waiting' });
  },
  refused: (store) => store.linkChanged({ status: 'refused' }),
  unsealed: (store) => {
    store.name.value = 'Living room';
    store.linkChanged({ status: 'unsealed' });
  },
  stopped: (store) => store.linkChanged({ status: 'stopped' }),
  conflict: (store) => store.linkChanged({ status: 'conflict' }),

  'idle-first': (store) => online(store, []),
  'idle-renamed': (store) => {
    online(store, []);
    store.pairingChanged({
      ...pairing([]),
      name: 'Living room (2)',
      renamedFrom: 'Living room',
    });
  },
  'idle-no-code': (store) => {
    store.linkChanged({ status: 'online' });
    const { offer: _, ...closed } = pairing([]);
    store.pairingChanged(closed);
  },
  'idle-wrong-code': (store) => {
    online(store, []);
    store.pairingChanged({ ...pairing([]), refused: { at: now } });
  },
  'idle-locked': (store) => {
    online(store, []);
    store.pairingChanged({ ...pairing([]), refused: { at: now, lockedUntil: now + 42_000 } });
  },
  'idle-greeting': (store) => {
    online(store, []);
    store.pairingChanged(pairing([anna]));
  },
  'idle-paired': (store) => online(store),
  'idle-paired-wrong-code': (store) => {
    online(store);
    store.pairingChanged({ ...pairing([anna, jonas]), refused: { at: now } });
  },
  'idle-paired-long': (store) => {
    store.linkChanged({ status: 'online' });
    store.pairingChanged(
      pairing(
        [work, guest, anna, jonas],
        'Wohnzimmerfernseher im Obergeschoss links neben dem Kamin',
      ),
    );
  },
  'idle-paired-greeting-long': (store) => {
    online(store, [anna]);
    store.pairingChanged(pairing([anna, work]));
  },
  'idle-stopped': (store) => {
    watching(store);
    store.mediaChanged(media('idle', { by: 'Anna’s phone' }));
  },
  remotes: (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
  },
  'remotes-many': (store) => {
    online(
      store,
      Array.from({ length: 12 }, (_, i) => ({ ...anna, id: `r${i}`, name: `Phone ${i + 1}` })),
    );
    store.openRemotes();
  },
  'remotes-empty': (store) => {
    online(store, []);
    store.openRemotes();
  },
  'remotes-one': (store) => {
    online(store, [anna]);
    store.openRemotes();
    store.openRemote(anna.id);
  },
  'remotes-wrong-code': (store) => {
    online(store, [anna, jonas]);
    store.openRemotes();
    store.pairingChanged({ ...pairing([anna, jonas]), refused: { at: now } });
  },
  'remotes-actions': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(jonas.id);
  },
  'remotes-actions-long': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(work.id);
  },
  'remotes-actions-guest': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(guest.id);
  },
  'remotes-rename': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(jonas.id);
    store.askForName(jonas.id);
  },
  'remotes-rename-long': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(work.id);
    store.askForName(work.id);
  },
  'remotes-rename-rtl': (store) => {
    online(store, [anna, jonas, work, guest]);
    store.openRemotes();
    store.openRemote(guest.id);
    store.askForName(guest.id);
  },
  'remotes-confirm': (store) => {
    online(store, [anna, jonas, work]);
    store.openRemotes();
    store.openRemote(work.id);
    store.askToRemove(work.id);
  },
  'remotes-confirm-owner': (store) => {
    online(store, [anna, jonas, work]);
    store.openRemotes();
    store.openRemote(anna.id);
    store.askToRemove(anna.id);
  },
  'remotes-add': (store) => {
    online(store, [anna, jonas]);
    store.openRemotes();
    store.askWhomToInvite();
  },
  invite: (store) => {
    online(store, [anna, jonas]);
    store.openRemotes();
    store.showInvitation();
  },
  'invite-guest': (store) => {
    online(store, [anna, jonas]);
    store.openRemotes();
    store.showInvitation();
    store.pairingChanged({ ...pairing([anna, jonas]), offer: { ...offer, role: 'guest' } });
  },
  'invite-locked': (store) => {
    online(store, [anna, jonas]);
    store.openRemotes();
    store.showInvitation();
    const refused = { at: now, lockedUntil: now + 42_000 };
    store.pairingChanged({ ...pairing([anna, jonas]), refused });
  },
  'idle-paired-guest-code': (store) => {
    online(store);
    store.pairingChanged({ ...pairing([anna, jonas]), offer: { ...offer, role: 'guest' } });
  },
  'idle-greeting-guest': (store) => {
    online(store, [anna]);
    store.pairingChanged(pairing([anna, guest]));
  },

  'approval-playing': (store, settle) => {
    watching(store);
    settle();
    store.pairingChanged({ ...pairing([anna, jonas]), requests: [request()] });
    settle();
  },
  'approval-settling': (store, settle) => {
    watching(store);
    settle();
    store.pairingChanged({ ...pairing([anna, jonas]), requests: [request()] });
  },
  'approval-idle': (store, settle) => {
    online(store);
    const second = request({ id: 'r2' });
    store.pairingChanged({ ...pairing([anna, jonas]), requests: [request(), second] });
    settle();
  },
  'approval-long': (store, settle) => {
    online(store);
    const requests = [request({ name: work.name, kind: 'computer', expires: now + 9_000 })];
    store.pairingChanged({ ...pairing([anna, jonas]), requests });
    settle();
  },
  'approval-guest': (store, settle) => {
    watching(store);
    store.mediaChanged(media('paused', { by: 'Anna’s phone' }));
    const requests = [request({ name: guest.name, kind: 'tablet', role: 'guest' })];
    store.pairingChanged({ ...pairing([anna, jonas]), requests });
    settle();
  },
  'approval-failed': (store, settle) => {
    watching(store);
    store.pairingChanged({ ...pairing([anna, jonas]), requests: [request()] });
    settle();
    store.answeringQuestion('failed');
  },

  loading: (store) => {
    online(store);
    store.mediaChanged(media('loading', { by: 'Anna’s phone' }));
  },
  'loading-bare': (store) => {
    online(store);
    store.mediaChanged(media('loading', { metadata: { title: long } }));
  },
  playing: (store, settle) => {
    watching(store);
    settle();
  },
  'playing-started': (store) => watching(store, { by: 'Anna’s phone' }),
  'playing-sought': (store) => {
    watching(store);
    store.mediaChanged(media('playing', { currentTime: 4000, by: 'Jonas’ Küchentablet' }));
  },
  'playing-volume': (store) => {
    watching(store);
    store.volumeChanged({ level: 0.4, muted: false, by: 'Anna’s phone' });
  },
  'playing-long': (store) => {
    const metadata = {
      title: long,
      artist: 'Norddeutscher Rundfunk, Landesfunkhaus Schleswig-Holstein',
    };
    watching(store, { metadata });
    store.mediaChanged(
      media('playing', { metadata, currentTime: 12, by: work.name, playbackRate: 1.5 }),
    );
  },
  'playing-live': (store) => {
    watching(store, { live: true, metadata: { title: 'Tagesschau24', artist: 'ARD' } });
    store.volumeChanged({ level: 1, muted: true });
  },
  'playing-cut-off': (store, settle) => {
    watching(store);
    store.linkChanged({ status: 'waiting' });
    settle();
  },
  'playing-wrong-code': (store, settle) => {
    watching(store);
    settle();
    store.pairingChanged({ ...pairing([anna, jonas]), refused: { at: now } });
  },
  'playing-locked': (store, settle) => {
    watching(store);
    settle();
    const refused = { at: now, lockedUntil: now + 10_000 };
    store.pairingChanged({ ...pairing([anna, jonas]), refused });
  },
  'playing-paired': (store, settle) => {
    watching(store);
    settle();
    store.pairingChanged(pairing([anna, jonas, work]));
  },
  'playing-leaving': (store) => {
    watching(store);
    store.warnOfLeaving();
  },
  paused: (store) => {
    watching(store);
    store.mediaChanged(media('paused', { by: 'Anna’s phone' }));
  },
  'paused-rtl': (store) => {
    const metadata = { title: rtl, artist: 'القناة الوثائقية' };
    watching(store, { metadata });
    store.mediaChanged(media('paused', { metadata, by: guest.name }));
  },
  buffering: (store, settle) => {
    watching(store);
    settle();
    store.mediaChanged(media('buffering'));
  },
  start: (store) => {
    watching(store);
    store.mediaChanged(media('paused'));
    store.startNeeded(true);
  },
  ended: (store) => {
    watching(store);
    store.mediaChanged(media('ended', { currentTime: 5412 }));
  },
  'ended-long': (store) => {
    watching(store, { metadata: { title: long } });
    store.mediaChanged(media('ended', { metadata: { title: long } }));
  },
  error: (store) => {
    online(store);
    store.mediaChanged(media('error', { error: { condition: 'media-unreachable' } }));
  },
  'error-format': (store) => {
    online(store);
    const uri =
      'https://mediathek.example.org/sendungen/2026/11/kuestenschifffahrtsgesellschaft-folge-12.mkv';
    const error = media('error', { error: { condition: 'media-unsupported' }, source: { uri } });
    delete error.metadata;
    store.mediaChanged(error);
  },
};
