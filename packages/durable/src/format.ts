import { createHash } from 'node:crypto';

/** What a file contains: JSON with a `version`. */
export interface Format<T extends { version: number }> {
  /** The version that is written. */
  version: T['version'];
  /**
   * Reads a value of this version; fields that it does not know it should keep.
   * @throws Damage
   */
  read(value: Record<string, unknown>): T;
  /**
   * Reads a value of an older version.
   * @throws Damage
   */
  upgrade(value: Record<string, unknown>, version: number): T;
}

/** Says what is wrong with a value and where, as `tvs[2].token is not a string`; never the value itself. */
export class Damage extends Error {
  override name = 'Damage';
}

/** Somebody's newer version wrote it. */
export class Newer extends Error {
  override name = 'Newer';
}

/** The field with which a file tells that it is what was written. Whoever repairs a file by hand takes it out. */
const checksum = 'checksum';

export function encode(value: { version: number }): string {
  return `${JSON.stringify({ ...value, [checksum]: sum(value) }, null, 2)}\n`;
}

/** @throws Damage, Newer */
export function decode<T extends { version: number }>(
  bytes: Uint8Array,
  format: Format<T>,
): { value: T; version: number } {
  const { [checksum]: expected, ...value } = parse(bytes);
  const { version } = value;
  if (expected !== undefined && expected !== sum(value))
    throw new Damage('its checksum does not fit its content');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    throw new Damage('version is not a whole number');
  if (version > format.version) throw new Newer();
  return {
    value: version === format.version ? format.read(value) : format.upgrade(value, version),
    version,
  };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) throw new Damage('it is empty');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes what it read, and that is secret.
    throw new Damage('it is not JSON, or only a part of it');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Damage('it is not a JSON object');
  return value as Record<string, unknown>;
}

/** Of the value rather than the bytes, so that indentation does not matter. */
function sum(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
