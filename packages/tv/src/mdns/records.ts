import { type AdvertisementTxt, type LanInterface, SERVICE_TYPE } from '@fjern/protocol';
import {
  type Answer,
  encode,
  type NsecAnswer,
  type Question,
  type RecordType,
  type StringAnswer,
} from 'dns-packet';

// The records that describe one TV on one network interface (RFC 6763 §12), and how records compare.

export interface Service {
  /** The service instance: one label (RFC 6763 §4.1.1). */
  instance: string;
  id: string;
  port: number;
  txt: AdvertisementTxt;
}

/** Seconds. Two minutes for all: what a TV that lost its power leaves behind is gone as soon as its addresses. */
export const TTL = 120;

/** QTYPE `*`: the library knows it, its types do not. */
export const ANY = 'ANY' as string as RecordType;

const typeName = `${SERVICE_TYPE}.local`;
const enumerationName = '_services._dns-sd._udp.local';

export interface ServiceRecords {
  instanceName: string;
  hostName: string;
  /** Shared with other TVs (RFC 6762 §2): never flushes another's. */
  shared: Answer[];
  /** Names that are ours alone, as long as nobody objected when we probed. */
  unique: Answer[];
  /** RFC 6762 §6.1: which types there are, so that nobody waits for the others. */
  negative: NsecAnswer[];
}

export function serviceRecords(service: Service, { ipv4, ipv6 }: LanInterface): ServiceRecords {
  const instanceName = `${service.instance}.${typeName}`;
  const hostName = `${service.id}.local`;
  const own = { class: 'IN', ttl: TTL, flush: true } as const;
  const pointer = (name: string, data: string): StringAnswer => ({
    type: 'PTR',
    name,
    class: 'IN',
    ttl: TTL,
    data,
  });
  const negative = (name: string, rrtypes: string[]): NsecAnswer => ({
    ...own,
    type: 'NSEC',
    name,
    data: { nextDomain: name, rrtypes },
  });
  const strings = Object.entries(service.txt).map(([key, value]) => `${key}=${value}`);
  return {
    instanceName,
    hostName,
    shared: [pointer(typeName, instanceName), pointer(enumerationName, typeName)],
    unique: [
      {
        ...own,
        type: 'SRV',
        name: instanceName,
        data: { priority: 0, weight: 0, port: service.port, target: hostName },
      },
      { ...own, type: 'TXT', name: instanceName, data: strings },
      ...ipv4.map(
        ({ address }): StringAnswer => ({ ...own, type: 'A', name: hostName, data: address }),
      ),
      ...ipv6.map((data): StringAnswer => ({ ...own, type: 'AAAA', name: hostName, data })),
    ],
    negative: [
      negative(instanceName, ['TXT', 'SRV']),
      negative(hostName, [...(ipv4.length > 0 ? ['A'] : []), ...(ipv6.length > 0 ? ['AAAA'] : [])]),
    ],
  };
}

/** The records that answer a question (RFC 6762 §6). */
export function answersTo(question: Question, records: ServiceRecords): Answer[] {
  const named = ({ name }: Answer) => sameName(name, question.name);
  const asked = ({ type }: Answer) => question.type === ANY || question.type === type;
  const positive = [...records.shared, ...records.unique].filter(
    (record) => named(record) && asked(record),
  );
  return positive.length > 0 ? positive : records.negative.filter(named);
}

/** What whoever got these answers will ask for next (RFC 6763 §12). */
export function additionalsTo(answers: readonly Answer[], records: ServiceRecords): Answer[] {
  const pointed = answers.some(({ type, name }) => type === 'PTR' && sameName(name, typeName));
  const located = answers.some(({ type }) => type === 'SRV');
  const all = [...records.unique, ...records.negative];
  const wanted = pointed
    ? all
    : located
      ? all.filter(({ name }) => sameName(name, records.hostName))
      : [];
  return wanted.filter((record) => !answers.some((answer) => sameRecord(answer, record)));
}

/** RFC 6762 §16: only ASCII letters are equal in both cases. */
export function sameName(a: string, b: string): boolean {
  const lower = (name: string) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return a === b || lower(a) === lower(b);
}

export function sameRecord(a: Answer, b: Answer): boolean {
  return a.type === b.type && sameName(a.name, b.name) && recordData(a).equals(recordData(b));
}

/** Uncompressed RDATA, as it is compared (RFC 6762 §8.2). */
export function recordData(record: Answer): Buffer {
  // A message of one record with the root as its name: 12 bytes of header, 11 before the data.
  return encode({ type: 'response', answers: [{ ...record, name: '.' }] }).subarray(23);
}

const typeNumbers: Partial<Record<string, number>> = { A: 1, TXT: 16, AAAA: 28, SRV: 33 };

/**
 * RFC 6762 §8.2: two probe for one name at the same time. Negative: the first set loses; zero: they are
 * the same.
 */
export function tiebreak(ours: readonly Answer[], theirs: readonly Answer[]): number {
  const order = (records: readonly Answer[]) =>
    records
      .flatMap((record) => {
        const number = typeNumbers[record.type];
        return number === undefined ? [] : [{ number, data: recordData(record) }];
      })
      .sort((a, b) => a.number - b.number || Buffer.compare(a.data, b.data));
  const [a, b] = [order(ours), order(theirs)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (!left || !right) return left ? 1 : -1;
    const difference = left.number - right.number || Buffer.compare(left.data, right.data);
    if (difference !== 0) return difference;
  }
  return 0;
}
