import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningBox, startBox } from '../support/box.ts';
import { launchBrowser, openPhone, openTv, readCode, until } from '../support/browser.ts';
import { type BreakableNetwork, startNetwork } from '../support/network.ts';
import {
  clip,
  connected,
  linkState,
  load,
  longClip,
  press,
  seriousViolations,
  type VideoState,
  video,
  videoIs as videoOf,
} from '../support/pages.ts';

// The main job in a real browser: a phone reads the code off the TV's screen and controls real video.

let browser: Browser;
let box: RunningBox;
let network: BreakableNetwork;
let tv: Page;
let phone: Page;
/** Errors that a page did not expect. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  complaints = [];
  box = await startBox();
  network = await startNetwork(() => box.port);
  tv = await openTv(browser, box.tvUrl);
  watch('TV', tv);
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await network.close();
  await box.stop();
  expect(complaints).toEqual([]);
});

function watch(name: string, page: Page): void {
  page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`));
}

/** What a camera reads off the TV's screen. */
async function scanCode(): Promise<string> {
  const url = await until('a code on the screen', () => readCode(tv));
  expect(url.length).toBeGreaterThanOrEqual(120);
  expect(url.length).toBeLessThanOrEqual(200);
  expect((await box.event('offer', (event) => event.url === url)).url).toBe(url);
  return url;
}

/** The code on the screen as the box reports it, for the tests that are not about the camera. */
async function shownCode(): Promise<string> {
  return (await box.event('offer')).url as string;
}

async function pairPhone(code: Promise<string>): Promise<Page> {
  // Through the network that the test can break.
  const url = (await code).replace(`127.0.0.1:${box.port}`, `127.0.0.1:${network.port}`);
  const page = await openPhone(browser, url);
  watch('phone', page);
  await connected(page);
  return page;
}

const videoIs = (what: string, fits: (state: VideoState) => boolean) => videoOf(tv, what, fits);

async function playLongClip(): Promise<void> {
  await load(phone, (await longClip(box)).uri);
  await videoIs('the clip plays', ({ paused, currentTime }) => !paused && currentTime > 0.2);
  await phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
}

const position = async (page: Page) =>
  Number(await page.getByRole('slider', { name: 'Position' }).inputValue());

describe('a phone that read the code', () => {
  it('controls the real video: play, pause, seek, rate, volume, mute', async () => {
    phone = await pairPhone(scanCode());
    await box.event('paired');
    await playLongClip();

    await press(phone, 'Pause');
    await videoIs('paused', ({ paused }) => paused);
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();

    await phone.getByRole('slider', { name: 'Position' }).fill('12.5');
    const sought = await videoIs('sought', ({ currentTime }) => Math.abs(currentTime - 12.5) < 5);
    expect(Math.abs(sought.currentTime - 12.5)).toBeLessThanOrEqual(0.1);

    await press(phone, 'Play');
    await videoIs('plays on', ({ paused, currentTime }) => !paused && currentTime > 12.6);
    // Both run: the phone shows what the TV plays, to a tenth of a second or so.
    const difference = (await position(phone)) - (await video(tv)).currentTime;
    expect(Math.abs(difference)).toBeLessThan(0.4);

    await phone.getByRole('slider', { name: 'Volume' }).fill('0.3');
    await videoIs('quieter', ({ volume }) => Math.abs(volume - 0.3) < 0.005);
    await press(phone, 'Mute');
    await videoIs('muted', ({ muted }) => muted);
    await press(phone, 'Unmute');
    await videoIs('not muted', ({ muted }) => !muted);

    await phone.getByLabel('Speed').selectOption('1.5');
    await videoIs('faster', ({ rate }) => rate === 1.5);

    await press(phone, 'Stop');
    await videoIs('stopped', ({ src, paused }) => paused || src === '');
  });
});

