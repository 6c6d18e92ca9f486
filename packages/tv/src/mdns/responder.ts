import { MDNS_PORT, type Sender } from '@fjern/link/multicast';
import type { LanInterface } from '@fjern/protocol';
import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet';
import {
  ANY,
  additionalsTo,
  answersTo,
  recordData,
  type Service,
  type ServiceRecords,
  sameName,
  sameRecord,
  serviceRecords,
  TTL,
  tiebreak,
} from './records.ts';

// RFC 6762 as a responder for one service on one interface: probing (§8.1), simultaneous probes (§8.2),
// announcing (§8.3), responding (§6), conflicts (§9), goodbye (§10.1). No sockets here.

export interface ResponderLinks {
  /** To the multicast group, or to one querier. */
  send(packet: Packet, to?: Sender): void;
  /** All names are ours on this interface, and it was told so. */
  announced(): void;
  /** Somebody else has the name: the service's, or that of the host. This responder has stopped. */
  conflict(name: 'instance' | 'host'): void;
  /** Whether the address is one of this machine's, on any interface. */
  isOwn(address: string): boolean;
}

/** Milliseconds. */
const probeInterval = 250;
const announceInterval = 1000;
const deferral = 1000;
/** RFC 6762 §6: a record is not multicast more often than this, except to defend it. */
const repeatInterval = 1000;
const defenceInterval = 250;
/** RFC 6762 §5.4: what was multicast since needs no multicast for who asks for unicast. */
const recently = (TTL * 1000) / 4;
/** Answers to one querier in a second: a household asks less, and who asks more does not mean well. */
const mostUnicast = 100;

export class Responder {
  private readonly iface: LanInterface;
  private readonly links: ResponderLinks;
  private service: Service;
  private records: ServiceRecords;
  private state: 'probing' | 'announced' | 'stopped' = 'probing';
  private step: ReturnType<typeof setTimeout> | undefined;
  private probes = 0;
  private replyTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly replies = new Map<string, { record: Answer; due: number }>();
  private readonly sent = new Map<string, number>();
  private readonly unicast = { since: Number.NEGATIVE_INFINITY, count: 0 };
  private before: readonly Answer[];

  /**
   * @param before what this TV said on this link until now, under another name or from other addresses: taken back
   * when the new is announced, and not earlier, so that nobody misses the TV meanwhile
   */
  constructor(
    iface: LanInterface,
    service: Service,
    links: ResponderLinks,
    before: readonly Answer[] = [],
  ) {
    this.iface = iface;
    this.links = links;
    this.service = service;
    this.before = before;
    this.records = serviceRecords(service, iface);
    this.startProbing(Math.random() * probeInterval);
  }

  get isAnnounced(): boolean {
    return this.state === 'announced';
  }

  /** Something of the TXT record changed; the name did not. */
  update(service: Service): void {
    this.service = service;
    this.records = serviceRecords(service, this.iface);
    this.replies.clear();
    if (this.state === 'announced') this.announce(2);
  }

  /** What others on this link may have from us. */
  get held(): readonly Answer[] {
    if (this.state !== 'announced') return this.before;
    const [pointer] = this.records.shared;
    return [...(pointer ? [pointer] : []), ...this.records.unique];
  }

  /** Takes back what was announced; for the last packet, after which only `stop` makes sense. */
  goodbye(): Packet | undefined {
    const { held } = this;
    return held.length > 0 ? { type: 'response', answers: held.map(takenBack) } : undefined;
  }

  /** Something could not be sent to the group: the network is not there, or not yet. */
  unsent(): void {
    if (this.state === 'probing') this.startProbing(deferral);
    if (this.state !== 'announced') return;
    clearTimeout(this.step);
    this.step = setTimeout(() => this.announce(2), announceInterval);
  }

  stop(): void {
    this.state = 'stopped';
    clearTimeout(this.step);
    clearTimeout(this.replyTimer);
    this.replies.clear();
  }

  receive(packet: DecodedPacket, from: Sender): void {
    if (this.state === 'stopped') return;
    if (packet.type === 'query') this.receiveQuery(packet, from);
    // RFC 6762 §6: a response from another port is not multicast DNS.
    else if (from.port === MDNS_PORT) this.receiveResponse(packet);
  }

