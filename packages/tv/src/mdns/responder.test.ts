import type { Sender } from '@fjern/link/multicast';
import type { LanInterface } from '@fjern/protocol';
import { type Answer, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANY, type Service } from './records.ts';
import { Responder } from './responder.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(stopAll()).toBe(0);
  vi.useRealTimers();
});

const eth0: LanInterface = {
  name: 'eth0',
  ipv4: [{ address: '10.7.0.1', netmask: '255.255.255.0' }],
  ipv6: ['fd00::1'],
};
const living: Service = {
  instance: 'Living room',
  id: 'aaaa',
  port: 7120,
  txt: { txtvers: '1', id: 'aaaa', name: 'Living room' },
};
const instance = 'Living room._xmpp-tv._tcp.local';
const type = '_xmpp-tv._tcp.local';
const querier: Sender = { address: '10.7.0.9', port: 5353 };

const responders: Responder[] = [];
/** Returns how many timers are left: none may be. */
function stopAll(): number {
  for (const responder of responders.splice(0)) responder.stop();
  return vi.getTimerCount();
}

/** As the wire would bring it. */
const wire = (packet: Packet): DecodedPacket => decode(encode(packet));

interface Station {
  responder: Responder;
  sent: { packet: DecodedPacket; to: Sender | undefined; at: number }[];
  conflicts: string[];
  announced: number;
}

function station(
  service: Service = living,
  iface = eth0,
  heard?: (packet: Packet) => void,
  before?: readonly Answer[],
): Station {
  const start = Date.now();
  const sent: Station['sent'] = [];
  const conflicts: string[] = [];
  const responder = new Responder(
    iface,
    service,
    {
      send: (packet, to) => {
        sent.push({ packet: wire(packet), to, at: Date.now() - start });
        heard?.(packet);
      },
      announced: () => {
        result.announced++;
      },
      conflict: (name) => conflicts.push(name),
      isOwn: (address) =>
        iface.ipv4.some((own) => own.address === address) || iface.ipv6.includes(address),
    },
    before,
  );
  responders.push(responder);
  const result: Station = { responder, sent, conflicts, announced: 0 };
  return result;
}

/** A station that has its names, and may repeat any record. */
function settled(): Station {
  const result = station();
  vi.advanceTimersByTime(5000);
  expect(result.announced).toBe(1);
  result.sent.length = 0;
  return result;
}

const responses = ({ sent }: Station) => sent.filter(({ packet }) => packet.type === 'response');
const types = (records: Answer[] = []) => records.map((record) => record.type);
const ask = (
  name: string,
  questionType: 'PTR' | 'SRV' | 'A' | 'MX' | 'AAAA',
  known: Answer[] = [],
) => wire({ type: 'query', questions: [{ type: questionType, name }], answers: known });
const rivalSrv: Answer = {
  type: 'SRV',
  name: instance,
  ttl: 120,
  data: { port: 7120, target: 'bbbb.local' },
};
const pointer = (ttl: number): Answer => ({ type: 'PTR', name: type, ttl, data: instance });

