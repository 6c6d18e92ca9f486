import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Advertisement,
  compareAddresses,
  decodeAdvertisement,
  encodeAdvertisement,
  instanceName,
  isOnLink,
  lanInterfaces,
} from './advertisement.ts';
import { ProtocolError } from './errors.ts';

/** Length in UTF-8. */
const bytes = (text: string) => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, '_').length;
/** RFC 6763 §6.1: each string is preceded by one byte for its length. */
const wireSize = (txt: Record<string, string>) =>
  Object.entries(txt).reduce((sum, [key, value]) => sum + 1 + bytes(`${key}=${value}`), 0);

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const advertisement: fc.Arbitrary<Advertisement> = fc
  .record({
    id: label,
    name: fc.string({ unit: 'grapheme', maxLength: 200 }),
    fingerprint: fc.stringMatching(/^[\w-]{43}$/),
    version: fc.stringMatching(/^[\x21-\x7e]{1,32}$/),
    pairing: fc.boolean(),
    path: fc.option(fc.stringMatching(/^\/[\x21-\x7e]{0,63}$/), { nil: undefined }),
    tls: fc.boolean(),
  })
  .map(({ path, tls, ...rest }) => ({
    ...rest,
    ...(path === undefined ? {} : { path }),
    ...(tls ? { tls } : {}),
  }));

const living: Advertisement = {
  id: 'k7f3qz',
  name: 'Living room',
  fingerprint: 'A'.repeat(43),
  version: '0.1.0',
  pairing: true,
};

describe('TXT record', () => {
  it('has txtvers first', () => {
    expect(Object.entries(encodeAdvertisement(living))).toEqual([
      ['txtvers', '1'],
      ['id', 'k7f3qz'],
      ['name', 'Living room'],
      ['v', '0.1.0'],
      ['fp', 'A'.repeat(43)],
      ['pairing', '1'],
    ]);
  });

  it('is at most 400 bytes, no string above 255, whatever is advertised', () => {
    fc.assert(
      fc.property(advertisement, (value) => {
        const txt = encodeAdvertisement(value);
        expect(wireSize(txt)).toBeLessThanOrEqual(400);
        for (const [key, text] of Object.entries(txt))
          expect(bytes(`${key}=${text}`)).toBeLessThanOrEqual(255);
      }),
    );
  });

  it('decodes to what was encoded, but for what is cut from a long name', () => {
    fc.assert(
      fc.property(advertisement, (value) => {
        const { name, ...rest } = decodeAdvertisement(encodeAdvertisement(value));
        const { name: given, ...expected } = value;
        expect(rest).toEqual(expected);
        expect(given.startsWith(name)).toBe(true);
        if (bytes(given) <= 120) expect(name).toBe(given);
        else expect(bytes(name)).toBeGreaterThan(116);
      }),
    );
  });

  it('cuts a name between characters', () => {
    const { name } = encodeAdvertisement({ ...living, name: `a${'📺'.repeat(40)}` });
    expect(name).toBe(`a${'📺'.repeat(29)}`);
  });

  it('throws nothing but ProtocolError when decoding', () => {
    const value = fc.oneof(fc.string(), fc.constant(true), fc.constant(undefined), fc.uint8Array());
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('txtvers', 'id', 'name', 'v', 'fp', 'pairing', 'path', '__proto__'),
    );
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.boolean(), (noise, valid) => {
        try {
          decodeAdvertisement(valid ? { ...encodeAdvertisement(living), ...noise } : noise);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });

  it('ignores unknown keys and the case of keys', () => {
    const { id, ...rest } = encodeAdvertisement(living);
    expect(decodeAdvertisement({ ...rest, ID: id, id: 'second', later: 'x', flag: true })).toEqual(
      living,
    );
  });

  it.each([
    ['unknown', { txtvers: '2' }],
    ['malformed', { id: undefined }],
    ['invalid-value', { id: 'Not A Label' }],
    ['invalid-value', { fp: 'short' }],
    ['invalid-value', { path: 'relative' }],
    ['malformed', { v: undefined }],
  ] as const)('refuses with %s: %o', (code, change) => {
    expect(() => decodeAdvertisement({ ...encodeAdvertisement(living), ...change })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses to advertise what nobody could read', () => {
    expect(() => encodeAdvertisement({ ...living, id: 'a.b' })).toThrow(ProtocolError);
    expect(() => encodeAdvertisement({ ...living, fingerprint: '' })).toThrow(ProtocolError);
  });
});

describe('instance name', () => {
  it('numbers a second TV of the same name', () => {
    expect(instanceName('Living room')).toBe('Living room');
    expect(instanceName('Living room', 2)).toBe('Living room (2)');
  });

  it('is one label of 1 to 63 bytes without a dot or control character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 90 }),
        fc.integer({ min: 1, max: 99 }),
        (name, number) => {
          const label = instanceName(name, number);
          expect(bytes(label)).toBeLessThanOrEqual(63);
          expect(bytes(label)).toBeGreaterThan(0);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
          expect(label).not.toMatch(/[.\u0000-\u001f]/);
          if (number > 1) expect(label.endsWith(` (${number})`)).toBe(true);
        },
      ),
    );
  });
});

