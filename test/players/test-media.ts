import type { TestMedia } from '@fjern/tv/conformance';

/** Where the media server has what players are tested with. */
export const base = '/test-media/';

/** @param origin such as `http://127.0.0.1:8080`; absent for addresses without one */
export function testMedia(origin = ''): Required<Omit<TestMedia, 'live'>> {
  const at = (name: string) => `${origin}${base}${name}`;
  return {
    film: at('film.mp4'),
    short: at('short.mp4'),
    missing: at('missing.mp4'),
    unsupported: at('page.html'),
    damaged: at('damaged.mp4'),
    stalled: at('stalled.mp4'),
  };
}
