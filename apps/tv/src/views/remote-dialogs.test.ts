import { defaultPermissions, type PairedRemote, type Role } from '@fjern/protocol';
import { expect, it } from 'vitest';
import { rolesFor } from './remote-dialogs.tsx';

const remotes = (...held: Role[]): PairedRemote[] =>
  held.map((role, index) => ({
    id: String(index),
    name: role,
    kind: 'phone',
    grant: { role, ...defaultPermissions[role] },
    pairedAt: index,
    online: false,
  }));

it.each<[Role[], Role[]]>([
  // Nobody could follow it.
  [['owner'], []],
  [['owner', 'guest'], []],
  [
    ['owner', 'member'],
    ['member', 'guest'],
  ],
  [
    ['owner', 'owner'],
    ['member', 'guest'],
  ],
  [
    ['member', 'owner'],
    ['owner', 'guest'],
  ],
  [
    ['guest', 'owner'],
    ['owner', 'member'],
  ],
])('among %j, the first can become %j', (held, choices) => {
  const [first, ...others] = remotes(...held);
  if (!first) throw new Error('there is one');
  expect(rolesFor(first, [first, ...others])).toEqual(choices);
});
