import type { Browser, Page } from 'playwright-core';
import { type RunningBox, startBox } from './box.ts';
import { launchBrowser, newPhone, openTv } from './browser.ts';
import { connected } from './pages.ts';

/** A box, its TV page in a real browser, and phones. */
export interface Scene {
  readonly browser: Browser;
  readonly box: RunningBox;
  readonly tv: Page;
  /** Where the phone page is, without any code. */
  readonly address: string;
  /** A phone that has opened nothing yet. */
  phone(model?: string): Promise<Page>;
  /** A phone that read the code on the TV, and is connected. */
  paired(model: string): Promise<Page>;
  /** The latest code that nobody here has used. */
  code(): Promise<{ url: string; pin: string }>;
  /** Ends everything. @throws Error about what went wrong on a page unnoticed */
  close(): Promise<void>;
}

export interface SceneOptions {
  /** Further options of the box. */
  box?: string[];
  /** Further options of the browser. */
  browser?: string[];
}

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const complaints: string[] = [];
  const watch = (name: string, page: Page) => {
    page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`));
    return page;
  };
  const browser = await launchBrowser(options.browser);
  const box = await startBox({ args: options.box ?? [] }).catch(async (error) => {
    await browser.close();
    throw error;
  });
  const tv = watch('TV', await openTv(browser, box.tvUrl));
  const used = new Set<unknown>();
  const phone = async (model?: string) => watch(model ?? 'phone', await newPhone(browser, model));
  const code = async () => {
    const { url, pin } = await box.event(
      'offer',
      (event) => event.url !== undefined && !used.has(event.url),
    );
    return { url: String(url), pin: String(pin) };
  };
  return {
    browser,
    box,
    tv,
    address: `http://127.0.0.1:${box.port}/`,
    phone,
    code,
    async paired(model) {
      const page = await phone(model);
      const { url } = await code();
      used.add(url);
      await page.goto(url);
      await connected(page);
      return page;
    },
    async close() {
      await browser.close();
      await box.stop();
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
    },
  };
}

/** The digits on the TV's screen, as somebody reads them. */
export async function readPin(tv: Page): Promise<string> {
  const digits = await tv.getByRole('img', { name: /^PIN/ }).first().textContent();
  return (digits ?? '').replace(/\D/g, '');
}

export const pinField = (phone: Page) => phone.getByLabel('Enter the 6-digit code on your TV');