describe('probing and announcing (RFC 6762 §8)', () => {
  it('asks three times in a quarter of a second each, then announces twice', () => {
    const { sent, announced } = station();
    vi.advanceTimersByTime(249 + 750);
    vi.advanceTimersByTime(5000);
    expect(announced).toBe(0);
    expect(sent.map(({ packet }) => packet.type)).toEqual([
      'query',
      'query',
      'query',
      'response',
      'response',
    ]);
    const [first, second, third, fourth, fifth] = sent.map(({ at }) => at);
    expect(first).toBeLessThan(250);
    expect([second, third, fourth, fifth].map((at) => (at ?? 0) - (first ?? 0))).toEqual([
      250, 500, 750, 1750,
    ]);
    const probe = sent[0]?.packet;
    expect(probe?.questions?.map(({ name }) => name)).toEqual([instance, 'aaaa.local']);
    expect(probe?.questions?.map((question) => question.type)).toEqual([ANY, ANY]);
    expect(types(probe?.authorities)).toEqual(['SRV', 'TXT', 'A', 'AAAA']);
    const announcement = sent[3]?.packet;
    expect(types(announcement?.answers)).toEqual(['PTR', 'PTR', 'SRV', 'TXT', 'A', 'AAAA']);
    for (const record of announcement?.answers ?? [])
      expect(record).toMatchObject({ ttl: 120, flush: record.type !== 'PTR' });
  });

  it('gives way to one who has the name', () => {
    const { responder, sent, conflicts } = station();
    vi.advanceTimersByTime(300);
    responder.receive(wire({ type: 'response', answers: [rivalSrv] }), querier);
    expect(conflicts).toEqual(['instance']);
    const before = sent.length;
    vi.advanceTimersByTime(5000);
    expect(sent).toHaveLength(before);
  });

  it('notices one who has the host name', () => {
    const { responder, conflicts } = station();
    const answers: Answer[] = [{ type: 'A', name: 'AAAA.local', ttl: 120, data: '10.7.0.2' }];
    responder.receive(wire({ type: 'response', answers }), querier);
    expect(conflicts).toEqual(['host']);
  });

  it('takes neither its own records nor a goodbye for a conflict', () => {
    const one = station();
    const two = station();
    vi.advanceTimersByTime(2000);
    for (const { packet } of one.sent) two.responder.receive(packet, querier);
    const goodbye = wire({ type: 'response', answers: [{ ...rivalSrv, ttl: 0 }] });
    two.responder.receive(goodbye, querier);
    const older: Answer = { type: 'TXT', name: instance, ttl: 120, data: ['id=aaaa', 'pairing=0'] };
    two.responder.receive(wire({ type: 'response', answers: [older] }), querier);
    expect(two.conflicts).toEqual([]);
    expect(two.responder.isAnnounced).toBe(true);
  });

  it('lets one of two win who probe together, whatever they say and whoever is first', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.nat(200), (one, two, delay) => {
        const stations: Station[] = [];
        const hub = (self: number) => (packet: Packet) => {
          const other = stations[1 - self];
          other?.responder.receive(wire(packet), querier);
        };
        const service = (id: string, name: string): Service => ({
          ...living,
          id,
          txt: { id, name },
        });
        const other = {
          ...eth0,
          ipv4: [{ address: '10.7.0.2', netmask: '255.255.255.0' }],
          ipv6: [],
        };
        stations.push(station(service('aaaa', one), eth0, hub(0)));
        vi.advanceTimersByTime(delay);
        stations.push(station(service('bbbb', two), other, hub(1)));
        vi.advanceTimersByTime(6000);
        const held = stations.filter(({ responder }) => responder.isAnnounced);
        expect(held).toHaveLength(1);
        expect(stations.flatMap(({ conflicts }) => conflicts)).toEqual(['instance']);
        stopAll();
      }),
    );
  });

  it('probes again when a rival turns up later (§9)', () => {
    const { responder, sent } = settled();
    responder.receive(wire({ type: 'response', answers: [rivalSrv] }), querier);
    expect(responder.isAnnounced).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(sent[0]?.packet.type).toBe('query');
    expect(responder.isAnnounced).toBe(true);
  });
});

describe('a change', () => {
  const renamed: Service = { ...living, instance: 'Kitchen' };

  it('takes the old name back in the packet that has the new one, and not before', () => {
    const { held } = settled().responder;
    const self = station(renamed, eth0, undefined, held);
    vi.advanceTimersByTime(740);
    expect(responses(self)).toEqual([]);
    expect(self.responder.goodbye()?.answers?.map(({ name }) => name)).toContain(instance);
    vi.advanceTimersByTime(3000);
    const announcements = responses(self).map(({ packet }) => packet.answers ?? []);
    expect(announcements).toHaveLength(2);
    for (const answers of announcements) {
      const gone = answers.filter((record) => 'ttl' in record && record.ttl === 0);
      expect(gone.map((record) => [record.type, record.name])).toEqual([
        ['PTR', type],
        ['SRV', instance],
        ['TXT', instance],
      ]);
      expect(types(answers)).toEqual(expect.arrayContaining(['A', 'AAAA']));
    }
    const names = self.responder.goodbye()?.answers?.map(({ name }) => name);
    expect(names).not.toContain(instance);
  });

  it('takes back the addresses that are gone', () => {
    const { held } = settled().responder;
    const self = station(living, { ...eth0, ipv6: [] }, undefined, held);
    vi.advanceTimersByTime(3000);
    const [first] = responses(self);
    const gone = first?.packet.answers?.filter((record) => 'ttl' in record && record.ttl === 0);
    expect(gone).toMatchObject([{ type: 'AAAA', data: 'fd00::1' }]);
  });

  it('of the clock holds nothing up: boxes set theirs after they started', () => {
    const self = settled();
    vi.setSystemTime(0);
    self.responder.receive(ask(type, 'PTR'), querier);
    vi.advanceTimersByTime(1100);
    expect(self.sent).toHaveLength(1);
  });

  it('of the network: what could not be sent is said again', () => {
    const self = station();
    vi.advanceTimersByTime(740);
    expect(self.announced).toBe(0);
    self.responder.unsent();
    vi.advanceTimersByTime(1700);
    expect(self.announced).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(self.announced).toBe(1);
    self.sent.length = 0;
    self.responder.unsent();
    vi.advanceTimersByTime(5000);
    expect(responses(self)).toHaveLength(2);
  });
});

