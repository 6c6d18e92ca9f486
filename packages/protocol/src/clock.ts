import { NS } from './namespaces.ts';
import { decimal, expectElement, formatDecimal, token } from './values.ts';
import { type Element, xml } from './xml.ts';

// The TV's clock: seconds since its epoch began, monotonic. A remote measures its offset with an
// exchange of timestamps, as NTP does (RFC 5905 §8).

export function encodeClockRequest(): Element {
  return xml('clock', { xmlns: NS });
}

export interface ClockReading {
  epoch: string;
  /** When the request was received, and when the answer left: seconds on the TV's clock. */
  received: number;
  sent: number;
}

export function encodeClockReading(reading: ClockReading): Element {
  return xml('clock', {
    xmlns: NS,
    epoch: reading.epoch,
    received: formatDecimal(reading.received),
    sent: formatDecimal(reading.sent),
  });
}

/** @throws ProtocolError */
export function decodeClockReading(element: Element): ClockReading {
  expectElement(element, 'clock', NS);
  const received = decimal(element, 'received');
  return {
    epoch: token(element, 'epoch'),
    received,
    sent: decimal(element, 'sent', { min: received }),
  };
}

export interface ClockOffset {
  /** TV clock minus local clock, seconds. */
  offset: number;
  /** Round trip without the TV's own time, seconds: the offset is wrong by half of it at most. */
  roundTrip: number;
}

/** @param sent, received local clock, seconds: when the request left and when the answer came */
export function clockOffset(reading: ClockReading, sent: number, received: number): ClockOffset {
  return {
    offset: (reading.received - sent + (reading.sent - received)) / 2,
    roundTrip: Math.max(0, received - sent - (reading.sent - reading.received)),
  };
}
