import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { advertisedInterfaces, lanAddress, origin, reachableAddress } from './addresses.ts';

function info(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, mac: '02:00:00:00:00:01', internal, cidr: null };
  return address.includes(':')
    ? { ...common, family: 'IPv6', netmask: 'ffff:ffff:ffff:ffff::', scopeid: 0 }
    : { ...common, family: 'IPv4', netmask: '255.255.255.0' };
}

describe('the address shown to phones', () => {
  it('is that of the physical network, IPv4 first', () => {
    expect(
      lanAddress({
        lo: [info('127.0.0.1', true), info('::1', true)],
        docker0: [info('172.17.0.1')],
        eth0: [info('fe80::1'), info('2001:db8::5'), info('192.168.1.20')],
      }),
    ).toBe('192.168.1.20');
  });

  it('is IPv6, a bridge or a self-assigned one where there is nothing better', () => {
    expect(lanAddress({ eth0: [info('fe80::1'), info('2001:db8::5')] })).toBe('2001:db8::5');
    expect(lanAddress({ eth0: [info('169.254.3.4')] })).toBe('169.254.3.4');
    expect(lanAddress({ docker0: [info('172.17.0.1')] })).toBe('172.17.0.1');
  });

  it('is the loopback address without a network', () => {
    expect(lanAddress({ lo: [info('127.0.0.1', true)] })).toBe('127.0.0.1');
    expect(lanAddress({})).toBe('127.0.0.1');
  });

  it('is the one that the box listens at, if it is one', () => {
    expect(reachableAddress('10.1.2.3')).toBe('10.1.2.3');
  });

  it('is advertised where the box is reached, and nowhere else', () => {
    const interfaces = {
      lo: [info('127.0.0.1', true), info('::1', true)],
      eth0: [info('192.168.1.20'), info('2001:db8::5')],
      eth1: [info('10.0.0.3')],
    };
    const at = (host?: string) => advertisedInterfaces(host, interfaces).map(({ name }) => name);
    expect(at()).toEqual(['eth0', 'eth1']);
    expect(at('0.0.0.0')).toEqual(['eth0', 'eth1']);
    expect(at('10.0.0.3')).toEqual(['eth1']);
    expect(at('127.0.0.1')).toEqual(['lo']);
    expect(at('::1')).toEqual([]);
  });

  it('stands in a URL as it should', () => {
    expect(origin(false, '192.168.1.20', 7120)).toBe('http://192.168.1.20:7120');
    expect(origin(true, '2001:db8::5', 443)).toBe('https://[2001:db8::5]:443');
  });
});
