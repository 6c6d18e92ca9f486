/** Of one of a TV's remotes. */
const remote = [
  'id',
  'name',
  'kind',
  'role',
  'online',
  'own?',
  'pairedAt',
  'lastSeen?',
  'expires?',
  'untilStandby?',
] as const;

/** Of a TV that says on this network that it is there. */
const found = [
  'id',
  'name',
  'url?',
  'urls',
  'addresses',
  'port',
  'version',
  'fingerprint',
  'pairing',
  'paired',
] as const;

/**
 * Every line that `--json` prints, by its `event`, with its fields: those with `?` are not always there. This is an
 * interface that programs rely on: fields are added, never renamed. docs/cli.md explains them.
 */
export const lines = {
  add: found,
  update: found,
  remove: found,
  unverified: found,
  known: ['tv', 'name', 'label', 'service', 'default', 'outdated?', 'online?'],
  default: ['tv', 'name', 'label'],
  approval: ['name'],
  paired: ['tv', 'name', 'label', 'service'],
  unpaired: ['tv', 'name', 'label'],
  status: ['tv', 'name', 'label', 'media?', 'currentTime', 'volume?', 'grant?'],
  tv: ['status'],
  state: ['facet', 'value', 'currentTime?'],
  grant: ['grant'],
  link: ['status'],
  item: ['number', 'id', 'source', 'metadata', 'duration?'],
  done: ['command', 'id', 'facet', 'epoch', 'revision', 'value'],
  remote,
  renamed: remote,
  role: remote,
  revoked: ['id', 'name'],
  error: ['code', 'message'],
} as const;

export type LineName = keyof typeof lines;
type Fields<E extends LineName> = (typeof lines)[E][number];
type Optional<F extends string> = F extends `${infer Name}?` ? Name : never;
type Required<F extends string> = F extends `${string}?` ? never : F;

/** What is said of an event, besides its name. */
export type Line<E extends LineName> = { readonly [F in Required<Fields<E>>]: unknown } & {
  readonly [F in Optional<Fields<E>>]?: unknown;
};
