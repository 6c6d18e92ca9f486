import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { connected, load, longClip, press, videoIs } from '../support/pages.ts';
import { pinField, readPin, type Scene, startScene } from '../support/scene.ts';

// Where the secrets of phone and TV are, and where they are not.

let scene: Scene;
afterEach(() => scene.close());

interface StoredKeys {
  secure: boolean;
  token: string;
  /** `secret`: its text, where the browser gives it out. */
  privateKey: { kind: string; extractable?: boolean; secret?: string };
}

/** What the phone's browser keeps of its TV. */
function storedKeys(phone: Page): Promise<StoredKeys> {
  return phone.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('fjern'));
    const [tv] = await done(database.transaction('tvs').objectStore('tvs').get('list'));
    database.close();
    const key: unknown = tv.key.private;
    const opaque = globalThis.CryptoKey && key instanceof CryptoKey;
    return {
      secure: isSecureContext,
      token: tv.token,
      privateKey: opaque
        ? { kind: 'CryptoKey', extractable: key.extractable }
        : { kind: typeof key, secret: String(key) },
    };
  });
}

/** Everything that a page asks of servers, and what it sends them as text. */
function traffic(context: BrowserContext): string[] {
  const seen: string[] = [];
  context.on('request', (request) => {
    // Playwright's address has the fragment, which never leaves the browser (RFC 9110 §7.1).
    const [sent = ''] = request.url().split('#');
    seen.push(sent, JSON.stringify(request.headers()), request.postData() ?? '');
  });
  context.on('page', (page) =>
    page.on('websocket', (socket) => {
      const note = ({ payload }: { payload: string | Buffer }) => seen.push(String(payload));
      seen.push(socket.url());
      socket.on('framesent', note);
      socket.on('framereceived', note);
    }),
  );
  return seen;
}

/** What the Back button shows. */
async function visited(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  await devtools.detach();
  return entries.flatMap(({ url, title }) => [url, title]);
}

const storages = (page: Page) =>
  page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );

describe('a phone', () => {
  it('keeps a key that no script can read, and no secret where others look', async () => {
    scene = await startScene();
    const { url, pin } = await scene.code();
    const secret = /[#&]s=([^&]+)/.exec(url)?.[1] ?? '';
    expect(secret).toHaveLength(22);
    const phone = await scene.phone('Pixel 8');
    await phone.close();
    const seen = traffic(phone.context());
    const page = await phone.context().newPage();
    await page.goto(url);
    await connected(page);
    await load(page, (await longClip(scene.box)).uri);
    await videoIs(scene.tv, 'plays', ({ paused }) => !paused);
    await page.reload();
    await connected(page);

    const { secure, token, privateKey } = await storedKeys(page);
    expect({ secure, privateKey }).toEqual({
      secure: true,
      privateKey: { kind: 'CryptoKey', extractable: false },
    });
    expect(page.url()).toBe(scene.address);
    const places = {
      visited: await visited(page),
      storages: [await storages(page)],
      markup: [await page.content()],
      traffic: seen,
    };
    expect(seen.length).toBeGreaterThan(20);
    for (const [place, texts] of Object.entries(places))
      for (const hidden of [secret, pin, token])
        expect(`${place}: ${texts.filter((text) => text.includes(hidden)).join()}`).toBe(
          `${place}: `,
        );
  });

  it('pairs and controls at an address that is no secure context', async () => {
    // 10.7.0.1 is this machine, for this browser alone.
    scene = await startScene({ browser: ['--host-resolver-rules=MAP 10.7.0.1 127.0.0.1'] });
    const phone = await scene.phone('Pixel 8');
    await phone.goto(`http://10.7.0.1:${scene.box.port}/`);
    expect(await phone.evaluate(() => [isSecureContext, typeof crypto.subtle])).toEqual([
      false,
      'undefined',
    ]);
    await pinField(phone).fill(await readPin(scene.tv));
    await connected(phone);
    await load(phone, (await longClip(scene.box)).uri);
    await videoIs(scene.tv, 'plays', ({ paused, currentTime }) => !paused && currentTime > 0.2);
    await press(phone, 'Pause');
    await videoIs(scene.tv, 'paused', ({ paused }) => paused);

    const { privateKey } = await storedKeys(phone);
    expect(privateKey).toEqual({ kind: 'string', secret: expect.stringMatching(/^[\w-]{43}$/) });
    expect(await storages(phone)).not.toContain(privateKey.secret);
    await phone.reload();
    await connected(phone);
  });
});

describe('the TV’s page', () => {
  it('has its token neither in its address nor in what it sends', async () => {
    scene = await startScene();
    const token = new URL(scene.box.tvUrl).hash.replace('#token=', '');
    expect(token.length).toBeGreaterThanOrEqual(22);
    await scene.tv.context().close();
    const context = await scene.browser.newContext();
    const seen = traffic(context);
    const tv = await context.newPage();
    await tv.goto(scene.box.tvUrl);
    await tv.getByRole('heading', { name: 'Your phone is the remote' }).waitFor();
    await scene.paired('Pixel 8');
    expect(tv.url()).toBe(`${scene.address}tv/`);
    expect(seen.length).toBeGreaterThan(10);
    for (const text of [...seen, ...(await visited(tv)), await tv.content()])
      expect(text).not.toContain(token);
  });
});
