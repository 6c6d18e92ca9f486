export {
  type AdvertiseOptions,
  type Advertiser,
  AdvertiserError,
  type AdvertiserErrorCode,
  type AdvertiserEvents,
  advertise,
} from './advertiser.ts';
