import { isDeepStrictEqual } from 'node:util';
import { type Option, type OptionName, optionNames, table } from './option-table.ts';
import type { Options } from './options.ts';

export interface Changes {
  names: (OptionName | 'hooks')[];
  restarts: ('hub' | 'player')[];
  /** These wait for the next start. */
  waiting: OptionName[];
  /** What is in force after them. */
  options: Options;
}

/** What another configuration means for a box that runs. */
export function changesBetween(old: Options, next: Options): Changes {
  const changed = optionNames.filter(
    (name) => !isDeepStrictEqual(old.given[name], next.given[name]),
  );
  // A certificate that was renewed has the path of the one before.
  if (!isDeepStrictEqual(old.tls, next.tls) && !changed.includes('tls-cert'))
    changed.push('tls-cert');
  const having = (effect: Option['effect']) =>
    changed.filter((name) => table[name].effect === effect);
  const waiting = having('next start');
  const player = having('player restarts').length > 0;
  const hub = player || having('hub restarts').length > 0;
  const hooks = !isDeepStrictEqual(old.hooks, next.hooks);
  return {
    names: [
      ...changed.filter((name) => !waiting.includes(name)),
      ...(hooks ? (['hooks'] as const) : []),
    ],
    restarts: [...(hub ? (['hub'] as const) : []), ...(player ? (['player'] as const) : [])],
    waiting,
    options: { ...next, dataDir: old.dataDir, json: old.json },
  };
}
