import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { until } from './browser.ts';

// What somebody does and sees on the pages of the TV and of the phone.

/** Waits for what the phone says of its connection. */
export function linkState(phone: Page, text: RegExp): Promise<void> {
  return phone.getByRole('status').filter({ hasText: text }).first().waitFor({ timeout: 15_000 });
}

/** Waits until the phone has the TV; "Not connected" is not that. */
export const connected = (phone: Page) => linkState(phone, /^Connected$/);

export const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();

/** Sends the address of a medium from the phone. */
export async function load(phone: Page, address: string): Promise<void> {
  const field = phone.getByRole('textbox', { name: 'Address' });
  if (!(await field.isVisible()))
    await phone.getByRole('button', { name: /play something/i }).click();
  await field.fill(address);
  await press(phone, 'Load');
}

export interface VideoState {
  currentTime: number;
  paused: boolean;
  ended: boolean;
  rate: number;
  volume: number;
  muted: boolean;
  src: string;
}

export function video(tv: Page): Promise<VideoState> {
  return tv.locator('video').evaluate((element) => {
    const { currentTime, paused, ended, playbackRate, volume, muted, currentSrc } =
      element as HTMLVideoElement;
    return { currentTime, paused, ended, rate: playbackRate, volume, muted, src: currentSrc };
  });
}

/** Waits until the TV's real video is as it should be. */
export function videoIs(
  tv: Page,
  what: string,
  fits: (state: VideoState) => boolean,
): Promise<VideoState> {
  return until(what, async () => {
    const state = await video(tv);
    return fits(state) && state;
  });
}

/** A catalogue entry as the box serves it. */
export async function clip(
  { port }: { port: number },
  fits: (item: { duration: number; type: string }) => boolean,
): Promise<{ uri: string; title: string; duration: number; type: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/media/catalogue.json`);
  const items: Awaited<ReturnType<typeof clip>>[] = await response.json();
  const found = items.find(fits);
  if (!found) throw new Error('no such clip in the catalogue');
  return found;
}

export const longClip = (box: { port: number }) =>
  clip(box, ({ duration, type }) => duration >= 20 && type.startsWith('video/mp4'));

/** What axe finds that matters. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // Not as a script tag: the pages' own policy forbids those.
  await page.evaluate(axe.source);
  // A colour half-way to another one is nobody's contrast.
  const { violations } = await page.evaluate(async () => {
    const running = document.getAnimations().filter(({ effect }) => {
      return effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
    });
    await Promise.allSettled(running.map(({ finished }) => finished));
    return (window as unknown as { axe: typeof axe }).axe.run();
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
