const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A command id: 16 characters, 96 bits. `crypto.randomUUID` is missing on pages served over http. */
export function randomId(): string {
  let id = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += alphabet.charAt(byte & 63);
  return id;
}
