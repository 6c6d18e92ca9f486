import { join } from 'node:path';
import type { KnownTv } from '@fjern/remote/store';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';

let browser: Browser;
let script: string;
let context: BrowserContext;

beforeAll(async () => {
  [browser, script] = await Promise.all([launchBrowser(), bundle()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@fjern/source', 'browser', 'import', 'module', 'default'] },
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, 'page.ts'), formats: ['iife'], name: 'page' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('The page was not bundled.');
  return chunk.code;
}

/** What a TV serves is plain http: no secure context. */
const insecure = 'http://tv.test/';
const secure = 'https://remote.test/';

async function open(url = insecure): Promise<Page> {
  const page = await context.newPage();
  const body = `<!doctype html><title>store</title><script>${script}</script>`;
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(url);
  return page;
}

const key = 'k'.repeat(43);
const known = (name: string, token = 't'): KnownTv => ({
  tv: `tv@${name}.local`,
  name,
  fingerprint: key,
  service: 'ws://192.168.1.20:7120/xmpp-websocket',
  domain: `${name}.local`,
  jid: `me@${name}.local`,
  token,
  pairing: `${name}.local`,
  tvKey: key,
  key: { public: key, private: key },
});
const { pairing: _, tvKey: _tvKey, key: _key, ...old } = known('attic');

const save = (page: Page, tv: KnownTv) =>
  page.evaluate((tv) => browserStoreUnderTest().save(tv), tv);
const all = (page: Page) =>
  page.evaluate(async () => {
    const store = browserStoreUnderTest();
    return { tvs: await store.all(), volatile: store.volatile };
  });
/** The code of the error with which `use` of a new store fails. */
const failure = (page: Page, tv = known('living')) =>
  page.evaluate(
    (tv) =>
      browserStoreUnderTest()
        .save(tv)
        .then(
          () => 'stored',
          (error: { name: string; code: string }) => `${error.name} ${error.code}`,
        ),
    tv,
  );

describe('TVs in a browser', () => {
  it('outlive the page, last used first, on an http page without WebCrypto', async () => {
    const page = await open();
    expect(await page.evaluate(() => [isSecureContext, typeof crypto.subtle])).toEqual([
      false,
      'undefined',
    ]);
    expect(await all(page)).toEqual({ tvs: [], volatile: false });
    await save(page, known('living'));
    await save(page, known('bedroom'));
    await save(page, { ...known('living', 'new'), colour: 'red' } as KnownTv);
    await page.close();
    const later = await open();
    const living = { ...known('living', 'new'), colour: 'red' };
    expect(await all(later)).toEqual({ tvs: [living, known('bedroom')], volatile: false });
    await later.evaluate(() => browserStoreUnderTest().forget('tv@living.local'));
    await later.reload();
    expect((await all(later)).tvs).toEqual([known('bedroom')]);
  });

  it('have a key that script can use and not read', async () => {
    const page = await open(secure);
    // With itself: the same secret before and after shows that it is the same key.
    const agree = async (tv: KnownTv) => {
      const raw = Uint8Array.from(atob(tv.key.public), (character) => character.charCodeAt(0));
      const publicKey = await crypto.subtle.importKey('raw', raw, 'X25519', true, []);
      const algorithm = { name: 'X25519', public: publicKey };
      const secret = await crypto.subtle.deriveBits(algorithm, tv.key.private as CryptoKey, 256);
      return Array.from(new Uint8Array(secret)).join();
    };
    const before = await page.evaluate(
      async ([tv, agree]) => {
        const pair = (await crypto.subtle.generateKey('X25519', false, [
          'deriveBits',
        ])) as CryptoKeyPair;
        const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
        const publicKey = btoa(String.fromCharCode(...raw));
        // What is stored is base64url; the standard alphabet is what `atob` reads.
        const urlKey = publicKey.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
        const key = { public: urlKey, private: pair.privateKey };
        await browserStoreUnderTest().save({ ...tv, key });
        const secret = new Function(`return ${agree}`)();
        return secret({ key: { ...key, public: publicKey } });
      },
      [known('living'), agree.toString()] as const,
    );
    await page.reload();
    const after = await page.evaluate(async (agree) => {
      const [tv] = await browserStoreUnderTest().all();
      if (!tv || !('key' in tv)) throw new Error('The TV is gone.');
      const privateKey = tv.key.private as CryptoKey;
      const publicKey = tv.key.public.replace(/-/g, '+').replace(/_/g, '/');
      const read = await crypto.subtle.exportKey('jwk', privateKey).then(
        () => 'read',
        (error: DOMException) => error.name,
      );
      const secret = await new Function(`return ${agree}`)()({
        key: { public: publicKey, private: privateKey },
      });
      return { secret, read, extractable: privateKey.extractable };
    }, agree.toString());
    expect(after).toEqual({ secret: before, read: 'InvalidAccessError', extractable: false });
  });

  it('are the old ones or the new ones after a tab was killed', { timeout: 120_000 }, async () => {
    let last = 0;
    for (let kill = 0; kill < 6; kill++) {
      const page = await open();
      let acknowledged = last;
      const first = new Promise<void>((resolve) => {
        page.on('console', (message) => {
          acknowledged = Number(message.text());
          resolve();
        });
      });
      const saving = page.evaluate(
        async ([tv, from]) => {
          const store = browserStoreUnderTest();
          for (let number = from + 1; ; number++) {
            await store.save({ ...tv, token: String(number) });
            // biome-ignore lint/suspicious/noConsole: what is said before the tab dies is heard.
            console.log(number);
          }
        },
        [known('living'), last] as const,
      );
      const ended = expect(saving).rejects.toThrow();
      await first;
      const devtools = await context.newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      // It never answers.
      devtools.send('Page.crash').catch(() => {});
      await Promise.all([crashed, ended]);
      await page.close();
      const later = await open();
      const { tvs } = await all(later);
      expect(tvs).toHaveLength(1);
      expect(Number(tvs[0]?.token)).toBeGreaterThanOrEqual(acknowledged);
      last = Number(tvs[0]?.token);
      await later.close();
    }
  });

  it('are the same in two tabs, which tell each other', async () => {
    const [one, two] = [await open(), await open()];
    const seen = two.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const store = browserStoreUnderTest();
          const read = async () => {
            const tvs = await store.all();
            if (tvs.length === 1) resolve(tvs.map(({ name }) => name));
          };
          store.on('change', () => void read());
          // The listener is there.
          document.title = 'listening';
        }),
    );
    await two.waitForFunction(() => document.title === 'listening');
    await save(one, known('living'));
    expect(await seen).toEqual(['living']);
    const many = (page: Page, prefix: string) =>
      page.evaluate(
        async ([tv, prefix]) => {
          const store = browserStoreUnderTest();
          const numbers = Array.from({ length: 20 }, (_, number) => number);
          await Promise.all(numbers.map((n) => store.save({ ...tv, tv: `${prefix}${n}` })));
        },
        [known('many'), prefix] as const,
      );
    await Promise.all([many(one, 'one'), many(two, 'two')]);
    expect((await all(two)).tvs).toHaveLength(41);
  });

  it('of version 1 move here, and have to be paired again', async () => {
    const page = await open();
    await page.evaluate(
      (tvs) => localStorage.setItem('fjern.tvs.1', JSON.stringify(tvs)),
      [{ ...old, provisional: true }, null, { tv: 1 }],
    );
    expect((await all(page)).tvs).toEqual([{ ...old, outdated: true }]);
    expect(await page.evaluate(() => localStorage.getItem('fjern.tvs.1'))).toBeNull();
    await save(page, known('attic'));
    await page.reload();
    expect((await all(page)).tvs).toEqual([known('attic')]);
  });
});

