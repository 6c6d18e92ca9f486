import { fileURLToPath } from 'node:url';

const here = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));

/**
 * For `resolve.alias` of a page that uses `@fjern/link` (vite, rolldown): one copy of ltx instead of two,
 * a small event emitter, no @xmpp/jid, which the link does not call and whose escaping needs
 * `String.replaceAll` (Chromium 85) and template literals of ES2018, no parser of @xmpp/websocket, and
 * @xmpp/sasl only when it is needed. Without them everything works on current browsers, in 6 kB (gzip) more.
 *
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function smallLink() {
  return [
    { find: /^ltx\/lib\/(.*)$/, replacement: 'ltx/src/$1' },
    { find: /^events$/, replacement: here('./events.js') },
    { find: /^@xmpp\/jid$/, replacement: here('./jid.js') },
    { find: /^@xmpp\/xml$/, replacement: here('./xml.js') },
    { find: /^@xmpp\/sasl$/, replacement: here('./mechanisms.js') },
    { find: /^\.\/FramedParser\.js$/, replacement: here('./nothing.js') },
  ];
}
