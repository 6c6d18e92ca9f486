// The responder is our own, on dns-packet, since no library advertises as a TV must (measured, see
// test/mdns for the cases): bonjour-service 1.4.4 keeps addresses that are gone, does not rename, and dies of a
// lost route; @homebridge/ciao 1.3.12 renames the host along with the service (`<id>-(2).local`), looks at the
// network every 15 s and may end the process; dnssd-advertise 1.1.6 renames to a random suffix without
// telling, and cannot change its text.
export {
  type AdvertiseOptions,
  type Advertiser,
  AdvertiserError,
  type AdvertiserErrorCode,
  type AdvertiserEvents,
  advertise,
} from './advertiser.ts';
