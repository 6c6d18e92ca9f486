import type { KnownTv } from '@fjern/remote';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lanOf } from './lan.ts';
import { distinctions } from './others.ts';
import type { Place } from './pairing.ts';
import type { RemoteStore } from './remote.ts';
import type { LinkState } from './tv-remote.ts';
import { followTv } from './whereabouts.ts';

const domain = 'k7q2abcdefghijkl.local';
const service = 'ws://192.168.1.20:7120/xmpp-websocket';
const tv = { tv: `tv@${domain}`, domain, service } as KnownTv;

/** As far as it is followed. */
class Link {
  service = service;
  moves: string[] = [];
  readonly link = signal<LinkState>({ status: 'connecting' });
  readonly asOf = signal<number | undefined>(undefined);
  readonly age = signal<string | undefined>(undefined);
  readonly replaced = signal<Place | undefined>(undefined);
  moveTo(to: string) {
    this.service = to;
    this.moves.push(to);
  }
}

let link: Link;
/** What each URL gives. */
let network: Record<string, unknown>;
let stop: () => void;

const box = (of: string, name = 'Living room') => ({ domain: of, name });

function follow(of: KnownTv = tv): void {
  link.service = of.service;
  const lan = lanOf(async (url) => {
    if (!(url in network)) throw new Error('unreachable');
    return network[url];
  });
  stop = followTv({
    tv: of,
    store: link as unknown as RemoteStore,
    lan,
    origin: 'http://192.168.1.30:7120',
    hubs: () => ['http://192.168.1.30:7120', 'http://192.168.1.40:8000'],
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  link = new Link();
  network = {};
});
afterEach(() => {
  stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

describe('a TV that cannot be reached', () => {
  test('is found under its name', async () => {
    network = { [`http://${domain}:7120/config.json`]: box(domain) };
    follow();
    await pass(1);
    expect(link.moves).toEqual([`ws://${domain}:7120/xmpp-websocket`]);
  });

  test('is found where another TV sees it, at another port', async () => {
    network = {
      'http://192.168.1.40:8000/neighbours.json': [
        { id: 'other', name: 'Attic', url: 'http://192.168.1.50:7120' },
        { id: 'k7q2abcdefghijkl', name: 'Living room', url: 'http://192.168.1.21:9000' },
      ],
      'http://192.168.1.21:9000/config.json': box(domain),
    };
    follow();
    await pass(1);
    expect(link.moves).toEqual(['ws://192.168.1.21:9000/xmpp-websocket']);
  });

  test('is not taken from who is another one, or nobody', async () => {
    network = {
      [`http://${domain}:7120/config.json`]: box('evil.local'),
      'http://192.168.1.30:7120/neighbours.json': [
        { id: 'k7q2abcdefghijkl', name: 'Living room', url: 'http://192.168.1.66:7120' },
      ],
      'http://192.168.1.40:8000/neighbours.json': 'nonsense',
    };
    follow();
    await pass(60);
    expect(link.moves).toEqual([]);
    expect(link.replaced.value).toBeUndefined();
  });

  test('that had a certificate is not looked for without', async () => {
    network = {
      [`http://${domain}:7120/config.json`]: box(domain),
      'http://192.168.1.30:7120/neighbours.json': [
        { id: 'k7q2abcdefghijkl', name: 'Living room', url: 'http://192.168.1.66:7120' },
      ],
      'http://192.168.1.66:7120/config.json': box(domain),
    };
    follow({ ...tv, service: service.replace('ws:', 'wss:') });
    await pass(60);
    expect(link.moves).toEqual([]);
  });

  test('is looked for again, ever less often, until it is there', async () => {
    follow();
    await pass(5);
    network = { [`http://${domain}:7120/config.json`]: box(domain) };
    await pass(9);
    expect(link.moves).toHaveLength(1);
    link.link.value = { status: 'live' };
    await pass(60);
    expect(link.moves).toHaveLength(1);
  });

  test('and answers where it was is tried at once, if nobody tries', async () => {
    network = { 'http://192.168.1.20:7120/config.json': box(domain) };
    follow();
    await pass(1);
    expect(link.moves).toEqual([]);
    link.link.value = { status: 'connecting', retryAt: Date.now() + 15_000 };
    await pass(3);
    expect(link.moves).toEqual([service]);
  });
});

test('another TV where this one was is said, and taken back when it is found', async () => {
  network = { 'http://192.168.1.20:7120/config.json': box('b.local', 'Bedroom') };
  follow();
  await pass(1);
  expect(link.replaced.value).toEqual({
    origin: 'http://192.168.1.20:7120',
    ...box('b.local', 'Bedroom'),
  });
  network[`http://${domain}:7120/config.json`] = box(domain);
  await pass(5);
  expect(link.replaced.value).toBeUndefined();
  expect(link.moves).toEqual([`ws://${domain}:7120/xmpp-websocket`]);
});

test('what is shown says its age from the first minute on', async () => {
  follow();
  link.asOf.value = Date.now() - 30_000;
  link.link.value = { status: 'stale', since: Date.now() - 30_000 };
  await pass(5);
  expect(link.age.value).toBeUndefined();
  await pass(60);
  expect(link.age.value).toBe('1 minute ago');
  link.asOf.value = undefined;
  link.link.value = { status: 'live' };
  expect(link.age.value).toBeUndefined();
});

describe('what hubs say of their neighbours', () => {
  const told = (answer: unknown) => lanOf(async () => answer).neighbours('http://hub');

  test('is taken as far as it makes sense', async () => {
    stop = () => {};
    const good = { id: 'abc', name: 'Attic', url: 'ws://192.168.1.9:7120/xmpp-websocket' };
    const bad = [null, 7, {}, { ...good, id: '../x' }, { ...good, url: 'javascript:alert(1)' }];
    expect(await told([...bad, good, { ...good, name: 5 }])).toEqual([
      { origin: 'http://192.168.1.9:7120', domain: 'abc.local', name: 'Attic' },
      { origin: 'http://192.168.1.9:7120', domain: 'abc.local', name: '' },
    ]);
    expect(await told({ tvs: [] })).toEqual([]);
    expect(await told(Array(1000).fill(good))).toHaveLength(64);
  });
});

describe('TVs of the same name', () => {
  test('are told apart by as much of their ids as it takes', () => {
    stop = () => {};
    const named = (name: string, id: string) => ({ name, domain: `${id}.local` });
    const marks = distinctions([
      named('Living room', 'k7q2aaaa'),
      named('living room ', 'k7q2bbbb'),
      named('Living room', 'zzzzcccc'),
      named('Bedroom', 'bbbbbbbb'),
    ]);
    expect([...marks]).toEqual([
      ['k7q2aaaa.local', 'k7q2a'],
      ['k7q2bbbb.local', 'k7q2b'],
      ['zzzzcccc.local', 'zzzz'],
    ]);
  });
});
