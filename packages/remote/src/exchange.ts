import {
  type ClockReading,
  decodeClockReading,
  type Element,
  encodeClockRequest,
  encodeGrantRequest,
  encodeItemsRequest,
  encodeSubscribe,
  NS_DISCO_INFO,
  ProtocolError,
  type Session,
  xml,
} from '@fjern/protocol';
import type { EarlyAnswer, EarlyRequest, SealedClient } from '@fjern/seal';
import type { LocalClock } from './clock.ts';
import type { TvTarget } from './presence.ts';

/** What a handshake brought. */
export interface Answered {
  target: TvTarget;
  /** As `stateRequests` asked. */
  payloads: (Element | undefined)[];
  reading: ClockReading;
  /** Local clock. */
  sent: number;
  received: number;
}

/** What there is to know of the TV: state, capabilities, grant. */
export function stateRequests(): EarlyRequest[] {
  return [
    { type: 'get', payload: encodeItemsRequest() },
    { type: 'get', payload: xml('query', { xmlns: NS_DISCO_INFO }) },
    { type: 'get', payload: encodeGrantRequest() },
  ];
}

export function present(payload: Element | undefined, name: string): Element {
  if (!payload) throw new ProtocolError('malformed', name, 'is missing');
  return payload;
}

interface Limits {
  signal: AbortSignal;
  /** Seconds for the handshake. */
  timeout: number;
}

/**
 * A handshake in which everything is asked: one round trip. The subscription goes first, so that no change falls
 * between.
 * @param to undefined: whichever of the TV's resources is there
 */
export async function exchange(
  { client, session, now }: { client: SealedClient; session: Session; now: LocalClock },
  to: TvTarget | undefined,
  { signal, timeout }: Limits,
): Promise<Answered> {
  const requests: EarlyRequest[] = [
    { type: 'set', payload: encodeSubscribe(session.jid) },
    ...stateRequests(),
    { type: 'get', payload: encodeClockRequest() },
  ];
  let sent = now();
  let received = sent;
  const answers = await client.open(requests, {
    ...(to ? { to: to.jid } : {}),
    signal,
    timeout,
    onstep: (step) => {
      if (step === 'sent') sent = now();
      else received = now();
    },
  });
  const [, items, info, grant, clock] = await Promise.all(
    requests.map((request, index) => answerOf(client, request, answers[index], signal)),
  );
  const reading = decodeClockReading(present(clock, 'clock'));
  const target = { jid: client.jid ?? '', epoch: reading.epoch };
  return { target, payloads: [items, info, grant], reading, sent, received };
}

async function answerOf(
  client: SealedClient,
  { type, payload }: EarlyRequest,
  answer: EarlyAnswer | undefined,
  signal: AbortSignal,
): Promise<Element | undefined> {
  if (!answer) return undefined;
  if ('payload' in answer) return answer.payload;
  // A handshake has room for 64 KiB.
  if (answer.error.condition === 'resource-constraint')
    return client.request(type, payload, { signal, timeout: 10 });
  throw answer.error;
}