describe('responding (RFC 6762 §6)', () => {
  it('answers a browser in 20 to 120 ms with all that it needs', () => {
    const self = settled();
    self.responder.receive(ask(type.toUpperCase(), 'PTR'), querier);
    vi.advanceTimersByTime(19);
    expect(self.sent).toEqual([]);
    vi.advanceTimersByTime(101);
    expect(self.sent).toHaveLength(1);
    const [{ packet, to } = { packet: undefined, to: undefined }] = self.sent;
    expect(to).toBeUndefined();
    expect(types(packet?.answers)).toEqual(['PTR']);
    expect(types(packet?.additionals)).toEqual(['SRV', 'TXT', 'A', 'AAAA', 'NSEC', 'NSEC']);
  });

  it('answers for names of its own at once, and says which types there are not', () => {
    const self = settled();
    self.responder.receive(ask(instance, 'SRV'), querier);
    vi.advanceTimersByTime(1);
    self.responder.receive(ask('aaaa.local', 'MX'), querier);
    vi.advanceTimersByTime(1);
    const [srv, negative] = self.sent.map(({ packet }) => packet);
    expect(types(srv?.answers)).toEqual(['SRV']);
    expect(types(srv?.additionals)).toEqual(['A', 'AAAA', 'NSEC']);
    expect(negative?.answers?.[0]).toMatchObject({
      type: 'NSEC',
      name: 'aaaa.local',
      data: { rrtypes: ['A', 'AAAA'] },
    });
  });

  it('is silent about other names, while it probes, and to responses from a wrong port', () => {
    const probing = station();
    probing.responder.receive(ask(type, 'PTR'), querier);
    const self = settled();
    self.responder.receive(ask('_http._tcp.local', 'PTR'), querier);
    self.responder.receive(wire({ type: 'response', answers: [rivalSrv] }), {
      ...querier,
      port: 4000,
    });
    vi.advanceTimersByTime(5000);
    expect(self.sent).toEqual([]);
    expect(responses(probing)[0]?.at).toBeGreaterThanOrEqual(750);
  });

  it('does not send what the querier knows well (§7.1), and does when it is about to forget', () => {
    const self = settled();
    self.responder.receive(ask(type, 'PTR', [pointer(60)]), querier);
    vi.advanceTimersByTime(500);
    expect(self.sent).toEqual([]);
    self.responder.receive(ask(type, 'PTR', [pointer(59)]), querier);
    vi.advanceTimersByTime(500);
    expect(self.sent).toHaveLength(1);
  });

  it('multicasts a record once a second, however often it is asked', () => {
    const self = settled();
    for (let query = 0; query < 300; query++) {
      self.responder.receive(ask(type, 'PTR'), querier);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1200);
    expect(self.sent.length).toBeGreaterThanOrEqual(3);
    expect(self.sent.length).toBeLessThanOrEqual(4);
  });

  it('answers the first question of a querier (QU) at once and to it alone (§5.4)', () => {
    const self = settled();
    const message = encode({ type: 'query', questions: [{ type: 'PTR', name: type }] });
    message.writeUInt16BE(0x8001, message.length - 2);
    self.responder.receive(decode(message), querier);
    expect(self.sent.map(({ to }) => to)).toEqual([querier]);
    vi.advanceTimersByTime(31_000);
    self.responder.receive(decode(message), querier);
    vi.advanceTimersByTime(200);
    // The group has not heard it for a quarter of its life.
    expect(self.sent.map(({ to }) => to)).toEqual([querier, querier, undefined]);
  });

  it('answers an ordinary resolver as a name server would (§6.7)', () => {
    const self = settled();
    const query = wire({ type: 'query', id: 77, questions: [{ type: 'A', name: 'aaaa.local' }] });
    self.responder.receive(query, { address: '10.7.0.9', port: 40_000 });
    const [{ packet, to } = { packet: undefined, to: undefined }] = self.sent;
    expect(to?.port).toBe(40_000);
    expect(packet?.id).toBe(77);
    expect(packet?.questions).toHaveLength(1);
    expect(packet?.answers?.[0]).toMatchObject({ type: 'A', ttl: 10, flush: false });
  });

  it('answers a flood of questions a hundred times a second, and no more', () => {
    const self = settled();
    const query = wire({ type: 'query', id: 7, questions: [{ type: 'A', name: 'aaaa.local' }] });
    const quick = encode({ type: 'query', questions: [{ type: 'PTR', name: type }] });
    quick.writeUInt16BE(0x8001, quick.length - 2);
    for (let packet = 0; packet < 10_000; packet++) {
      self.responder.receive(query, { address: `10.7.0.${packet % 250}`, port: 40_000 });
      self.responder.receive(decode(quick), querier);
    }
    expect(self.sent.length).toBeLessThanOrEqual(100);
    vi.advanceTimersByTime(1000);
    self.responder.receive(query, { address: '10.7.0.9', port: 40_000 });
    expect(self.sent.at(-1)?.to?.port).toBe(40_000);
  });

  it('defends its name at once when somebody probes for it', () => {
    const self = settled();
    const authorities = [rivalSrv];
    const questions = [{ type: ANY, name: instance }];
    self.responder.receive(wire({ type: 'query', questions, authorities }), querier);
    expect(types(self.sent[0]?.packet.answers)).toEqual(['SRV', 'TXT']);
  });

  it('repeats what somebody else took back (§6.6)', () => {
    const self = settled();
    self.responder.receive(wire({ type: 'response', answers: [pointer(0)] }), querier);
    vi.advanceTimersByTime(1100);
    expect(types(self.sent[0]?.packet.answers)).toEqual(['PTR']);
  });

  it('announces a new text twice, with everything', () => {
    const self = settled();
    self.responder.update({ ...living, txt: { id: 'aaaa', pairing: '1' } });
    vi.advanceTimersByTime(1500);
    expect(self.sent).toHaveLength(2);
    const text = self.sent[0]?.packet.answers?.find((record) => record.type === 'TXT');
    expect(text).toMatchObject({ data: [Buffer.from('id=aaaa'), Buffer.from('pairing=1')] });
  });

  it('says goodbye only for what it announced (§10.1)', () => {
    const probing = station();
    expect(probing.responder.goodbye()).toBeUndefined();
    const answers = settled().responder.goodbye()?.answers ?? [];
    expect(types(answers)).toEqual(['PTR', 'SRV', 'TXT', 'A', 'AAAA']);
    for (const record of answers) expect(record).toMatchObject({ ttl: 0 });
  });

  it('survives any packet', () => {
    const name = fc.constantFrom(instance, 'aaaa.local', type, 'x.local', '');
    const record: fc.Arbitrary<Answer> = fc.oneof(
      fc.record({ type: fc.constant('A' as const), name, ttl: fc.nat(), data: fc.ipV4() }),
      fc.record({
        type: fc.constant('TXT' as const),
        name,
        ttl: fc.nat(),
        data: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      }),
      fc.record({
        type: fc.constant('SRV' as const),
        name,
        ttl: fc.nat(),
        data: fc.record({ port: fc.nat(65_535), target: name }),
      }),
      fc.record({ type: fc.constant('PTR' as const), name, ttl: fc.nat(), data: name }),
    );
    const packet = fc.record({
      type: fc.constantFrom('query' as const, 'response' as const),
      questions: fc.array(fc.record({ type: fc.constantFrom(ANY, 'PTR', 'TXT'), name }), {
        maxLength: 3,
      }),
      answers: fc.array(record, { maxLength: 3 }),
      authorities: fc.array(record, { maxLength: 3 }),
      additionals: fc.array(record, { maxLength: 3 }),
    });
    const noise = fc.uint8Array({ minLength: 12, maxLength: 120 });
    fc.assert(
      fc.property(packet, noise, fc.boolean(), fc.nat(65_535), (sent, bytes, damaged, port) => {
        const message = encode(sent);
        const half = message.length >> 1;
        if (damaged) message.set(bytes.subarray(0, message.length - half), half);
        const packet = read(message);
        // What dns-packet does not read never comes to the responder.
        if (!packet) return;
        const self = station();
        vi.advanceTimersByTime(port % 2000);
        self.responder.receive(packet, { address: '10.7.0.9', port });
        vi.advanceTimersByTime(3000);
        stopAll();
      }),
    );
  });
});

function read(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