describe('a browser that keeps nothing', () => {
  it('is told of, and TVs last as long as the page', async () => {
    const page = await context.newPage();
    // An origin of its own that has no storage, as a sandboxed page has.
    await page.goto('data:text/html,<title>store</title>');
    await page.addScriptTag({ content: script });
    const result = await page.evaluate(async (tv) => {
      const store = browserStoreUnderTest();
      let changes = 0;
      store.on('change', () => changes++);
      await store.save(tv);
      const stored = await store.all();
      await store.forget(tv.tv);
      return { stored, left: await store.all(), changes, volatile: store.volatile };
    }, known('living'));
    expect(result).toEqual({ stored: [known('living')], left: [], changes: 2, volatile: true });
  });

  it('leaves what version 1 stored where it is', async () => {
    const page = await open();
    const result = await page.evaluate(async (tv) => {
      localStorage.setItem('fjern.tvs.1', JSON.stringify([tv]));
      Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
      const store = browserStoreUnderTest();
      const stored = await store.all();
      return { stored, volatile: store.volatile, old: localStorage.getItem('fjern.tvs.1') };
    }, old);
    expect(result).toEqual({
      stored: [{ ...old, outdated: true }],
      volatile: true,
      old: JSON.stringify([old]),
    });
  });
});

describe('a change that fails', () => {
  it('is aborted by the browser', async () => {
    const page = await open();
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        const request = put.apply(this, args);
        // The first writes the empty list.
        if (this.transaction.mode === 'readwrite') this.transaction.abort();
        return request;
      };
    });
    expect(await failure(page)).toBe('StoreError aborted');
    await page.reload();
    expect((await all(page)).tvs).toEqual([]);
  });

  it('has no space', async () => {
    const page = await open();
    const devtools = await context.newCDPSession(page);
    const origin = new URL(insecure).origin;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 });
    await save(page, known('living'));
    const large = { ...known('bedroom'), name: 'x'.repeat(1_000_000) };
    expect(await failure(page, large)).toBe('StoreError full');
    expect((await all(page)).tvs).toEqual([known('living')]);
  });

  it('meets what a newer version stored, and did not keep it from doing so', async () => {
    const page = await open();
    const codes = await page.evaluate(async (tv) => {
      const store = browserStoreUnderTest();
      await store.save(tv);
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('fjern', 99);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new Error('The newer version has to wait.'));
      });
      return store.all().catch((error: { name: string; code: string }) => [error.name, error.code]);
    }, known('living'));
    expect(codes).toEqual(['StoreError', 'newer']);
  });

  it('waits for a window that does not let go, and not for ever', async () => {
    const page = await open();
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('fjern', 1);
          request.onsuccess = () => {
            // It keeps its connection; everybody after this waits for it.
            indexedDB.deleteDatabase('fjern').onblocked = () => resolve();
          };
        }),
    );
    await page.clock.install();
    const failed = failure(page);
    await page.clock.fastForward(10_000);
    expect(await failed).toBe('StoreError busy');
  });

  it('is retried on a new connection when the old one was lost', async () => {
    const page = await open();
    const names = await page.evaluate(async (tv) => {
      const store = browserStoreUnderTest();
      await store.all();
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        IDBDatabase.prototype.transaction = transaction;
        this.close();
        return transaction.apply(this, args);
      };
      await store.save(tv);
      return (await store.all()).map(({ name }) => name);
    }, known('living'));
    expect(names).toEqual(['living']);
  });
});
