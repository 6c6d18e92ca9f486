import fc from 'fast-check';
import type { Capabilities } from './capabilities.ts';
import type { Catalogue, CatalogueItem } from './catalogue.ts';
import { type Command, commandNames } from './commands.ts';
import { facetNames } from './facets.ts';
import { type Grant, roles } from './grants.ts';
import {
  type Artwork,
  type MediaError,
  type MediaMetadata,
  type MediaSource,
  type MediaState,
  mediaErrorConditions,
  playbackStates,
} from './media.ts';
import { remoteKinds } from './pairing.ts';
import {
  type KnownRemote,
  type PairedRemote,
  type Revocation,
  revocationReasons,
} from './remotes.ts';
import type { ApprovalRequest, PairingStatus, RevokedKey, ShownOffer } from './screen.ts';
import type { VolumeState } from './volume.ts';
import { Element, isXmlText } from './xml.ts';

// Values of the protocol's types, as fast-check makes them up. Only for tests.

const defined = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

/** A record in which each key may be missing, as `exactOptionalPropertyTypes` wants it. */
function partial<T extends object>(
  required: { [K in keyof T]?: fc.Arbitrary<T[K]> },
  optional: { [K in keyof T]?: fc.Arbitrary<T[K]> },
): fc.Arbitrary<T> {
  const options = Object.fromEntries(
    Object.entries(optional).map(([key, arbitrary]) => [
      key,
      fc.option(arbitrary as fc.Arbitrary<unknown>, { nil: undefined }),
    ]),
  );
  return fc
    .record({ ...required, ...options } as Record<string, fc.Arbitrary<unknown>>)
    .map((record) => defined(record) as T);
}

/** Text that XML can carry; not empty, since empty counts as absent. */
export const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter(isXmlText);
export const token = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/);
/** Non-negative decimals as the wire carries them: whole microseconds. */
export const seconds = fc.integer({ min: 0, max: 1e12 }).map((micro) => micro / 1e6);
const level = fc.integer({ min: 0, max: 1e6 }).map((micro) => micro / 1e6);

export const source: fc.Arbitrary<MediaSource> = partial<MediaSource>(
  { uri: text },
  { type: text },
);
const artwork = partial<Artwork>({ src: text }, { sizes: text, type: text });
export const metadata: fc.Arbitrary<MediaMetadata> = partial<MediaMetadata>(
  {},
  {
    title: text,
    artist: text,
    album: text,
    artwork: fc.array(artwork, { minLength: 1, maxLength: 3 }),
  },
);

export const media: fc.Arbitrary<MediaState> = partial<MediaState>(
  {
    state: fc.constantFrom(...playbackStates),
    currentTime: seconds,
    at: seconds,
    playbackRate: seconds,
  },
  {
    duration: seconds,
    live: fc.boolean(),
    seekable: fc
      .tuple(seconds, seconds)
      .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) })),
    source,
    metadata,
    error: partial<MediaError>({ condition: fc.constantFrom(...mediaErrorConditions) }, { text }),
    by: text,
  },
);

export const volume: fc.Arbitrary<VolumeState> = partial<VolumeState>(
  { level, muted: fc.boolean() },
  { by: text },
);

export const catalogue: fc.Arbitrary<Catalogue> = fc.record({
  items: fc.array(partial<CatalogueItem>({ id: text, source, metadata }, { duration: seconds }), {
    maxLength: 4,
  }),
});

export const command: fc.Arbitrary<Command> = fc
  .constantFrom(...commandNames)
  .chain((name): fc.Arbitrary<Command> => {
    const envelope = { id: token, epoch: token, expires: seconds };
    switch (name) {
      case 'load':
        return partial<Extract<Command, { name: 'load' }>>(
          { ...envelope, name: fc.constant(name), source },
          { metadata, currentTime: seconds, autoplay: fc.boolean() },
        );
      case 'seek':
        return fc.record({ ...envelope, name: fc.constant(name), currentTime: seconds });
      case 'setRate':
        return fc.record({ ...envelope, name: fc.constant(name), playbackRate: seconds });
      case 'setVolume':
        return fc.record({ ...envelope, name: fc.constant(name), level });
      case 'setMuted':
        return fc.record({ ...envelope, name: fc.constant(name), muted: fc.boolean() });
      default:
        return fc.record({ ...envelope, name: fc.constant(name) });
    }
  });

export const capabilities: fc.Arbitrary<Capabilities> = fc.record({
  name: text,
  commands: fc.subarray(commandNames),
  facets: fc.subarray(facetNames),
  mediaTypes: fc.array(text, { maxLength: 4 }),
  playbackRate: fc.record({
    min: fc.integer({ min: 1, max: 100 }).map((n) => n / 100),
    max: fc.integer({ min: 1, max: 1600 }).map((n) => n / 100),
  }),
});

