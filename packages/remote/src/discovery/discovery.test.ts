import type { LanInterface } from '@fjern/protocol';
import { type Answer, type DecodedPacket, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Browser, browse, type DiscoveryError } from './browser.ts';
import { discover } from './discover.ts';
import { hear, question } from './dns-sd.ts';
import { changes, type FoundTv, Sightings } from './sightings.ts';

// What is heard is written here; test/mdns has real networks and TVs.

const type = '_xmpp-tv._tcp.local';
const fingerprint = 'A'.repeat(43);

interface Said {
  id?: string;
  instance?: string;
  host?: string;
  port?: number;
  addresses?: string[];
  ttl?: number;
  pairing?: boolean;
}

/** The records of one TV, as it announces them. */
function said({
  id = 'aaaa',
  instance = 'Living room',
  host = `${id}.local`,
  port = 7120,
  addresses = ['10.7.0.1'],
  ttl = 120,
  pairing = false,
}: Said = {}): Answer[] {
  const name = `${instance}.${type}`;
  const txt = [`id=${id}`, `name=${instance}`, 'v=1', `fp=${fingerprint}`];
  return [
    { type: 'PTR', name: type, ttl, data: name },
    { type: 'SRV', name, ttl, flush: true, data: { port, target: host } },
    { type: 'TXT', name, ttl, flush: true, data: pairing ? [...txt, 'pairing=1'] : txt },
    ...addresses.map(
      (data): Answer => ({
        type: data.includes(':') ? 'AAAA' : 'A',
        name: host,
        ttl,
        flush: true,
        data,
      }),
    ),
  ];
}

let sightings: Sightings;
let now: number;
beforeEach(() => {
  sightings = new Sightings();
  now = 1_000_000;
});

const response = (answers: Answer[]): DecodedPacket =>
  decode(encode({ type: 'response', answers }));
const listen = (answers: Answer[], via = 'eth0', sender = '10.7.0.1') =>
  hear(response(answers), { address: sender, port: 5353 }, via, sightings, now);
const tvs = () => [...sightings.tvs.values()];

