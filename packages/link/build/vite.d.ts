/** For `resolve.alias` of a page that uses `@fjern/link`; see vite.js. */
export function smallLink(): { find: RegExp; replacement: string }[];