export const base64url = (length: number) =>
  fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{${length}}$`));
export const base64 = fc.base64String({ minLength: 4, maxLength: 80 });
/** Whole milliseconds since the Unix epoch, of years that clocks show. */
export const instant = fc.integer({ min: 0, max: 4e12 });
export const kind = fc.constantFrom(...remoteKinds);
export const role = fc.constantFrom(...roles);
const reason = fc.constantFrom(...revocationReasons);

export const grant: fc.Arbitrary<Grant> = partial<Grant>(
  {
    role,
    commands: fc.subarray(commandNames),
    facets: fc.subarray(facetNames),
    manage: fc.boolean(),
  },
  { expires: instant, untilStandby: fc.boolean(), generation: fc.nat() },
);

const listed = { id: text, name: text, kind, grant, pairedAt: instant, online: fc.boolean() };
export const pairedRemote: fc.Arbitrary<PairedRemote> = partial<PairedRemote>(listed, {
  lastSeen: instant,
  own: fc.constant(true),
});
const knownRemote: fc.Arbitrary<KnownRemote> = partial<KnownRemote>(
  { ...listed, key: base64url(43) },
  { lastSeen: instant },
);
export const revocation: fc.Arbitrary<Revocation> = partial<Revocation>(
  { at: instant, reason },
  { by: text },
);

export const pairingStatus: fc.Arbitrary<PairingStatus> = partial<PairingStatus>(
  {
    name: text,
    requests: fc.array(
      fc.record<ApprovalRequest>({ id: text, name: text, kind, role, expires: instant }),
      { maxLength: 3 },
    ),
    remotes: fc.array(knownRemote, { maxLength: 3 }),
    revoked: fc.array(
      partial<RevokedKey>({ key: base64url(43), at: instant, reason }, { by: text }),
      { maxLength: 3 },
    ),
  },
  {
    renamedFrom: text,
    offer: fc.record<ShownOffer>({
      url: text,
      pin: fc.stringMatching(/^\d{6}$/),
      expires: instant,
      role,
    }),
    refused: partial<{ at: number; lockedUntil?: number }>(
      { at: instant },
      { lockedUntil: instant },
    ),
  },
);

/** Any tree of elements, biased towards names, attributes and namespaces that decoders look at. */
export function anyElement(
  names: readonly string[],
  namespaces: readonly string[],
): fc.Arbitrary<Element> {
  const name = fc.oneof(fc.constantFrom(...names), fc.stringMatching(/^[a-z]{1,5}$/));
  const value = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      'NaN',
      'Infinity',
      '-1',
      '1e5',
      '0',
      '1',
      'true',
      '',
      '2',
      '9'.repeat(30),
      'media',
      'owner',
      'phone',
      'qr',
      'IK',
      'removed',
      'allow',
      '2026-11-24T20:14:02.000Z',
      '2026-99-99',
      'A'.repeat(22),
      'A'.repeat(43),
    ),
  );
  const attrs = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'id',
        'epoch',
        'revision',
        'expires',
        'state',
        'currentTime',
        'at',
        'playbackRate',
        'duration',
        'level',
        'muted',
        'uri',
        'node',
        'jid',
        'start',
        'end',
        'condition',
        'facet',
        'sent',
        'received',
        'var',
        'category',
        'type',
        'kind',
        'since',
        'sid',
        'n',
        'pattern',
        'code',
        'offer',
        'approval',
        'key',
        'role',
        'manage',
        'until-standby',
        'generation',
        'name',
        'pin',
        'decision',
        'reason',
        'by',
        'connected',
        'last-seen',
        'lockedUntil',
        'pairing',
        '__proto__',
        'constructor',
      ),
      fc.stringMatching(/^[a-z]{1,5}$/),
    ),
    value,
    { maxKeys: 8 },
  );
  const { tree } = fc.letrec<{ tree: Element; node: Element | string }>((tie) => ({
    node: fc.oneof({ maxDepth: 3 }, fc.string({ maxLength: 8 }), tie('tree')),
    tree: fc
      .tuple(
        name,
        attrs,
        fc.constantFrom(...namespaces, undefined),
        fc.array(tie('node'), { maxLength: 3 }),
      )
      .map(([elementName, attributes, xmlns, children]) => {
        const element = new Element(elementName);
        Object.assign(element.attrs, attributes);
        if (xmlns) element.attrs.xmlns = xmlns;
        for (const child of children) {
          if (typeof child === 'string') element.t(child);
          else element.cnode(child);
        }
        return element;
      }),
  }));
  return tree;
}
