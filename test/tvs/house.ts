import { connect, createServer, type Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { type BoxOptions, type RunningBox, startBox } from '../support/box.ts';
import { launchBrowser, newPhone, until } from '../support/browser.ts';
import { connected } from '../support/pages.ts';
import { type ScreenAgent, screenAgent } from '../support/screen.ts';

// A house with several TVs. Each box has a loopback address of its own, as machines on a network have.

/** What a TV plays in these tests, named after it. */
export const film = (name: string) => `http://films.example/${encodeURIComponent(name)}.mp4`;

export interface HouseTv {
  readonly box: RunningBox;
  readonly agent: ScreenAgent;
  readonly host: string;
  readonly domain: string;
  readonly id: string;
  readonly name: string;
  /** Of its page. */
  readonly origin: string;
  /** The digits on its screen, which nobody has used. */
  pin(): Promise<string>;
  /** The address in its code. */
  code(): Promise<string>;
  stop(): Promise<void>;
}

export async function startTv(
  host: string,
  name: string,
  options: Pick<BoxOptions, 'port' | 'dataDir'> = {},
): Promise<HouseTv> {
  const box = await startBox({ ...options, args: ['--host', host, '--name', name] });
  const agent = await screenAgent(box, { media: { [film(name)]: { duration: 600 } } });
  const used = new Set<unknown>();
  const offer = async () => {
    const found = await box.event('offer', ({ url }) => url !== undefined && !used.has(url));
    used.add(found.url);
    return found;
  };
  let stopped = false;
  return {
    box,
    agent,
    host,
    name,
    domain: agent.domain,
    id: agent.domain.replace('.local', ''),
    origin: `http://${host}:${box.port}`,
    pin: async () => String((await offer()).pin),
    code: async () => String((await offer()).url),
    async stop() {
      if (stopped) return;
      stopped = true;
      await agent.close();
      await box.stop();
    },
  };
}

/** A browser for which these names are those addresses, and none of the others in `.local` is anybody. */
export function launchWithNames(names: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const rules = Object.entries(names).map(([name, host]) => `MAP ${name} ${host}`);
  return launchBrowser([`--host-resolver-rules=${[...rules, 'MAP *.local ~NOTFOUND'].join(', ')}`]);
}

/** What the boxes see of each other, which multicast DNS does not tell them here. */
export async function seeEachOther(
  phone: Page,
  tvs: () => readonly Pick<HouseTv, 'id' | 'name' | 'origin'>[],
): Promise<void> {
  await phone.route('**/neighbours.json', async (route) => {
    const asked = new URL(route.request().url()).origin;
    const others = tvs().filter(({ origin }) => origin !== asked);
    await route.fulfill({
      headers: { 'Access-Control-Allow-Origin': '*' },
      json: others.map(({ id, name, origin }) => ({ id, name, url: origin })),
    });
  });
}

/** A phone that is paired with the TV by its code, and shows it. */
export async function pairedPhone(browser: Browser, tv: HouseTv): Promise<Page> {
  const phone = await newPhone(browser, 'Pixel 8');
  await phone.goto(await tv.code());
  await connected(phone);
  return phone;
}

export const sheet = (phone: Page) => phone.getByRole('dialog', { name: 'Your TVs' });

export async function openSheet(phone: Page): Promise<void> {
  await phone.getByRole('button', { name: /choose a TV/ }).click();
  await sheet(phone).waitFor();
}

/** The row of a TV in the list. */
export const row = (phone: Page, text: string | RegExp) =>
  sheet(phone).getByRole('listitem').filter({ hasText: text });

export async function switchTo(phone: Page, text: string | RegExp): Promise<void> {
  await openSheet(phone);
  await row(phone, text).getByRole('button').first().click();
}

export const title = (phone: Page, text: string) =>
  phone.getByRole('heading', { level: 1, name: text, exact: true });

/** A machine whose address the network may change: who connects here gets to wherever it is now. */
export async function startAlias(
  host: string,
  port: number,
  target: () => { host: string; port: number },
): Promise<{ move(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target());
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const move = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    move,
    async close() {
      move();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the phone keeps of its TVs. */
export const keptTvs = (phone: Page) =>
  phone.evaluate(
    () =>
      new Promise<{ domain: string; service: string; name: string }[]>((resolve, reject) => {
        const opening = indexedDB.open('fjern');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('tvs').objectStore('tvs').get('list');
          reading.onsuccess = () => {
            opening.result.close();
            resolve(
              reading.result.map(({ domain, service, name }: Record<string, string>) => ({
                domain,
                service,
                name,
              })),
            );
          };
        };
      }),
  );

export const untilKept = (phone: Page, tv: Pick<HouseTv, 'domain'>, service: string) =>
  until(`the phone keeps ${service}`, async () =>
    (await keptTvs(phone)).some((kept) => kept.domain === tv.domain && kept.service === service),
  );