  private startProbing(delay: number): void {
    clearTimeout(this.step);
    clearTimeout(this.replyTimer);
    this.replyTimer = undefined;
    this.replies.clear();
    this.state = 'probing';
    this.probes = 0;
    this.step = setTimeout(() => this.probe(), delay);
  }

  private probe(): void {
    if (this.probes === 3) {
      this.state = 'announced';
      this.announce(2);
      this.links.announced();
      return;
    }
    this.probes++;
    const { instanceName, hostName, unique } = this.records;
    this.links.send({
      type: 'query',
      questions: [instanceName, hostName].map((name) => ({ type: ANY, name })),
      authorities: unique.map((record) => ({ ...record, flush: false }) as Answer),
    });
    this.step = setTimeout(() => this.probe(), probeInterval);
  }

  private announce(times: number): void {
    clearTimeout(this.step);
    const { shared, unique, negative } = this.records;
    const answers = [...shared, ...unique];
    const old = this.before.filter((record) => !answers.some((own) => sameRecord(own, record)));
    this.multicast(answers, negative, old.map(takenBack));
    if (times === 1) this.before = [];
    if (times > 1) this.step = setTimeout(() => this.announce(times - 1), announceInterval);
  }

  private multicast(answers: Answer[], additionals: Answer[], goodbyes: Answer[] = []): void {
    const now = performance.now();
    for (const record of answers) this.sent.set(keyOf(record), now);
    for (const [key, at] of this.sent) if (now - at > recently) this.sent.delete(key);
    this.links.send({ type: 'response', answers: [...answers, ...goodbyes], additionals });
  }

  private receiveQuery(query: DecodedPacket, from: Sender): void {
    const authorities = query.authorities ?? [];
    if (this.state === 'probing') {
      this.receiveProbe(authorities);
      return;
    }
    const questions = (query.questions ?? []).filter(
      (question) => answersTo(question, this.records).length > 0,
    );
    const answers = questions.flatMap((question) => answersTo(question, this.records));
    if (answers.length === 0) return;
    if (from.port !== MDNS_PORT) this.answerLegacy(query.id ?? 0, questions, answers, from);
    else if (authorities.length > 0) this.defend(answers);
    else if (questions.every(wantsUnicast)) this.answerUnicast(answers, from);
    else this.answer(answers, query.answers ?? []);
  }

  /** §8.2: the one whose data is later in the order goes on; the other looks again in a second. */
  private receiveProbe(theirs: readonly Answer[]): void {
    const { instanceName, hostName, unique } = this.records;
    for (const name of [instanceName, hostName]) {
      const rivals = theirs.filter((record) => sameName(record.name, name));
      // Our own probe, heard on another interface of ours.
      const foreign = rivals.some((record) => this.contradicts(record) !== undefined);
      if (!foreign) continue;
      const ours = unique.filter((record) => sameName(record.name, name));
      if (tiebreak(ours, rivals) < 0) {
        this.startProbing(deferral);
        return;
      }
    }
  }

  private receiveResponse(packet: DecodedPacket): void {
    for (const record of [...(packet.answers ?? []), ...(packet.additionals ?? [])]) {
      const name = this.contradicts(record);
      if (name === undefined) {
        if (this.state === 'announced') this.rescue(record);
        continue;
      }
      if (this.state === 'announced') {
        // §9: two networks became one. Whoever loses the probing gives way.
        this.before = [];
        this.startProbing(Math.random() * probeInterval);
      } else {
        this.stop();
        this.links.conflict(name);
      }
      return;
    }
  }

  /** §6.6: somebody lets a record of ours expire too early. */
  private rescue(record: Answer): void {
    if (!('ttl' in record) || (record.ttl ?? 0) >= TTL / 2) return;
    const { shared, unique } = this.records;
    const ours = [...shared, ...unique].filter((own) => sameRecord(own, record));
    if (ours.length > 0) this.answer(ours, []);
  }

