import { pbkdf2Sync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SaslError } from './mechanism.ts';
import { type ScramName, scram } from './scram.ts';

interface Vector {
  name: ScramName;
  nonce: string;
  first: string;
  challenge: string;
  answer: string;
  final: string;
}

// RFC 7677 §3 and RFC 5802 §5.
const vectors: Vector[] = [
  {
    name: 'SCRAM-SHA-256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    challenge:
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    answer:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    final: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    name: 'SCRAM-SHA-1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    answer: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    final: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
];

function client({ name, nonce }: Vector, salted = new Map<string, Uint8Array>()) {
  return scram(name, { username: 'user', password: 'pencil', nonce, salted });
}

afterEach(() => vi.unstubAllGlobals());

describe.each(vectors)('$name', (vector) => {
  it('speaks as in the RFC', async () => {
    const mechanism = client(vector);
    expect(await mechanism.response()).toBe(vector.first);
    mechanism.challenge(vector.challenge);
    expect(await mechanism.response()).toBe(vector.answer);
    expect(() => mechanism.final(vector.final)).not.toThrow();
  });

  it('speaks so on a page that is no secure context, which has no crypto.subtle', async () => {
    const { crypto } = globalThis;
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const mechanism = client(vector);
    await mechanism.response();
    mechanism.challenge(vector.challenge);
    expect(await mechanism.response()).toBe(vector.answer);
  });

  it('refuses a server that did not prove that it knows the password', async () => {
    const mechanism = client(vector);
    expect(() => mechanism.final(vector.final)).toThrow(SaslError);
    await mechanism.response();
    mechanism.challenge(vector.challenge);
    await mechanism.response();
    for (const forged of ['', 'v=', 'v=AAAA', vector.final.slice(0, -2), 'e=other-error'])
      expect(() => mechanism.final(forged)).toThrow(SaslError);
  });

  it.each([
    ['a nonce that is not ours', (text: string) => text.replace(/r=./, 'r=X')],
    [
      'a nonce without a part of its own',
      (text: string) => text.replace(/r=[^,]*/, `r=${vector.nonce}`),
    ],
    ['too few iterations', (text: string) => text.replace('i=4096', 'i=4095')],
    ['iterations that would take minutes', (text: string) => text.replace('i=4096', 'i=600001')],
    ['iterations that are no number', (text: string) => text.replace('i=4096', 'i=1e9')],
    ['no salt', (text: string) => text.replace(/s=[^,]*/, 's=')],
    ['nothing', () => ''],
  ])('refuses a challenge with %s', async (_, spoil) => {
    const mechanism = client(vector);
    await mechanism.response();
    mechanism.challenge(spoil(vector.challenge));
    await expect(mechanism.response()).rejects.toThrow(SaslError);
  });

  it('keeps the salted password of the last login, so that the next costs no PBKDF2', async () => {
    const salted = new Map<string, Uint8Array>();
    const mechanism = client(vector, salted);
    await mechanism.response();
    mechanism.challenge(vector.challenge);
    await mechanism.response();
    const [key, value] = [...salted][0] ?? [];
    const salt = Buffer.from(/s=([^,]*)/.exec(vector.challenge)?.[1] ?? '', 'base64');
    const [length, hash] = vector.name === 'SCRAM-SHA-1' ? [20, 'sha1'] : [32, 'sha256'];
    expect(Buffer.from(value ?? [])).toEqual(pbkdf2Sync('pencil', salt, 4096, length, hash));

    salted.set(key ?? '', new Uint8Array(length));
    const next = client(vector, salted);
    await next.response();
    next.challenge(vector.challenge);
    expect(await next.response()).not.toBe(vector.answer);
    expect(salted.size).toBe(1);
  });
});

it('escapes the username and carries it as UTF-8', async () => {
  const mechanism = scram('SCRAM-SHA-256', {
    username: 'ø=,',
    password: 'x',
    nonce: 'n',
    salted: new Map(),
  });
  const first = Buffer.from(await mechanism.response(), 'latin1').toString('utf8');
  expect(first).toBe('n,,n=ø=3D=2C,r=n');
});
