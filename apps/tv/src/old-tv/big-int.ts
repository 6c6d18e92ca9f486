/** What of `globalThis` an engine without BigInt lacks. */
export interface BigIntHost {
  BigInt?: unknown;
  DataView: { prototype: Partial<Pick<DataView, 'setUint32' | 'setBigUint64'>> };
}

/**
 * Chromium 63 to 66 have no BigInt. ChaCha20-Poly1305 needs it for one thing: to write the lengths of what it
 * authenticates as 64 bits (RFC 8439 §2.8). Those are numbers, so here a number stands for a BigInt. Whoever wants
 * more of it is told at once, instead of being given a wrong result. What is there already stays.
 */
export function addBigInt(host: BigIntHost): void {
  if (typeof host.BigInt !== 'function') host.BigInt = countable;
  const { prototype } = host.DataView;
  if (!prototype.setBigUint64)
    Object.defineProperty(prototype, 'setBigUint64', {
      configurable: true,
      writable: true,
      value(this: DataView, offset: number, value: unknown, littleEndian?: boolean) {
        const number = countable(value);
        const [low, high] = [number % 2 ** 32, Math.floor(number / 2 ** 32)];
        this.setUint32(littleEndian ? offset : offset + 4, low, littleEndian);
        this.setUint32(littleEndian ? offset + 4 : offset, high, littleEndian);
      },
    });
}

/** @throws RangeError unless it is a whole number from 0 that a double holds exactly */
function countable(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`Without BigInt, ${String(value)} is more than this engine can count`);
  return number;
}
