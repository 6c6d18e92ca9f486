import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLanOrigin } from './lan-origin.ts';

describe('a page is of this network', () => {
  it.each([
    'http://10.0.0.1:7120',
    'http://172.16.0.1',
    'http://172.31.255.254:8080',
    'http://192.168.1.20:7120',
    'https://192.168.1.20:7120',
    'http://169.254.7.7:7120',
    'http://127.0.0.1:5173',
    'http://localhost:7120',
    'http://[::1]:7120',
    'http://[fe80::1]:7120',
    'http://[fd12:3456:789a::1]:7120',
    'http://[::ffff:c0a8:101]:7120',
    'http://abcdefghijklmnop.local:7120',
    'http://raspberry-pi.local',
  ])('from %s', (origin) => {
    expect(isLanOrigin(origin)).toBe(true);
  });
});

describe('a page is not of this network', () => {
  it.each([
    ['a site of the internet', 'https://evil.example'],
    ['its own port', 'http://evil.example:7120'],
    ['an address of the internet', 'http://8.8.8.8:7120'],
    ['another', 'http://[2001:db8::1]:7120'],
    ['just beside the private ones', 'http://172.32.0.1'],
    ['just beside the private ones', 'http://172.15.255.255'],
    ['just beside the private ones', 'http://192.169.0.1'],
    ['just beside the private ones', 'http://11.0.0.1'],
    ['any address', 'http://0.0.0.0:7120'],
    ['any address', 'http://[::]:7120'],
    ['an address of a provider', 'http://100.64.0.1'],
    ['an address of the internet in IPv6', 'http://[::ffff:808:808]'],
    ['IPv4 behind a translator', 'http://[64:ff9b::c0a8:101]'],
    ['a name that begins as an address', 'http://10.0.0.1.evil.com'],
    ['a name that begins as an address', 'http://192.168.1.5.nip.io'],
    ['a name that says an address', 'http://192-168-1-5.nip.io'],
    ['a name that begins as a local one', 'http://tv.local.evil.com'],
    ['a name that looks like a local one', 'http://evil-local.com'],
    ['a name that looks like a local one', 'http://evillocal'],
    ['a top-level domain of nobody', 'http://local'],
    ['no label', 'http://.local'],
    ['a network’s own domain', 'http://portal.corp.local'],
    ['with a dot at the end', 'http://tv.local.'],
    ['localhost of somebody', 'http://localhost.evil.com'],
    ['a name under localhost', 'http://evil.localhost'],
    ['an address in one number', 'http://3232235777'],
    ['an address in hexadecimal', 'http://0xc0a80101'],
    ['an address in octal', 'http://0300.0250.1.1'],
    ['an address with fewer numbers', 'http://192.168.257'],
    ['a user', 'http://192.168.1.5@evil.com'],
    ['a user', 'http://evil@192.168.1.5'],
    ['a path', 'http://192.168.1.5/'],
    ['a fragment', 'http://evil.com#.local'],
    ['a usual port, written out', 'http://192.168.1.5:80'],
    ['upper case', 'http://TV.local'],
    ['space', ' http://tv.local'],
    ['two origins', 'http://tv.local http://evil.com'],
    ['a list', 'http://tv.local, http://evil.com'],
    ['no origin', 'null'],
    ['nothing', ''],
    ['files', 'file://'],
    ['files of a host', 'file://192.168.1.5'],
    ['an extension', 'chrome-extension://abcdefghijklmnop'],
    ['another scheme', 'ftp://192.168.1.5'],
    ['a WebSocket', 'ws://192.168.1.5'],
    ['letters that look alike', 'http://tv.locаl'],
  ])('with %s: %s', (_what, origin) => {
    expect(isLanOrigin(origin)).toBe(false);
  });

  it('with any name of the internet', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom('', ':7120'), (domain, port) => {
        fc.pre(!domain.endsWith('.local'));
        expect(isLanOrigin(`http://${domain}${port}`)).toBe(false);
        expect(isLanOrigin(`http://192.168.1.5.${domain}${port}`)).toBe(false);
        expect(isLanOrigin(`http://tv.local.${domain}${port}`)).toBe(false);
      }),
    );
  });

  it('with any address of the internet, and throws at nothing', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0] = address.split('.').map(Number);
        const home =
          a === 10 ||
          a === 127 ||
          (a === 172 && b >= 16 && b < 32) ||
          (a === 192 && b === 168) ||
          (a === 169 && b === 254);
        expect(isLanOrigin(`http://${address}`)).toBe(home);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        isLanOrigin(text);
        expect(isLanOrigin(`http://${text}.example`)).toBe(false);
      }),
    );
  });
});
