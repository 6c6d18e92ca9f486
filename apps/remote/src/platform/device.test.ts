import { expect, test } from 'vitest';
import { describeDevice } from './device.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test.each([
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15',
    5,
    'iPhone',
    'phone',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15', 5, 'iPad', 'tablet'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15', 0, 'Mac', 'computer'],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/130.0.0.0 Mobile Safari/537.36`,
    5,
    'Android phone',
    'phone',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/130.0.0.0 Safari/537.36`,
    5,
    'Android tablet',
    'tablet',
  ],
  [
    `Mozilla/5.0 (Linux; Android 12; Pixel 6 Build/SP2A) ${webkit} Chrome/99.0 Mobile Safari/537.36`,
    5,
    'Pixel 6',
    'phone',
  ],
  [
    'Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0',
    5,
    'Android phone',
    'phone',
  ],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 0, 'Windows PC', 'computer'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 0, 'Linux PC', 'computer'],
  ['curl', 0, 'Browser', 'other'],
] as const)('%s', (userAgent, maxTouchPoints, name, kind) => {
  expect(describeDevice({ userAgent, maxTouchPoints })).toEqual({ name, kind });
});
