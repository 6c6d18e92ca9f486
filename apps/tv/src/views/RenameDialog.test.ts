import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

// The dialog on a page of the gallery, where nothing can be saved, with real keys in a real browser.

// Dozens of keys, each of them there and back between two processes.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: ViteDevServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false },
    logLevel: 'error',
  });
  await server.listen();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
  page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${server.resolvedUrls?.local[0]}gallery.html?state=remotes`);
  await page.locator('.remote').first().waitFor();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await server.close();
});

beforeEach(async () => {
  await open('Jonas’ Küchentablet');
});

async function open(remote: string): Promise<void> {
  if ((await page.locator('.rename').count()) > 0) await click('Cancel');
  if ((await page.locator('.dialog').count()) > 0) await click('Close');
  await page.locator('.remote', { hasText: remote }).click();
  await page.getByRole('button', { name: /^Rename/ }).click();
  await page.locator('.rename').waitFor();
}
const click = (key: string) => page.getByRole('button', { name: key, exact: true }).click();

const name = () => page.locator('.rename input').inputValue();
const focused = () =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
  );
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const problem = () => page.locator('.rename [role=alert]').textContent();
const dialog = () => page.locator('#dialog-heading').textContent();

describe('with the arrows of a remote', () => {
  it('writes what the keys say, and capitals where words start', async () => {
    expect(await focused()).toBe('a');
    // To Clear, and back to the letters.
    await press('ArrowDown', 'ArrowDown', ...Array(9).fill('ArrowRight'));
    expect(await focused()).toBe('Clear');
    await press('Enter');
    expect(await name()).toBe('');
    await press('ArrowUp');
    expect(await focused()).toBe('T');
    await press('Enter');
    expect(await focused()).toBe('t');
    await press('ArrowDown', 'ArrowDown', ...Array(3).fill('ArrowLeft'));
    expect(await focused()).toBe('Space');
    await press('Enter', 'ArrowUp');
    expect(await focused()).toBe('Z');
    expect(await name()).toBe('T ');
  });

  it('turns to digits and accents, and back, without losing its way', async () => {
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter');
    expect(await focused()).toBe('abc');
    await press('ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter');
    expect(await name()).toBe('Jonas’ Küchentablet2');
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter');
    expect(await focused()).toBe('abc');
    await press('ArrowUp', 'Enter');
    expect(await name()).toBe('Jonas’ Küchentablet2œ');
    await press('ArrowDown', 'Enter');
    expect(await focused()).toBe('äéø');
  });

  it('writes where the caret was moved', async () => {
    await click('Caret to the left');
    await click('Delete');
    await click('Capital letter');
    await click('X');
    expect(await name()).toBe('Jonas’ KüchentablXt');
  });

  it('goes left to the end of a name that runs to the left', async () => {
    await open('هاتف ليلى');
    const caret = () =>
      page.locator('.rename input').evaluate((field: HTMLInputElement) => field.selectionStart);
    const length = (await name()).length;
    await click('Caret to the right');
    expect(await caret()).toBe(length - 1);
    await click('Caret to the left');
    expect(await caret()).toBe(length);
    // Drawn where the field would have it: left of the text, which starts at the right.
    const [drawn, field] = await Promise.all(
      ['.rename__caret', '.rename__field'].map((part) => page.locator(part).boundingBox()),
    );
    expect(drawn?.x).toBeGreaterThan((field?.x ?? 0) + (field?.width ?? 0) / 2);
    expect(drawn?.x).toBeLessThan((field?.x ?? 0) + (field?.width ?? 0) * 0.95);
  });

  it('takes a key that is held for one press', async () => {
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    expect(await name()).toBe('Jonas’ Küchentableta');
  });

  it('gives no more than the box keeps', async () => {
    for (let i = 0; i < 20; i++) await press('Enter');
    expect(await name()).toBe(`Jonas’ Küchentablet${'a'.repeat(13)}`);
    await page.getByText('32 of 32').waitFor();
  });
});

describe('with a keyboard', () => {
  it('writes letters, blanks and m, deletes with Backspace, and ends with Enter', async () => {
    await press('Backspace', 'Backspace');
    await page.keyboard.type(' mM 2s');
    expect(await name()).toBe('Jonas’ Küchentabl mM 2s');
    expect(await dialog()).toBe('What is it called?');
    expect(await focused()).toBe('Save');
    await press('Enter');
    await page.getByText('That didn’t work.').waitFor();
  });

  it('leaves Enter to the key in focus when only digits were typed, as remotes have them', async () => {
    await press('4', '2', 'Enter');
    expect(await name()).toBe('Jonas’ Küchentablet42a');
  });

  it('writes in the field itself, for input methods and other scripts', async () => {
    await click('Another keyboard');
    expect(await focused()).toBe('Name');
    await page.keyboard.insertText(' 写真');
    await press('ArrowLeft', 'Backspace', 'Space', 'm');
    expect(await name()).toBe('Jonas’ Küchentablet  m真');
    await page.keyboard.type('x'.repeat(20));
    expect(await name()).toHaveLength(32);
    await press('ArrowDown');
    // Before the middle of the field.
    expect(await focused()).toMatch(/^[ef]$/);
    // Where the field left its caret.
    await press('Backspace', 'Backspace');
    expect(await name()).toMatch(/mx{7}真$/);
    await page.locator('.rename input').focus();
    await press('Enter');
    await page.getByText('That didn’t work.').waitFor();
  });

  it('keeps the field in focus when something beside it changes', async () => {
    await page.locator('.rename input').focus();
    await page.evaluate(() => document.querySelector('.remotes')?.append('changed'));
    await page.keyboard.type('é');
    expect(await name()).toBe('Jonas’ Küchentableté');
  });
});

describe('the end', () => {
  it('is a failure that is said, after which it can be tried again', async () => {
    await page.keyboard.type('s');
    await press('Enter');
    await expect.poll(problem).toBe('That didn’t work. Please try again.');
    expect(await page.getByRole('button', { name: 'Save' }).getAttribute('aria-busy')).toBe(
      'false',
    );
    expect(await name()).toBe('Jonas’ Küchentablets');
  });

  it('is none without a name', async () => {
    await page.keyboard.type('s');
    await press('Enter');
    await expect.poll(problem).toBe('That didn’t work. Please try again.');
    await click('Clear');
    await click('Space');
    await click('Save');
    await expect.poll(problem).toBe('Type a name first.');
    await page.keyboard.type('Tablet');
    await expect.poll(problem).not.toBe('Type a name first.');
  });

  it('is nothing but the list when the name has stayed', async () => {
    await page.keyboard.type('x');
    await press('Backspace', 'Space');
    await click('Save');
    await page.locator('.rename').waitFor({ state: 'detached' });
    expect(await page.locator('.dialog').count()).toBe(0);
  });

  it.each(['Escape', 'GoBack', 'BrowserBack'])('is %s, which cancels', async (key) => {
    await page.keyboard.type('x');
    // Not every one of them is a key of a desktop's keyboard.
    await page.evaluate((pressed) => {
      const init = { key: pressed, bubbles: true, cancelable: true };
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', init));
    }, key);
    await page.locator('.rename').waitFor({ state: 'detached' });
    expect(await dialog()).toBe('Jonas’ Küchentablet');
  });

  it('is Cancel', async () => {
    await click('Cancel');
    expect(await dialog()).toBe('Jonas’ Küchentablet');
  });
});