describe('a paired phone', () => {
  beforeEach(async () => {
    phone = await pairPhone(shownCode());
  });

  it('sees what happens at the TV itself', async () => {
    await playLongClip();
    await tv.keyboard.press('MediaPlayPause');
    await videoIs('paused at the TV', ({ paused }) => paused);
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });

  it('sees the end of the media, and what could not be played', async () => {
    const short = await clip(box, ({ duration }) => duration <= 12);
    await load(phone, short.uri);
    await videoIs('plays', ({ paused, currentTime }) => !paused && currentTime > 0.1);
    await phone.getByRole('slider', { name: 'Position' }).fill(String(short.duration - 0.5));
    await videoIs('ended', ({ ended }) => ended);
    const ended = await box.event(
      'state',
      ({ facet, value }) => facet === 'media' && (value as { state: string }).state === 'ended',
    );
    expect(ended).toBeTruthy();
    const states = box.events.flatMap(({ event, facet, value }) =>
      event === 'state' && facet === 'media' ? [(value as { state: string }).state] : [],
    );
    // The browser says "pause" before "ended"; nobody paused.
    expect(states.slice(0, states.lastIndexOf('ended'))).not.toContain('paused');

    await load(phone, '/media/there-is-no-such-file.mp4');
    await phone
      .getByText(/could not|can.t|cannot|unreachable|not reach|did not/i)
      .first()
      .waitFor();
    await box.event(
      'state',
      ({ facet, value }) => facet === 'media' && (value as { state: string }).state === 'error',
    );
    expect(await tv.locator('body').textContent()).toMatch(
      /can.t|cannot|could not|not reach|did not/i,
    );
  });

  it('learns that the TV’s viewer removed it', async () => {
    await press(tv, 'Manage remotes');
    await tv
      .getByRole('button', { name: /Connected now/ })
      .first()
      .click();
    const dialog = tv.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Remove/ }).click();
    await dialog.getByRole('heading', { name: /^Remove .*\?$/ }).waitFor();
    await press(tv, 'Remove');
    await box.event('revoked');
    await phone.getByRole('heading', { name: 'Living room removed this phone' }).waitFor();
    await phone
      .getByText(/^Somebody at the TV removed this phone from Living room at \d?\d:\d\d.*\.$/)
      .waitFor();
  });

  it('agrees with a second phone', async () => {
    const second = await pairPhone(shownCode());
    await playLongClip();
    await second.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await press(second, 'Pause');
    await videoIs('paused', ({ paused }) => paused);
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await phone.getByRole('slider', { name: 'Volume' }).fill('0.6');
    await until('the volume on the other phone', async () => {
      const value = Number(await second.getByRole('slider', { name: 'Volume' }).inputValue());
      return Math.abs(value - 0.6) < 0.01;
    });
  });
});

describe('after a break everything is right again, without a reload', () => {
  beforeEach(async () => {
    phone = await pairPhone(shownCode());
  });

  it('when the phone’s network goes and comes back', async () => {
    await playLongClip();
    network.shut();
    await linkState(phone, /reconnecting|connection lost|offline/i);
    expect((await video(tv)).paused).toBe(false);
    await tv.keyboard.press('MediaPlayPause');
    await videoIs('paused meanwhile', ({ paused }) => paused);
    network.open();
    await connected(phone);
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await press(phone, 'Play');
    await videoIs('plays on', ({ paused }) => !paused);
  });

  it('when the hub is killed and started again', async () => {
    await playLongClip();
    const { port, dataDir } = box;
    box.process.kill('SIGKILL');
    await linkState(phone, /reconnecting|connection lost|offline/i);
    expect((await video(tv)).paused).toBe(false);
    box = await startBox({ port, dataDir });
    await connected(phone);
    await phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await press(phone, 'Pause');
    await videoIs('paused', ({ paused }) => paused);
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });

  it('when the TV page is closed and opened again', async () => {
    await playLongClip();
    await tv.context().close();
    await phone
      .getByText(/TV is off|asleep|not open|gone|away/i)
      .first()
      .waitFor();
    tv = await openTv(browser, box.tvUrl);
    watch('TV', tv);
    await connected(phone);
    await load(phone, (await longClip(box)).uri);
    await videoIs('plays', ({ paused, currentTime }) => !paused && currentTime > 0.1);
  });

  it('when the phone’s page is reloaded: it is live at once, and the TV plays on', async () => {
    await playLongClip();
    await phone.reload();
    await connected(phone);
    await phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    expect((await video(tv)).paused).toBe(false);
    expect(phone.url()).not.toContain('s=');
  });
});

describe('a code', () => {
  it('works once', async () => {
    const used = await shownCode();
    await pairPhone(Promise.resolve(used));
    const next = await box.event('offer', ({ url }) => url !== used);
    expect(next.url).not.toBe(used);
    const late = await openPhone(browser, used);
    watch('late phone', late);
    await late.getByRole('heading', { name: /used already/i }).waitFor();
  });

  it('that is not one gets the phone a sentence, not a blank page', async () => {
    const url = (await shownCode()).replace(/s=[^&]+/, `s=${'A'.repeat(22)}`);
    const lost = await openPhone(browser, url);
    watch('lost phone', lost);
    await lost.getByRole('heading', { name: /does not know this code/i }).waitFor();
  });
});

describe('both pages', () => {
  it('have nothing serious for axe to find', async () => {
    phone = await pairPhone(shownCode());
    for (const page of [tv, phone]) {
      expect(await seriousViolations(page)).toEqual([]);
    }
  });
});
