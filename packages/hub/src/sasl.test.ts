import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Account, Sasl, type SaslStep, scramVerifier } from './sasl.ts';

const disabled = { text: 'Removed by Anna.' };
const accounts = new Map<string, Account>([
  ['user', { scram: scramVerifier('pencil') }],
  ['tv', { token: 'secret' }],
  ['gone', { token: 'secret', scram: scramVerifier('pencil'), disabled }],
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

const hashedToken = (name: string, token: string) =>
  Buffer.concat([
    Buffer.from(`${name}\0`),
    createHmac('sha256', token).update('Initiator').digest(),
  ]);

/** Both messages of a client that knows this password (RFC 5802 §3). */
function scram(name: string, password: string): SaslStep | undefined {
  const exchange = create().start('SCRAM-SHA-256');
  const first = exchange?.(Buffer.from(`n,,n=${name},r=abc`));
  const serverFirst = first?.type === 'challenge' ? first.data.toString() : '';
  const [, nonce = '', salt = '', iterations = ''] =
    /^r=(.*),s=(.*),i=(.*)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(
    password,
    Buffer.from(salt, 'base64'),
    Number(iterations),
    32,
    'sha256',
  );
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  const final = `c=biws,r=${nonce}`;
  const signature = hmac(storedKey, `n=${name},r=abc,${serverFirst},${final}`);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
  return exchange?.(Buffer.from(`${final},p=${proof.toString('base64')}`));
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
    const refused = { type: 'failure', condition: 'not-authorized', guessed: 'user' };
    expect(attempt((nonce) => `c=biws,r=${nonce},p=${proof}`)).toEqual(refused);
    expect(attempt((nonce) => `c=biws,r=${nonce},p=AA==`)).toEqual(refused);
    expect(attempt((nonce) => `c=biws,r=${nonce}x,p=${proof}`)).toEqual(refused);
    expect(attempt((nonce) => `c=eSws,r=${nonce},p=${proof}`)).toEqual(refused);
    expect(attempt(() => 'nonsense')).toMatchObject({ condition: 'malformed-request' });
  });
});

describe('HT-SHA-256-NONE', () => {
  const message = hashedToken;

  it('takes the token and proves that the hub knows it too', () => {
    expect(step('HT-SHA-256-NONE', message('tv', 'secret'))).toEqual({
      type: 'success',
      identity: { anonymous: false, username: 'tv', account: { token: 'secret' } },
      data: createHmac('sha256', 'secret').update('Responder').digest(),
    });
  });

  it('refuses anything else', () => {
    const refused = (guessed: string) => ({
      type: 'failure',
      condition: 'not-authorized',
      guessed,
    });
    expect(step('HT-SHA-256-NONE', message('tv', 'guess'))).toEqual(refused('tv'));
    expect(step('HT-SHA-256-NONE', message('nobody', 'secret'))).toEqual(refused('nobody'));
    expect(step('HT-SHA-256-NONE', message('user', 'pencil'))).toEqual(refused('user'));
    expect(step('HT-SHA-256-NONE', 'tv\0')).toEqual(refused('tv'));
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

describe('a disabled account', () => {
  const told = { type: 'failure', condition: 'account-disabled', text: 'Removed by Anna.' };

  it('tells whoever has the right token or password, and nobody else', () => {
    expect(step('HT-SHA-256-NONE', hashedToken('gone', 'secret'))).toEqual(told);
    expect(step('HT-SHA-256-NONE', hashedToken('gone', 'guess'))).toEqual({
      type: 'failure',
      condition: 'not-authorized',
      guessed: 'gone',
    });
    expect(scram('user', 'pencil')).toMatchObject({ type: 'success' });
    expect(scram('gone', 'pencil')).toEqual(told);
    expect(scram('gone', 'pen')).toMatchObject({ condition: 'not-authorized' });
  });
});

describe('a name that is to wait', () => {
  it('is not looked at, also when its exchange had begun', () => {
    let open = true;
    const sasl = create();
    const start = (mechanism: string) => sasl.start(mechanism, (name) => open && name !== 'tv');
    const refused = { type: 'failure', condition: 'temporary-auth-failure' };
    expect(start('HT-SHA-256-NONE')?.(hashedToken('tv', 'secret'))).toEqual(refused);
    expect(start('SCRAM-SHA-256')?.(Buffer.from('n,,n=tv,r=abc'))).toEqual(refused);
    const exchange = start('SCRAM-SHA-256');
    expect(exchange?.(Buffer.from('n,,n=user,r=abc')).type).toBe('challenge');
    open = false;
    expect(exchange?.(Buffer.from('c=biws,r=abc,p=AA=='))).toEqual(refused);
  });
});

describe('an unknown name', () => {
  /** The middle one of many, taken in turns, so that a busy machine slows down both. */
  function ratio(one: () => void, other: () => void): number {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < 4000; i++)
      [one, other].forEach((attempt, which) => {
        const start = process.hrtime.bigint();
        attempt();
        times[which as 0 | 1].push(Number(process.hrtime.bigint() - start));
      });
    const [a = 0, b = 1] = times.map((list) => list.sort((x, y) => x - y)[list.length / 2]);
    return a / b;
  }

  it.each([
    ['HT-SHA-256-NONE', hashedToken('nobody', 'guess'), hashedToken('tv', 'guess')],
    ['SCRAM-SHA-256', Buffer.from('n,,n=nobody,r=abc'), Buffer.from('n,,n=user,r=abc')],
  ])('costs %s as much time as a known one', (mechanism, unknown, known) => {
    const sasl = create();
    const attempt = (message: Buffer) => () => void sasl.start(mechanism)?.(message);
    const found = ratio(attempt(unknown), attempt(known));
    expect(found).toBeGreaterThan(0.75);
    expect(found).toBeLessThan(1.33);
  });
});
