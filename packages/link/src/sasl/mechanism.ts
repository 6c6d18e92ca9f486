/**
 * A SASL mechanism as `@xmpp/sasl` and `@xmpp/sasl2` drive it. All strings are binary strings: one
 * character a byte, ready for base64.
 */
export interface Mechanism {
  readonly name: string;
  /** All of ours speak first. */
  readonly clientFirst: true;
  response(): string | Promise<string>;
  challenge(data: string): void;
  /**
   * The server's data with success; called for every success, with the empty string when there is
   * none.
   * @throws SaslError when the mechanism proves who the server is and this does not
   */
  final(data: string): void;
}

/** The exchange broke a rule of the mechanism; the server is not who it should be, or broken. */
export class SaslError extends Error {
  override name = 'SaslError';
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function toBinary(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return binary;
}

export function fromBinary(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Whether two strings are the same, in a time that does not tell where they differ. */
export function equalSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