describe('interfaces', () => {
  const address = (address: string, netmask: string, internal = false) => ({
    address,
    netmask,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    internal,
  });
  const lo = [address('127.0.0.1', '255.0.0.0', true), address('::1', 'ffff::', true)];

  it('are those with an IPv4 network, without link-local IPv6 addresses', () => {
    const found = lanInterfaces({
      lo,
      eth0: [
        address('fe80::1', 'ffff:ffff:ffff:ffff::'),
        address('192.168.1.20', '255.255.255.0'),
        address('fd00::20', 'ffff:ffff:ffff:ffff::'),
      ],
      tun0: [address('10.8.0.2', '255.255.255.255')],
      wlan0: [address('fe80::2', 'ffff:ffff:ffff:ffff::')],
      gone: undefined,
    });
    expect(found).toEqual([
      {
        name: 'eth0',
        ipv4: [{ address: '192.168.1.20', netmask: '255.255.255.0' }],
        ipv6: ['fd00::20'],
      },
    ]);
  });

  it('are those of an IPv6 network, if it has more than link-local addresses', () => {
    const local = { ...address('fe80::1', 'ffff:ffff:ffff:ffff::'), scopeid: 4 };
    const found = lanInterfaces({
      eth0: [local, address('fd00::20', 'ffff:ffff:ffff:ffff::')],
      wlan0: [local],
      utun0: [address('fd00::21', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')],
    });
    expect(found).toEqual([{ name: 'eth0', ipv4: [], ipv6: ['fd00::20'], scope: 4 }]);
  });

  it('are never without an address', () => {
    const some = fc.record({
      address: fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.constantFrom('fe80::1', '169.254.7.7', '127.0.0.1', '::1'),
      ),
      netmask: fc.constantFrom('255.255.255.0', '255.255.255.255', 'ffff:ffff:ffff:ffff::'),
      internal: fc.boolean(),
      scopeid: fc.nat(9),
    });
    const interfaces = fc.dictionary(fc.constantFrom('lo', 'eth0', 'wlan0'), fc.array(some));
    fc.assert(
      fc.property(interfaces, (all) => {
        const named = Object.entries(all).map(([name, list]) => [
          name,
          list.map((one) => ({ ...one, family: one.address.includes(':') ? 'IPv6' : 'IPv4' })),
        ]);
        for (const { ipv4, ipv6 } of lanInterfaces(Object.fromEntries(named)))
          expect(ipv4.length + ipv6.length).toBeGreaterThan(0);
      }),
    );
  });

  it('are loopback where there is nothing else', () => {
    expect(lanInterfaces({ lo }).map(({ name }) => name)).toEqual(['lo']);
    expect(lanInterfaces({})).toEqual([]);
  });

  it('know who is on their link', () => {
    const eth0 = {
      name: 'eth0',
      ipv4: [{ address: '192.168.1.20', netmask: '255.255.254.0' }],
      ipv6: [],
    };
    expect(isOnLink('192.168.0.7', eth0)).toBe(true);
    expect(isOnLink('192.168.2.7', eth0)).toBe(false);
    expect(isOnLink('127.0.0.1', eth0)).toBe(false);
    const both = { ...eth0, scope: 4 };
    expect(isOnLink('fe80::7%eth0', both)).toBe(true);
    expect(isOnLink('fe80::7%4', both)).toBe(true);
    expect(isOnLink('fe80::7%eth1', both)).toBe(false);
    expect(isOnLink('fe80::7', both)).toBe(false);
    expect(isOnLink('2001:db8::7%eth0', both)).toBe(false);
  });

  it('sort addresses by how well they connect', () => {
    const addresses = ['fe80::1', '169.254.3.4', '2001:db8::1', '10.0.0.1', 'fd00::1'];
    expect(addresses.sort(compareAddresses)).toEqual([
      '10.0.0.1',
      '2001:db8::1',
      'fd00::1',
      '169.254.3.4',
      'fe80::1',
    ]);
  });
});
