import {
  encodeOfferUrl,
  type MediaState,
  type PairedRemote,
  type PairingStatus,
} from '@fjern/protocol';
import type { ScreenStore } from '../src/state/screen.ts';

/** Every state of the screen, reached as in life: by what the outside reports and the viewer does. */
export const now = Date.UTC(2026, 10, 24, 20, 14, 7);

const anna: PairedRemote = {
  id: 'a1',
  name: 'Anna’s phone',
  kind: 'phone',
  pairedAt: now - 86_400_000 * 21,
  online: true,
};
const jonas: PairedRemote = {
  id: 'j1',
  name: 'Jonas’ Küchentablet',
  kind: 'tablet',
  pairedAt: now - 86_400_000 * 3,
  online: false,
};
const work: PairedRemote = {
  id: 'w1',
  name: 'ThinkPad im Arbeitszimmer mit einem sehr langen Namen zur Probe',
  kind: 'computer',
  pairedAt: now - 86_400_000 * 180,
  online: true,
};
const guest: PairedRemote = {
  id: 'g1',
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
    expires: now + 252_000,
    name: 'Living room',
  }),
  expires: now + 252_000,
};

const pairing = (remotes: PairedRemote[], name = 'Living room'): PairingStatus => ({
  name,
  offer,
  remotes,
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

const online = (store: ScreenStore, remotes: PairedRemote[] = [anna, jonas]) => {
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
  stopped: (store) => store.linkChanged({ status: 'stopped' }),
  conflict: (store) => store.linkChanged({ status: 'conflict' }),

  'idle-first': (store) => online(store, []),
  'idle-no-code': (store) => {
    store.linkChanged({ status: 'online' });
    store.pairingChanged({ name: 'Living room', remotes: [] });
  },
  'idle-wrong-code': (store) => {
    online(store, []);
    store.pairingChanged({ ...pairing([]), refused: { at: now } });
  },
  'idle-locked': (store) => {
    online(store, []);
    store.pairingChanged({ ...pairing([]), refused: { at: now, lockedUntil: now + 10_000 } });
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
  'remotes-confirm': (store) => {
    online(store, [anna, jonas, work]);
    store.openRemotes();
    store.askToRemove(work);
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
