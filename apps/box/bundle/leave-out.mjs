// What libraries load and the box never uses. Each costs memory and time at every start.
const replacements = {
  // `send` explains itself to its developers, by the environment variable DEBUG; with it comes a search for a module
  // about colours that is not there.
  debug: 'module.exports = () => () => {};',
  // `pino` can write logs in a thread of its own. Ours go to standard error, as they come.
  'thread-stream': 'module.exports = class ThreadStream {};',
  // `qrcode` can write pictures. Ours are text and mpv's drawings.
  pngjs: 'module.exports = {};',
};

/** A plugin that puts next to nothing in the place of them. */
export function leaveOut() {
  const prefix = '\0left-out:';
  return {
    name: 'leave-out',
    enforce: 'pre',
    resolveId(id) {
      return Object.hasOwn(replacements, id) ? `${prefix}${id}.cjs` : undefined;
    },
    load(id) {
      if (!id.startsWith(prefix)) return undefined;
      return replacements[id.slice(prefix.length, -'.cjs'.length)];
    },
  };
}
