import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { RunningBox } from '../support/box.ts';
import { launchBrowser, newPhone, until } from '../support/browser.ts';
import { connected, load, longClip, press } from '../support/pages.ts';
import {
  brightness,
  type Glass,
  readCode,
  startGlass,
  startMpvBox,
  type Witness,
  witness,
} from './television.ts';

/** For each test, on a machine that has no graphics and draws by hand. Milliseconds. */
const patience = 120_000;

// A TV without a browser: the phone page in Chromium, a box, and real mpv with a picture. What mpv says over a
// connection of the test's own is the truth.

let glass: Glass;
let browser: Browser;
let box: RunningBox;
let mpv: Witness;
/** Errors that a page did not expect. */
const complaints: string[] = [];

beforeAll(async () => {
  glass = await startGlass();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await glass.close();
});
vi.setConfig({ testTimeout: patience });

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  mpv.close();
  await box.stop();
  expect(complaints.splice(0)).toEqual([]);
});

async function start(args: string[] = []): Promise<void> {
  box = await startMpvBox(glass, { args });
  mpv = await witness(box);
}

async function openPhone(url: string, model = 'Pixel 8'): Promise<Page> {
  const phone = await newPhone(browser, model);
  phone.on('pageerror', (error) => complaints.push(`${model}: ${error.message}`));
  await phone.goto(url);
  return phone;
}

/** Points a phone's camera at the picture. */
async function scan(model?: string): Promise<Page> {
  const url = await until('a code in mpv’s picture', () => readCode(glass));
  expect((await box.event('offer', (event) => event.url === url)).url).toBe(url);
  return openPhone(url, model);
}

async function pairedPhone(): Promise<Page> {
  const phone = await openPhone(String((await box.event('offer')).url));
  await connected(phone);
  return phone;
}

const mpvHas = (property: string, fits: (value: unknown) => boolean) =>
  until(`${property} of mpv`, async () => fits(await mpv.get(property)));

const near = (wanted: number, tolerance: number) => (value: unknown) =>
  typeof value === 'number' && Math.abs(value - wanted) <= tolerance;

async function play(phone: Page): Promise<void> {
  await load(phone, (await longClip(box)).uri);
  await mpvHas('time-pos', (time) => typeof time === 'number' && time > 0.2);
  expect(await mpv.get('pause')).toBe(false);
  await phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
}

const shown = async (phone: Page) =>
  Number(await phone.getByRole('slider', { name: 'Position' }).inputValue());

const isCodeGone = async () => (await readCode(glass)) === undefined;
/** Of the part of the screen where the bar is. */
const bottom = async () => brightness(await glass.picture(), 480, 40);

it('a phone reads the code off mpv’s picture, and controls what mpv plays', async () => {
  await start();
  const phone = await scan();
  await connected(phone);
  await box.event('paired');

  await play(phone);
  await until('only the film on the screen', isCodeGone);

  // Both run: the phone shows what mpv plays.
  const [onPhone, inMpv] = await Promise.all([shown(phone), mpv.get('time-pos')]);
  expect(inMpv).toSatisfy(near(onPhone, 0.5));

  await press(phone, 'Pause');
  await mpvHas('pause', (paused) => paused === true);
  await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
  expect(await mpv.get('time-pos')).toSatisfy(near(await shown(phone), 0.5));

  await phone.getByRole('slider', { name: 'Position' }).fill('12.5');
  await mpvHas('time-pos', near(12.5, 0.1));
  expect(await mpv.get('pause')).toBe(true);

  await press(phone, 'Play');
  await mpvHas('pause', (paused) => paused === false);
  await mpvHas('time-pos', (time) => Number(time) > 12.7);
  const [afterwards, truth] = await Promise.all([shown(phone), mpv.get('time-pos')]);
  expect(truth).toSatisfy(near(afterwards, 0.5));

  await phone.getByRole('slider', { name: 'Volume' }).fill('0.3');
  await mpvHas('volume', near(30, 0.5));
  await press(phone, 'Mute');
  await mpvHas('mute', (muted) => muted === true);
  await press(phone, 'Unmute');
  await mpvHas('mute', (muted) => muted === false);
  await phone.getByLabel('Speed').selectOption('1.5');
  await mpvHas('speed', near(1.5, 0.001));

  await press(phone, 'Stop');
  await mpvHas('idle-active', (idle) => idle === true);
  await until('a code for the next phone', () => readCode(glass));
});

it('what a phone does is said over the film for a moment', async () => {
  await start();
  const phone = await pairedPhone();
  await play(phone);
  // The bar says who started the film, then there is nothing but the film.
  await phone.getByRole('slider', { name: 'Position' }).fill('1');
  let film = 0;
  await until('the film alone', async () => {
    const [before, now] = [film, await bottom()];
    film = now;
    return before > 0 && Math.abs(now - before) < 0.5;
  });
  await phone.getByRole('slider', { name: 'Volume' }).fill('0.4');
  await until('the bar', async () => Math.abs((await bottom()) - film) > 2);
});

it('an mpv that is killed is an error on the phone, and the next one plays', async () => {
  await start();
  const phone = await pairedPhone();
  await play(phone);
  const { pid } = mpv;
  process.kill(pid, 'SIGKILL');
  await phone
    .getByText(/player/i)
    .first()
    .waitFor();
  const failed = await box.event(
    'state',
    ({ facet, value }) => facet === 'media' && (value as { state: string }).state === 'error',
  );
  expect(failed.value).toMatchObject({ error: { condition: 'player-failed' } });
  mpv.close();
  mpv = await witness(box, pid);
  await play(phone);
});

it('the keys of mpv’s window let a second phone in, and steer the film', async () => {
  await start(['--approve']);
  // Of the first one nobody is asked.
  const used = (await box.event('offer')).url;
  const owner = await openPhone(String(used));
  await connected(owner);
  const { url } = await box.event('offer', (offer) => offer.url !== used);
  const second = await openPhone(String(url), 'Galaxy S24');
  await second.getByRole('heading', { name: 'Confirm on the TV' }).waitFor();
  // As a person would who sees nothing happen: a key that comes with the question was meant for something else.
  const isIn = () =>
    box.events.some(({ event, name }) => event === 'paired' && name === 'Galaxy S24');
  await until('let in', async () => {
    await mpv.command('keypress', 'RIGHT');
    await mpv.command('keypress', 'ENTER');
    await new Promise((resolve) => setTimeout(resolve, 800));
    return isIn();
  });
  await connected(second);

  await play(owner);
  await mpv.command('keypress', 'SPACE');
  await mpvHas('pause', (paused) => paused === true);
  await owner.getByRole('button', { name: 'Play', exact: true }).waitFor();
});