describe('what is heard', () => {
  it('is a TV with its best address first', () => {
    listen(said({ addresses: ['fe80::1', 'fd00::1', '169.254.1.1', '10.7.0.1'] }));
    const tv: FoundTv = {
      ...{ id: 'aaaa', name: 'Living room', fingerprint, version: '1', pairing: false, port: 7120 },
      addresses: ['10.7.0.1', 'fd00::1', '169.254.1.1', 'fe80::1'],
      urls: [
        'ws://10.7.0.1:7120/xmpp-websocket',
        'ws://[fd00::1]:7120/xmpp-websocket',
        'ws://169.254.1.1:7120/xmpp-websocket',
      ],
    };
    expect(tvs()).toEqual([tv]);
    for (const url of tv.urls) expect(URL.canParse(url)).toBe(true);
  });

  it('is one TV by id: on two interfaces, under two names', () => {
    listen(said());
    listen(said({ addresses: ['10.8.0.1'] }), 'wlan0');
    now += 10;
    listen(said({ instance: 'Kitchen', addresses: ['10.7.0.1'] }));
    expect(tvs()).toMatchObject([{ id: 'aaaa', name: 'Kitchen' }]);
  });

  it('has the sender’s address until it names its own', () => {
    listen(said({ addresses: [] }), 'eth0', '10.7.0.55');
    expect(tvs()).toMatchObject([{ addresses: ['10.7.0.55'] }]);
    listen(said({ addresses: [] }), 'eth0', '10.7.0.56');
    expect(tvs()).toMatchObject([{ addresses: ['10.7.0.56'] }]);
    listen(said({ addresses: ['10.7.0.1'] }), 'eth0', '10.7.0.56');
    expect(tvs()).toMatchObject([{ addresses: ['10.7.0.1'] }]);
  });

  it('moves to a new address at once, on the link where the old one was (RFC 6762 §10.2)', () => {
    listen(said({ addresses: ['10.7.0.1'] }));
    listen(said({ addresses: ['10.8.0.1'] }), 'wlan0');
    now += 500;
    listen(said({ addresses: ['10.7.0.2'] }));
    expect(tvs()[0]?.addresses).toEqual(['10.7.0.1', '10.7.0.2', '10.8.0.1']);
    now += 1001;
    listen(said({ addresses: ['10.7.0.3'] }).filter((record) => record.type === 'A'));
    expect(tvs()[0]?.addresses).toEqual(['10.7.0.3', '10.8.0.1']);
  });

  it('makes the browser ask when a text comes alone', () => {
    const [, , text] = said({ pairing: true });
    expect(text && listen([text])).toBe(false);
    listen(said());
    expect(text && listen([text])).toBe(true);
    expect(listen(said({ pairing: true }))).toBe(false);
    // bonjour-service reports a known service only once; this is why each packet gets its own browser.
    expect(tvs()).toMatchObject([{ pairing: true }]);
  });

  it('lives for a second after a goodbye, and on if it comes back within it (§10.1)', () => {
    listen(said());
    listen(said({ ttl: 0 }));
    now += 999;
    sightings.expire(now);
    expect(tvs()).toHaveLength(1);
    listen(said());
    now += 2;
    sightings.expire(now);
    expect(tvs()).toHaveLength(1);
    listen(said({ ttl: 0 }));
    expect(sightings.nextExpiry).toBe(now + 1000);
    now += 1000;
    sightings.expire(now);
    expect(tvs()).toEqual([]);
  });

  it('lives as long as its TTL, and never longer than a day', () => {
    listen(said({ ttl: 4500 }));
    now += 4_500_000 - 1;
    sightings.expire(now);
    expect(tvs()).toHaveLength(1);
    sightings.expire(now + 1);
    expect(tvs()).toEqual([]);
    listen(said({ ttl: 0xffffffff }));
    expect((sightings.nextExpiry ?? 0) - now).toBeLessThan(2 ** 31);
  });

  it('loses the addresses that it no longer names', () => {
    listen(said({ addresses: ['10.7.0.1'] }));
    listen(said({ addresses: ['10.8.0.1'] }), 'wlan0');
    now += 5000;
    listen(said({ addresses: ['10.8.0.1'] }), 'wlan0');
    expect(sightings.endRound(now)).toEqual({ silent: false, missing: [] });
    expect(tvs()[0]?.addresses).toEqual(['10.8.0.1']);
  });

  it('is suspicious when it did not answer twice, and gone after four times', () => {
    listen(said());
    const rounds = [1, 2, 3].map(() => {
      now += 1;
      return sightings.endRound(now);
    });
    expect(rounds).toEqual([
      { silent: true, missing: [] },
      { silent: true, missing: ['aaaa'] },
      { silent: true, missing: ['aaaa'] },
    ]);
    expect(tvs()).toHaveLength(1);
    listen(said());
    expect(sightings.endRound(now)).toEqual({ silent: false, missing: [] });
    for (let round = 0; round < 4; round++) sightings.endRound(now + 1);
    expect(tvs()).toEqual([]);
  });

  it('stays, and is no reason to ask more often, while only multicast does not reach it', () => {
    listen(said({ ttl: 120 }));
    for (let minute = 0; minute < 60; minute++) {
      now += 60_000;
      sightings.expire(now);
      const { missing } = sightings.endRound(now);
      if (minute > 1) expect(missing).toEqual(['aaaa']);
      if (missing.length > 0) sightings.alive('aaaa', now);
      if (minute > 1) expect(sightings.endRound(now).silent).toBe(false);
      sightings.alive('aaaa', now);
    }
    expect(tvs()).toHaveLength(1);
    now += 120_000;
    sightings.expire(now);
    expect(tvs()).toEqual([]);
  });

  it.each([
    ['not our type', said().map((record) => ({ ...record, name: record.name.replace('tv', 'x') }))],
    ['without an SRV record', said().filter((record) => record.type !== 'SRV')],
    [
      'without a fingerprint',
      said().map((r) => (r.type === 'TXT' ? { ...r, data: ['id=aaaa'] } : r)),
    ],
    [
      'of another version',
      said().map((r) => (r.type === 'TXT' ? { ...r, data: ['txtvers=2'] } : r)),
    ],
  ])('is ignored: %s', (_, answers) => {
    listen(answers as Answer[]);
    expect(tvs()).toEqual([]);
  });

  it('is bounded, whoever floods the network', () => {
    for (let number = 0; number < 1000; number++)
      listen(said({ id: `a${number}`, instance: `TV ${number}` }));
    expect(tvs()).toHaveLength(256);
    for (let number = 0; number < 250; number++)
      listen(said({ id: 'a1', instance: 'TV 1', addresses: [`10.7.0.${number}`] }));
    expect(sightings.tvs.get('a1')?.addresses.length).toBeLessThanOrEqual(16);
  });

  it('always has an address, whatever is heard, taken back and not answered', () => {
    const addresses = fc.array(fc.constantFrom('10.7.0.1', '10.7.0.2', 'fd00::1', 'fe80::1'), {
      maxLength: 3,
    });
    const tv = fc.record({
      id: fc.constantFrom('aaaa', 'bbbb'),
      instance: fc.constantFrom('Living room', 'Kitchen'),
      host: fc.constantFrom('aaaa.local', 'bbbb.local'),
      ttl: fc.constantFrom(0, 1, 120),
      addresses,
    });
    const parts = fc.constantFrom('PTR', 'SRV', 'TXT', 'A', 'AAAA', 'all');
    const step = fc.oneof(
      fc.tuple(tv, parts, fc.constantFrom('eth0', 'wlan0')),
      fc.constantFrom('round', 'expire'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(1500)), { maxLength: 30 }), (history) => {
        sightings = new Sightings();
        for (const [one, passed] of history) {
          now += passed;
          if (one === 'round') sightings.endRound(now - 700);
          else if (one === 'expire') sightings.expire(now);
          else {
            const [about, part, via] = one;
            const records = said(about).filter((record) => part === 'all' || record.type === part);
            listen(records, via, 'fe80::9%eth0');
          }
          for (const { addresses: known } of tvs()) expect(known.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('may be anything: no packet throws', () => {
    const answers = fc.array(
      fc.constantFrom(...said(), ...said({ ttl: 0 }), ...said({ addresses: [] })),
      { maxLength: 6 },
    );
    const noise = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(answers, noise, (records, changed) => {
        const message = encode({ type: 'response', answers: records });
        for (const [at, byte] of changed) if (at < message.length) message.writeUInt8(byte, at);
        const packet = read(message);
        if (packet) hear(packet, { address: '10.7.0.1', port: 5353 }, 'eth0', sightings, now);
      }),
      { numRuns: 500 },
    );
  });
});

describe('changes', () => {
  it('turn what was told into what is known', () => {
    const tv = fc
      .record({
        id: fc.constantFrom('a', 'b', 'c'),
        name: fc.constantFrom('x', 'y'),
        addresses: fc.tuple(fc.constantFrom('10.7.0.1', '10.7.0.2')),
      })
      .map(
        (facts): FoundTv => ({
          ...{ fingerprint, version: '1', pairing: false, port: 7120, urls: [] },
          ...facts,
        }),
      );
    const known = fc
      .array(tv, { maxLength: 4 })
      .map((list) => new Map<string, FoundTv>(list.map((one) => [one.id, one])));
    fc.assert(
      fc.property(known, known, (before, after) => {
        const told = new Map(before);
        for (const event of changes(before, after)) {
          expect(told.has(event.tv.id)).toBe(event.type !== 'add');
          if (event.type === 'remove') told.delete(event.tv.id);
          else told.set(event.tv.id, event.tv);
        }
        expect(told).toEqual(after);
        expect(changes(after, after)).toEqual([]);
      }),
    );
  });
});

describe('question', () => {
  it('asks for a unicast answer or not, and for nothing else', () => {
    expect(decode(Buffer.from(question(false))).questions).toEqual([
      { name: type, type: 'PTR', class: 'IN' },
    ]);
    expect([...question(true).slice(-2)]).toEqual([0x80, 1]);
    expect(question(true).slice(0, -2)).toEqual(question(false).slice(0, -2));
  });
});

describe('browse and discover', () => {
  const nowhere: LanInterface = {
    name: 'nowhere',
    ipv4: [{ address: '192.0.2.1', netmask: '255.255.255.0' }],
    ipv6: [],
  };
  const browsers: Browser[] = [];
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await vi.waitFor(() =>
      expect(process.getActiveResourcesInfo().filter((resource) => resource === 'UDPWrap')).toEqual(
        [],
      ),
    );
  });

  it('tell a failure once, and go on trying', async () => {
    let looks = 0;
    const interfaces = () => {
      looks++;
      return [nowhere];
    };
    const browser = browse({ interfaces });
    browsers.push(browser);
    const errors: DiscoveryError[] = [];
    browser.on('error', (error) => errors.push(error));
    await expect.poll(() => looks, { timeout: 5000 }).toBe(3);
    expect(errors.map(({ code }) => code)).toEqual(['network']);
    expect(browser.listening).toBe(false);
  });

  it('fail where there is nothing to listen to', async () => {
    const found = discover({ interfaces: () => [nowhere] });
    await expect(found.next()).rejects.toMatchObject({ name: 'DiscoveryError', code: 'network' });
    await expect(found.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('end when the signal aborts: before, and while waiting', async () => {
    const signal = AbortSignal.abort();
    expect(await discover({ signal }).next()).toMatchObject({ done: true });
    const controller = new AbortController();
    const waiting = discover({ signal: controller.signal, interfaces: () => [] }).next();
    controller.abort();
    expect(await waiting).toMatchObject({ done: true });
  });
});

function read(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
