import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { connected, load, longClip, press, seriousViolations, videoIs } from '../support/pages.ts';
import { pinField, readPin, type Scene, startScene } from '../support/scene.ts';

// How a phone gets in: by the digits on the TV's screen, and past the viewer who is asked.

let scene: Scene;
afterEach(() => scene.close());

const waitsForApproval = (phone: Page) =>
  phone.getByRole('heading', { name: 'Confirm on the TV' }).waitFor();

describe('a phone without a camera', () => {
  it('is in with the digits that the TV shows, and hears which were wrong', async () => {
    scene = await startScene();
    const { tv, box } = scene;
    const phone = await scene.phone('Pixel 8');
    await phone.goto(scene.address);
    await phone.getByRole('heading', { name: 'Pair with Living room' }).waitFor();
    expect(await seriousViolations(phone)).toEqual([]);
    expect(await seriousViolations(tv)).toEqual([]);

    const pin = await readPin(tv);
    expect(pin).toMatch(/^\d{6}$/);
    const wrong = String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
    await pinField(phone).fill(wrong);
    await phone.getByRole('alert').filter({ hasText: 'That is not the code.' }).waitFor();
    await tv.getByRole('alert').filter({ hasText: 'Somebody tried a wrong code' }).waitFor();
    expect(await seriousViolations(phone)).toEqual([]);

    // As a person types: read off the screen again, digit after digit.
    await pinField(phone).pressSequentially(await readPin(tv));
    await connected(phone);
    const paired = await box.event('paired');
    expect(paired).toMatchObject({ name: 'Pixel 8', role: 'owner' });
    await tv.getByText('Paired: Pixel 8').waitFor();
  });
});

describe('a TV that asks its viewer', () => {
  it('lets a second phone in when the viewer says so with the TV’s keys', async () => {
    scene = await startScene({ box: ['--approve'] });
    const { tv } = scene;
    const owner = await scene.paired('Pixel 8');
    await load(owner, (await longClip(scene.box)).uri);
    await videoIs(tv, 'plays', ({ paused, currentTime }) => !paused && currentTime > 0.2);

    const second = await scene.phone('Galaxy S24');
    await second.goto((await scene.code()).url);
    await waitsForApproval(second);
    const dialog = tv.getByRole('alertdialog', { name: 'Allow Galaxy S24?' });
    await dialog.waitFor();
    expect(await seriousViolations(second)).toEqual([]);
    expect(await seriousViolations(tv)).toEqual([]);
    // The film goes on behind it.
    expect((await videoIs(tv, 'plays on', ({ paused }) => !paused)).paused).toBe(false);

    await tv.locator('.approval__box--open').waitFor();
    await tv.keyboard.press('ArrowRight');
    await tv.keyboard.press('Enter');
    await connected(second);
    await dialog.waitFor({ state: 'detached' });
    await scene.box.event('paired', ({ name }) => name === 'Galaxy S24');
    await press(second, 'Pause');
    await videoIs(tv, 'paused by the second phone', ({ paused }) => paused);
  });

  it('takes nothing that is pressed as the question appears, and tells a phone that it was declined', async () => {
    scene = await startScene({ box: ['--approve'] });
    const { tv } = scene;
    await scene.paired('Pixel 8');
    // Faster than a person: "Allow" is pressed in the moment in which it appears.
    await tv.evaluate(() => {
      const observer = new MutationObserver(() => {
        const buttons = document.querySelectorAll<HTMLElement>('[role=alertdialog] button');
        const allow = [...buttons].find(({ textContent }) => textContent === 'Allow');
        if (!allow) return;
        observer.disconnect();
        allow.focus();
        allow.click();
        document.body.dataset.pressed = 'yes';
      });
      observer.observe(document.body, { childList: true, subtree: true });
    });
    const second = await scene.phone('Galaxy S24');
    await second.goto((await scene.code()).url);
    await waitsForApproval(second);
    const dialog = tv.getByRole('alertdialog');
    await tv.locator('.approval__box--open').waitFor();
    expect(await tv.locator('body').getAttribute('data-pressed')).toBe('yes');
    expect(await dialog.isVisible()).toBe(true);
    expect(scene.box.events.filter(({ event }) => event === 'paired')).toHaveLength(1);

    await tv.keyboard.press('Escape');
    await second.getByRole('heading', { name: 'The TV said no' }).waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(scene.box.events.filter(({ event }) => event === 'paired')).toHaveLength(1);
  });
});
