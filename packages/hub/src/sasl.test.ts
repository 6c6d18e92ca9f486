import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sasl, type SaslStep, scramVerifier } from './sasl.ts';

const accounts = new Map([
  ['user', { scram: scramVerifier('pencil') }],
  ['tv', { token: 'secret' }],
]);
const create = (secret?: Uint8Array) =>
  new Sasl({
    accounts: { find: (name) => accounts.get(name) },
    domain: 'house.local',
    anonymous: true,
    ...(secret ? { secret } : {}),
  });

function step(mechanism: string, message: string | Buffer | undefined, sasl = create()): SaslStep {
  const exchange = sasl.start(mechanism);
  if (!exchange) throw new Error(`${mechanism} is not offered`);
  return exchange(message === undefined ? undefined : Buffer.from(message));
}

const data = (result: SaslStep) =>
  result.type === 'challenge' ? result.data.toString() : result.type;

describe('scramVerifier', () => {
  it('fits the exchanges of RFC 7677 §3 and RFC 5802 §5', () => {
    const sha256 = scramVerifier('pencil', {
      salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
    });
    const message256 =
      'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
      's=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const key256 = Buffer.from(sha256['SCRAM-SHA-256'].serverKey, 'base64');
    expect(createHmac('sha256', key256).update(message256).digest('base64')).toBe(
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    );
    const sha1 = scramVerifier('pencil', { salt: Buffer.from('QSXCR+Q6sek8bf92', 'base64') });
    const message1 =
      'n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,' +
      's=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j';
    const key1 = Buffer.from(sha1['SCRAM-SHA-1'].serverKey, 'base64');
    expect(createHmac('sha1', key1).update(message1).digest('base64')).toBe(
      'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    );
  });
});

describe('SCRAM', () => {
  it('shows the same salt for an unknown name each time, and across restarts with a secret', () => {
    const secret = Buffer.alloc(32, 7);
    const salt = (sasl: Sasl, name: string) =>
      /s=([^,]+)/.exec(data(step('SCRAM-SHA-256', `n,,n=${name},r=abc`, sasl)))?.[1];
    const sasl = create(secret);
    expect(salt(sasl, 'nobody')).toBe(salt(sasl, 'nobody'));
    expect(salt(sasl, 'nobody')).toBe(salt(create(secret), 'nobody'));
    expect(salt(sasl, 'nobody')).not.toBe(salt(sasl, 'somebody'));
    // An account without a password looks the same.
    expect(salt(sasl, 'tv')).toMatch(/^[\w+/]{22}==$/);
  });

  it.each([
    '',
    'n',
    'n,,',
    'p=tls-unique,,n=user,r=abc',
    'n,,n=us=er,r=abc',
    'n,,n=user,r=a,m=x,',
    'x,,n=user,r=abc',
  ])('calls %j malformed', (message) => {
    expect(step('SCRAM-SHA-256', message)).toEqual({
      type: 'failure',
      condition: 'malformed-request',
    });
  });

  it('refuses another authorization identity', () => {
    expect(step('SCRAM-SHA-256', 'n,a=other,n=user,r=abc')).toMatchObject({
      condition: 'invalid-authzid',
    });
    expect(step('SCRAM-SHA-256', 'n,a=user@house.local,n=user,r=abc').type).toBe('challenge');
  });

  it('refuses a proof that does not fit, a changed nonce and a changed channel binding', () => {
    const attempt = (final: (nonce: string) => string) => {
      const exchange = create().start('SCRAM-SHA-256');
      const first = exchange?.(Buffer.from('n,,n=user,r=abc'));
      const nonce = /r=([^,]+)/.exec(first ? data(first) : '')?.[1] ?? '';
      return exchange?.(Buffer.from(final(nonce)));
    };
    const proof = Buffer.alloc(32).toString('base64');
    const refused = { type: 'failure', condition: 'not-authorized' };
    expect(attempt((nonce) => `c=biws,r=${nonce},p=${proof}`)).toEqual(refused);
    expect(attempt((nonce) => `c=biws,r=${nonce},p=AA==`)).toEqual(refused);
    expect(attempt((nonce) => `c=biws,r=${nonce}x,p=${proof}`)).toEqual(refused);
    expect(attempt((nonce) => `c=eSws,r=${nonce},p=${proof}`)).toEqual(refused);
    expect(attempt(() => 'nonsense')).toMatchObject({ condition: 'malformed-request' });
  });
});

describe('HT-SHA-256-NONE', () => {
  const message = (name: string, token: string) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      createHmac('sha256', token).update('Initiator').digest(),
    ]);

  it('takes the token and proves that the hub knows it too', () => {
    expect(step('HT-SHA-256-NONE', message('tv', 'secret'))).toEqual({
      type: 'success',
      identity: { anonymous: false, username: 'tv', account: { token: 'secret' } },
      data: createHmac('sha256', 'secret').update('Responder').digest(),
    });
  });

  it('refuses anything else', () => {
    const refused = { type: 'failure', condition: 'not-authorized' };
    expect(step('HT-SHA-256-NONE', message('tv', 'guess'))).toEqual(refused);
    expect(step('HT-SHA-256-NONE', message('nobody', 'secret'))).toEqual(refused);
    expect(step('HT-SHA-256-NONE', message('user', 'pencil'))).toEqual(refused);
    expect(step('HT-SHA-256-NONE', 'tv\0')).toEqual(refused);
    expect(step('HT-SHA-256-NONE', 'tv')).toMatchObject({ condition: 'malformed-request' });
    expect(step('HT-SHA-256-NONE', undefined)).toMatchObject({ condition: 'malformed-request' });
  });
});

describe('mechanisms', () => {
  it('are only those that are offered', () => {
    expect(create().start('PLAIN')).toBeUndefined();
    const closed = new Sasl({ accounts: { find: () => undefined }, domain: 'x', anonymous: false });
    expect(closed.mechanisms).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
    expect(closed.start('ANONYMOUS')).toBeUndefined();
  });
});
