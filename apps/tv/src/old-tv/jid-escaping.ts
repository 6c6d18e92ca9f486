// XEP-0106 (JID escaping) for @xmpp/jid, in words that Chromium 63 knows; see vite.config.ts.

const codes: Record<string, string> = {
  ' ': '\\20',
  '"': '\\22',
  '&': '\\26',
  "'": '\\27',
  '/': '\\2f',
  ':': '\\3a',
  '<': '\\3c',
  '>': '\\3e',
  '@': '\\40',
  '\\': '\\5c',
};
const characters = new Map(Object.keys(codes).map((character) => [codes[character], character]));

const sequences = /\\(?:2[0267f]|3[ace]|40|5c)/g;
const disallowed = /[ "&'/:<>@\\]/g;

/** Whether `local` has characters that it may have only in escaped form. */
export function detect(local: string | null | undefined): boolean {
  return local ? local.replace(sequences, '').search(disallowed) !== -1 : false;
}

function escapeLocal(local: string | null): string | null {
  return local === null
    ? null
    : local.trim().replace(disallowed, (character) => codes[character] ?? character);
}

function unescapeLocal(local: string | null): string | null {
  return local === null
    ? null
    : local.replace(sequences, (sequence) => characters.get(sequence) ?? sequence);
}

export { escapeLocal as escape, unescapeLocal as unescape };
