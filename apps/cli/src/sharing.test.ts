import type { PairedRemote, Role } from '@fjern/remote';
import { expect, it } from 'vitest';
import { choose } from './sharing.ts';

function remote(id: string, name: string, role: Role, own = false): PairedRemote {
  const grant = { role, commands: [], facets: [], manage: role === 'owner' };
  const rest = { kind: 'phone', pairedAt: 0, online: false } as const;
  return { id, name, grant, ...rest, ...(own ? { own } : {}) };
}

const all = [
  remote('a1', 'Desk', 'owner', true),
  remote('b2', 'Phone', 'member'),
  remote('c3', 'phone', 'guest'),
  remote('d4', 'b2', 'guest'),
];

it('finds a remote by id before names, and names in any case', () => {
  expect(choose('b2', all).name).toBe('Phone');
  expect(choose('dESK', all).id).toBe('a1');
});

it('wants those of one name told apart', () => {
  expect(() => choose('Phone', all)).toThrow('use b2 or c3');
  expect(() => choose('Phone', all)).toThrow(expect.objectContaining({ code: 'ambiguous' }));
});

it('says whether there is none, or none to be seen', () => {
  const none = { reason: 'usage', code: 'no-such-remote' };
  expect(() => choose('Tablet', all)).toThrow(expect.objectContaining(none));
  const refused = { reason: 'refused', code: 'not-permitted' };
  const alone = [remote('b2', 'Phone', 'member', true)];
  expect(() => choose('Tablet', alone)).toThrow(expect.objectContaining(refused));
  expect(() => choose('Tablet', alone)).toThrow('this computer is a member');
});
