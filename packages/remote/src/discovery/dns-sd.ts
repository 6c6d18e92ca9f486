import { MDNS_PORT, type Sender } from '@fjern/link/multicast';
import {
  type Advertisement,
  decodeAdvertisement,
  ProtocolError,
  SERVICE_TYPE,
} from '@fjern/protocol';
import bonjour from 'bonjour-service';
import { type Answer, type DecodedPacket, decode, encode } from 'dns-packet';
import type { Heard, Sightings } from './sightings.ts';

// DNS-SD (RFC 6763): from the packets on one link to what is known. bonjour-service's browser joins PTR, SRV
// and TXT records to services. It reports a service once, so each packet gets a browser of its own, and what it
// leaves to others is done here: addresses that change, texts that come alone, goodbyes, time to live.

const typeName = `${SERVICE_TYPE}.local`;
const [label = '', protocol = ''] = SERVICE_TYPE.split('.').map((part) => part.slice(1));

/**
 * Asks every TV to answer, also those that are known: an answer is a sign of life.
 * @param unicast RFC 6762 §5.4: whoever answered somebody else just now answers us nevertheless
 */
export function question(unicast: boolean): Uint8Array {
  const message = encode({ type: 'query', questions: [{ type: 'PTR', name: typeName }] });
  // The top bit of the class, which ends the message.
  const at = message.length - 2;
  if (unicast) message.writeUInt8(message.readUInt8(at) | 0x80, at);
  return message;
}

/** Nothing for what is none: anybody may send anything, and a response comes from the port of mDNS (RFC 6762 §6). */
export function decodeResponse(message: Uint8Array, sender: Sender): DecodedPacket | undefined {
  if (sender.port !== MDNS_PORT) return undefined;
  try {
    const packet = decode(Buffer.from(message));
    return packet.type === 'response' ? packet : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether the packet says that a known TV changed without saying all of what it is now: ask. */
export function hear(
  packet: DecodedPacket,
  sender: Sender,
  via: string,
  sightings: Sightings,
  now: number,
): boolean {
  for (const service of servicesIn(packet, sender)) sightings.heard(service, via, now);
  let pointers = false;
  let parts = false;
  for (const record of [...(packet.answers ?? []), ...(packet.additionals ?? [])]) {
    if (record.type === 'PTR' && record.name.toLowerCase() === typeName) {
      pointers = true;
      if (isGoodbye(record)) sightings.goodbye(record.data, now);
    } else if (record.type === 'A' || record.type === 'AAAA') {
      if (isGoodbye(record)) sightings.goodbyeAddress(record.name, record.data);
      else sightings.heardAddress(record.name, record.data, record.flush === true, via, now);
    } else if (record.type === 'TXT' || record.type === 'SRV') {
      parts ||= sightings.knows(record.name);
    }
  }
  return parts && !pointers;
}

function isGoodbye(record: Exclude<Answer, { type: 'OPT' }>): boolean {
  return record.ttl === 0;
}

function servicesIn(packet: DecodedPacket, sender: Sender): Heard[] {
  let onResponse: ((packet: DecodedPacket, sender: object) => void) | undefined;
  const services: bonjour.Service[] = [];
  const feed = {
    on: (_event: 'response', listener: typeof onResponse) => {
      onResponse = listener;
    },
    query: () => undefined,
  };
  new bonjour.Browser(
    feed,
    { type: label, protocol: protocol === 'udp' ? 'udp' : 'tcp' },
    (found) => services.push(found),
  );
  try {
    onResponse?.(packet, sender);
  } catch {
    // What it cannot read is not a TV.
  }
  return services.flatMap((service) => {
    const advertisement = read(service.txt);
    if (!advertisement) return [];
    const { fqdn, host, port, ttl = 0 } = service;
    return [{ instance: fqdn, host, port, advertisement, ttl, sender: sender.address }];
  });
}

function read(txt: unknown): Advertisement | undefined {
  try {
    return decodeAdvertisement(typeof txt === 'object' && txt !== null ? { ...txt } : {});
  } catch (error) {
    // Another version's, or somebody's mistake.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
