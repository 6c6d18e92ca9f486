import { networkInterfaces } from 'node:os';
import { type LanInterface, lanInterfaces, ProtocolError } from '@fjern/protocol';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Advertiser, type AdvertiserError, advertise } from './advertiser.ts';

// On the loopback interface; test/mdns has real networks.

const advertisers: Advertiser[] = [];
afterAll(async () => {
  await Promise.all(advertisers.splice(0).map((advertiser) => advertiser.close()));
  await vi.waitFor(() =>
    expect(process.getActiveResourcesInfo().filter((resource) => resource === 'UDPWrap')).toEqual(
      [],
    ),
  );
});

const loopback = (): LanInterface[] => {
  const { lo } = networkInterfaces();
  return lanInterfaces({ lo });
};
const nowhere: LanInterface = {
  name: 'nowhere',
  ipv4: [{ address: '192.0.2.1', netmask: '255.255.255.0' }],
  ipv6: [],
};
const living = () => {
  const id = `t${crypto.randomUUID()}`;
  return {
    id,
    name: `TV ${id.slice(0, 9)}`,
    fingerprint: 'A'.repeat(43),
    version: '0.1.0',
    pairing: false,
  };
};
function start(interfaces: () => LanInterface[], advertisement = living()): Advertiser {
  const advertiser = advertise({ advertisement, port: 7120, interfaces });
  advertisers.push(advertiser);
  return advertiser;
}
const published = (advertiser: Advertiser) =>
  new Promise<string>((resolve) => {
    advertiser.on('published', resolve);
  });

describe.concurrent('advertise', () => {
  it('publishes under the name of the TV, again after a change of name', async () => {
    const tv = living();
    const advertiser = start(loopback, tv);
    expect(advertiser.published).toBe(false);
    expect(await published(advertiser)).toBe(tv.name);
    expect(advertiser).toMatchObject({ name: tv.name, published: true });
    advertiser.update({ ...tv, pairing: true });
    expect(advertiser.published).toBe(true);
    advertiser.update({ ...tv, name: `${tv.name}!` });
    expect(advertiser.published).toBe(false);
    expect(await published(advertiser)).toBe(`${tv.name}!`);
  });

  it('refuses what is no advertisement, and keeps to the last one', async () => {
    expect(() => start(loopback, { ...living(), id: 'Not a label' })).toThrow(ProtocolError);
    const tv = living();
    const advertiser = start(loopback, tv);
    expect(() => advertiser.update({ ...tv, name: 'New', version: '' })).toThrow(ProtocolError);
    expect(await published(advertiser)).toBe(tv.name);
  });

  it('tells a failure once, goes on trying, and recovers', async () => {
    let interfaces = [nowhere];
    let looks = 0;
    const advertiser = start(() => {
      looks++;
      return interfaces;
    });
    const errors: AdvertiserError[] = [];
    advertiser.on('error', (error) => errors.push(error));
    await expect.poll(() => looks, { timeout: 5000 }).toBe(3);
    expect(errors.map(({ code }) => code)).toEqual(['network']);
    expect(errors[0]?.message).toMatch(/^Cannot advertise on nowhere: .+\. Still trying\.$/);
    expect(errors[0]?.cause).toBeInstanceOf(Error);
    interfaces = loopback();
    await published(advertiser);
  });

  it('survives a system that does not tell its interfaces', async () => {
    let broken = true;
    const advertiser = start(() => {
      if (broken) throw new Error('EMFILE');
      return loopback();
    });
    const error = await new Promise<AdvertiserError>((resolve) => {
      advertiser.on('error', resolve);
    });
    expect(error).toMatchObject({ code: 'network', cause: { message: 'EMFILE' } });
    broken = false;
    await published(advertiser);
  });

  it('waits for a network without complaint', async () => {
    let interfaces: LanInterface[] = [];
    const advertiser = start(() => interfaces);
    advertiser.on('error', (error) => expect.unreachable(error.message));
    expect(advertiser.published).toBe(false);
    interfaces = loopback();
    await published(advertiser);
  });

  it('closes at any time, more than once, and is silent then', async () => {
    const advertiser = start(loopback);
    advertiser.on('published', () => expect.unreachable());
    const closing = advertiser.close();
    expect(advertiser.close()).toBe(closing);
    await closing;
    advertiser.update(living());
    expect(advertiser.published).toBe(false);
  });
});
