import type { OutdatedTv } from './tv-store.ts';

/** Of every version. */
const strings = ['tv', 'name', 'fingerprint', 'service', 'domain', 'jid', 'token'] as const;

/**
 * What is wrong with it as a stored TV, to be put behind its name, as `.key.public is not a public key`; never a value.
 * @param isPrivateKey what the store can hold
 */
export function problemOfTv(
  value: unknown,
  isPrivateKey: (value: unknown) => boolean = isKey,
): string | undefined {
  if (!isRecord(value)) return ' is not an object';
  for (const field of strings)
    if (typeof value[field] !== 'string') return `.${field} is not a string`;
  if (value.outdated === true) return undefined;
  if (typeof value.pairing !== 'string') return '.pairing is not a string';
  if (!isKey(value.tvKey)) return '.tvKey is not a public key';
  const { key } = value;
  if (!isRecord(key) || !isKey(key.public)) return '.key.public is not a public key';
  if (!isPrivateKey(key.private)) return '.key.private is not a private key';
  return undefined;
}

/** What version 1 kept of a TV: all but the keys. */
export function fromVersion1(value: unknown): OutdatedTv | undefined {
  if (!isRecord(value)) return undefined;
  // Whether its pairing was complete does not matter any more.
  const { provisional: _, ...known } = value;
  const outdated = { ...known, outdated: true };
  return problemOfTv(outdated) ? undefined : (outdated as unknown as OutdatedTv);
}

/** 32 bytes, base64url. */
export function isKey(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