  /** The name of ours under which the record says something else than we do, if it does (§9). */
  private contradicts(record: Answer): 'instance' | 'host' | undefined {
    if (!('ttl' in record) || record.ttl === 0) return undefined;
    const { instanceName, hostName } = this.records;
    if (sameName(record.name, instanceName)) {
      if (record.type === 'SRV') {
        const { target, port } = record.data;
        const ours = sameName(target, hostName) && port === this.service.port;
        return ours ? undefined : 'instance';
      }
      // An older text of ours may still be under way: it has our id.
      if (record.type === 'TXT')
        return hasId(record.data, this.service.id) ? undefined : 'instance';
    }
    if (sameName(record.name, hostName) && (record.type === 'A' || record.type === 'AAAA'))
      return this.links.isOwn(record.data) ? undefined : 'host';
    return undefined;
  }

  private lastSent(key: string): number {
    return this.sent.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  private mayUnicast(): boolean {
    const now = performance.now();
    if (now - this.unicast.since >= 1000) Object.assign(this.unicast, { since: now, count: 0 });
    return ++this.unicast.count <= mostUnicast;
  }

  /** §8.1: whoever probes for a name of ours is told at once. */
  private defend(answers: Answer[]): void {
    const now = performance.now();
    const due = answers.filter((record) => now - this.lastSent(keyOf(record)) >= defenceInterval);
    if (due.length > 0) this.multicast(due, additionalsTo(due, this.records));
  }

  /** §6.7: a querier that does not listen to the group gets its answer as from any name server. */
  private answerLegacy(id: number, questions: Question[], answers: Answer[], to: Sender): void {
    if (!this.mayUnicast()) return;
    const plain = (record: Answer): Answer => ({ ...record, flush: false, ttl: 10 }) as Answer;
    this.links.send(
      {
        type: 'response',
        id,
        questions: questions.map(({ type, name }) => ({ type, name })),
        answers: answers.map(plain),
        additionals: additionalsTo(answers, this.records).map(plain),
      },
      to,
    );
  }

  /** §5.4: a querier that has just started need not wait until a multicast is allowed. */
  private answerUnicast(answers: Answer[], to: Sender): void {
    const additionals = additionalsTo(answers, this.records);
    if (this.mayUnicast()) this.links.send({ type: 'response', answers, additionals }, to);
    const now = performance.now();
    const stale = answers.filter((record) => {
      return now - this.lastSent(keyOf(record)) > recently;
    });
    if (stale.length > 0) this.answer(stale, []);
  }

  /** §6: what others may answer too waits a random while; §7.1: what the querier knows is not sent. */
  private answer(answers: Answer[], known: readonly Answer[]): void {
    const now = performance.now();
    for (const record of answers) {
      const suppressed = known.some(
        (one) => 'ttl' in one && (one.ttl ?? 0) >= TTL / 2 && sameRecord(one, record),
      );
      const key = keyOf(record);
      if (suppressed || this.replies.has(key)) continue;
      const delay = this.records.shared.includes(record) ? 20 + Math.random() * 100 : 0;
      const earliest = this.lastSent(key) + repeatInterval;
      this.replies.set(key, { record, due: Math.max(now + delay, earliest) });
    }
    this.scheduleReplies();
  }

  private scheduleReplies(): void {
    clearTimeout(this.replyTimer);
    this.replyTimer = undefined;
    if (this.replies.size === 0) return;
    const next = Math.min(...[...this.replies.values()].map(({ due }) => due));
    this.replyTimer = setTimeout(() => this.reply(), Math.max(0, next - performance.now()));
  }

  private reply(): void {
    const soon = performance.now() + 10;
    const due: Answer[] = [];
    for (const [key, { record, due: at }] of this.replies) {
      if (at > soon) continue;
      due.push(record);
      this.replies.delete(key);
    }
    if (due.length > 0) this.multicast(due, additionalsTo(due, this.records));
    this.scheduleReplies();
  }
}

/** The top bit of the class; dns-packet has no name for such a class. */
function wantsUnicast({ class: ofQuestion }: Question): boolean {
  return String(ofQuestion) === 'UNKNOWN_32769';
}

/** RFC 6762 §10.1 */
function takenBack(record: Answer): Answer {
  return { ...record, ttl: 0 } as Answer;
}

function keyOf(record: Answer): string {
  return `${record.type} ${record.name} ${recordData(record).toString('base64')}`;
}

function hasId(data: string | Buffer | readonly (string | Buffer)[], id: string): boolean {
  const strings = Array.isArray(data) ? data : [data];
  return strings.some((text: string | Buffer) => text.toString() === `id=${id}`);
}
