import { connect } from '@fjern/remote';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connected,
  load,
  longClip,
  press,
  seriousViolations,
  video,
  videoIs,
} from '../support/pages.ts';
import { pinField, readPin, type Scene, startScene } from '../support/scene.ts';
import { pairWith } from '../support/screen.ts';

// Whom the household lets do what, and how it takes that back.

let scene: Scene;
let owner: Page;

beforeEach(async () => {
  scene = await startScene();
  owner = await scene.paired('Pixel 8');
});
afterEach(() => scene.close());

async function inviteGuest(): Promise<void> {
  const { tv } = scene;
  await press(tv, 'Manage remotes');
  await press(tv, 'Add a remote');
  await tv.getByRole('dialog', { name: 'Who is it for?' }).waitFor();
  await tv.getByRole('button', { name: /^A guest/ }).click();
  await tv.getByRole('heading', { name: 'Add a guest' }).waitFor();
}

async function play(): Promise<void> {
  await load(owner, (await longClip(scene.box)).uri);
  await videoIs(scene.tv, 'plays', ({ paused, currentTime }) => !paused && currentTime > 0.2);
}

async function openRemotes(phone: Page): Promise<void> {
  await phone.getByRole('button', { name: /choose a TV/ }).click();
  await press(phone, 'Phones and remotes');
  await phone.getByRole('heading', { name: 'Remotes of Living room' }).waitFor();
}

describe('a guest', () => {
  it('may pause and not stop or load, and is told why', async () => {
    const { tv, address } = scene;
    await inviteGuest();
    const guest = await scene.phone('Guest’s phone');
    await guest.goto(address);
    await pinField(guest).fill(await readPin(tv));
    await connected(guest);
    await guest.getByRole('button', { name: /Guest until .*, choose a TV/ }).waitFor();
    await guest.getByRole('heading', { name: 'Nothing plays yet' }).waitFor();
    await guest.getByText('Guests can’t choose what plays.').waitFor();
    expect(await guest.getByRole('textbox', { name: 'Address' }).count()).toBe(0);

    await play();
    await press(guest, 'Pause');
    await videoIs(tv, 'paused by the guest', ({ paused }) => paused);
    const stop = guest.getByRole('button', { name: 'Stop', exact: true });
    expect(await stop.getAttribute('aria-disabled')).toBe('true');
    // Whoever presses it all the same hears why. Playwright takes the mark for a reason to wait.
    await stop.dispatchEvent('click');
    await guest.getByRole('alert').filter({ hasText: 'Guests can’t stop what plays.' }).waitFor();
    expect(await seriousViolations(guest)).toEqual([]);
    expect((await video(tv)).src).not.toBe('');
  });

  it('is refused by the TV when it sends a command all the same', async () => {
    const shown = (await scene.code()).url;
    const offer = scene.box.next('offer', ({ url }) => url !== undefined && url !== shown);
    await inviteGuest();
    await offer;
    await play();
    const remote = connect(await pairWith(scene.box, 'Guest’s laptop', { kind: 'computer' }));
    try {
      await remote.ready();
      expect(remote.grant?.role).toBe('guest');
      await expect(remote.media.stop()).rejects.toMatchObject({ code: 'not-permitted' });
      // What the SDK would not send is sent: the TV's word counts.
      Object.defineProperty(remote, 'may', { value: () => true });
      Object.defineProperty(remote, 'currentCapabilities', { value: undefined });
      await expect(remote.media.stop()).rejects.toMatchObject({
        code: 'not-permitted',
        message: expect.stringContaining('Guests may not'),
      });
      expect(await video(scene.tv)).toMatchObject({ paused: false });
    } finally {
      await remote.close();
    }
  });
});

describe('the owner’s phone', () => {
  it('renames another, and makes it a guest while it is connected', async () => {
    const { tv } = scene;
    const other = await scene.paired('Galaxy S24');
    await play();
    const stop = other.getByRole('button', { name: 'Stop', exact: true });
    await stop.waitFor();
    expect(await stop.getAttribute('aria-disabled')).toBeNull();

    await openRemotes(owner);
    await owner.getByRole('button', { name: /Pixel 8.*This phone.*Owner/ }).waitFor();
    const row = owner.getByRole('button', { name: /^Galaxy S24/ });
    await row.click();
    expect(await seriousViolations(owner)).toEqual([]);
    await owner.getByLabel('Name', { exact: true }).fill('Ben’s phone');
    await press(owner, 'Save');
    const renamed = owner.getByRole('button', { name: /^Ben’s phone.*Member.*Connected now/ });
    await renamed.waitFor();

    await renamed.click();
    await owner.getByRole('radio', { name: 'Guest' }).click();
    await owner.getByRole('button', { name: /^Ben’s phone.*Guest until/ }).waitFor();
    await other.getByRole('button', { name: /Guest until/ }).waitFor();
    await other.locator('button[aria-label="Stop"][aria-disabled="true"]').waitFor();

    // The TV tells the same story. Twice: what plays is left at the second press.
    await tv.keyboard.press('Escape');
    await tv.keyboard.press('Escape');
    await press(tv, 'Manage remotes');
    await tv.getByRole('button', { name: /Ben’s phone.*Guest until/ }).waitFor();
    expect(await seriousViolations(tv)).toEqual([]);
  });

  it('removes another, which says by whom, stays away, and can pair again', async () => {
    const other = await scene.phone('Galaxy S24');
    // The test has time to wait for what a phone might do later on.
    await other.clock.install();
    await other.goto((await scene.code()).url);
    await connected(other);
    let connections = 0;
    other.on('websocket', () => connections++);

    await openRemotes(owner);
    const row = owner.getByRole('button', { name: /^Galaxy S24/ });
    await row.click();
    await press(owner, 'Remove');
    await owner.getByText('Remove Galaxy S24?').waitFor();
    await press(owner, 'Remove');
    await row.waitFor({ state: 'detached' });
    await scene.box.event('revoked', ({ name }) => name === 'Galaxy S24');

    const removed = other.getByRole('heading', { name: 'Living room removed this phone' });
    const byOwner = other.getByText(/^Pixel 8 removed this phone from Living room at \d.*\.$/);
    await removed.waitFor();
    await byOwner.waitFor();
    expect(await seriousViolations(other)).toEqual([]);
    await other.clock.runFor(120_000);
    expect(connections).toBe(0);

    // Also when it comes back another day: the hub's login tells.
    await other.reload();
    await other.getByText(/^Pixel 8 removed this remote on \d+ \w+\.$/).waitFor();

    await press(other, 'Pair again');
    await other.getByRole('heading', { name: 'Pair with Living room again' }).waitFor();
    await pinField(other).fill(await readPin(scene.tv));
    await connected(other);
    await owner.getByRole('button', { name: /^Galaxy S24.*Connected now/ }).waitFor();
  });
});
