import { type KnownTv, type PairError, pair, resumePairing } from '@fjern/remote';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Household, startHousehold } from './household.ts';

let home: Household;

beforeEach(async () => {
  home = await startHousehold();
});

afterEach(async () => {
  await home.close();
});

const options = { name: 'Phone', kind: 'phone', save() {}, timeout: 5 } as const;

function failure(pairing: Promise<unknown>): Promise<string> {
  return pairing.then(
    () => 'paired',
    (error: PairError) => error.code ?? String(error),
  );
}

it('stores the credential before the TV counts the remote as paired', async () => {
  const saved: { known: KnownTv; paired: number }[] = [];
  const steps: string[] = [];
  const known = await pair(home.offer, {
    ...options,
    name: 'Anna’s phone',
    save: (tv) => void saved.push({ known: tv, paired: home.paired.length }),
    onprogress: ({ step }) => void steps.push(step),
  });
  expect(saved).toEqual([
    { known: { ...known, provisional: true }, paired: 0 },
    { known, paired: 1 },
  ]);
  expect(steps).toEqual(['connecting', 'pairing', 'saving', 'confirming']);
  expect(home.paired).toMatchObject([{ name: 'Anna’s phone', kind: 'phone' }]);
  // Plain data.
  expect(JSON.parse(JSON.stringify(known))).toEqual(known);
  expect(known).toMatchObject({ tv: 'tv@house.local', name: 'Living room' });
  expect(home.stored?.accounts).toMatchObject([{ key: known.key.public, token: known.token }]);
});

it('completes a pairing that was cut off, by itself or on connecting', async () => {
  const cutOff = async () => {
    let kept: KnownTv | undefined;
    const lost = new Error('The page was closed.');
    const save = (known: KnownTv) => {
      kept = known;
      throw lost;
    };
    await expect(pair(home.offer, { ...options, save })).rejects.toBe(lost);
    if (!kept) throw new Error('Nothing was saved.');
    return kept;
  };
  const first = await cutOff();
  expect(home.paired).toHaveLength(0);
  const { provisional: _, ...confirmed } = first;
  expect(await resumePairing(first)).toEqual(confirmed);
  expect(home.paired).toHaveLength(1);
  const second = home.connect(await cutOff());
  await second.ready({ timeout: 5 });
  expect(second.tv.status).toBe('present');
  expect(home.paired).toHaveLength(2);
  // Confirming once more does no harm.
  expect(await resumePairing(first)).toEqual(confirmed);
});

it('says why it failed', async () => {
  const used = home.offer;
  await home.pair();
  expect(await failure(pair(used, options))).toBe('code-used');
  const wrong = home.offer.replace(/s=.{22}/, `s=${'A'.repeat(22)}`);
  expect(await failure(pair(wrong, options))).toBe('code-wrong');
  expect(await failure(pair('http://example.com/', options))).toBe('not-an-offer');
  expect(await failure(pair(home.offer.replace('v=2', 'v=3'), options))).toBe('newer-tv');
  const offer = home.offer;
  home.pairing.setOpen(false);
  expect(['pairing-closed', 'code-expired', 'code-wrong']).toContain(
    await failure(pair(offer, options)),
  );
  const away = offer.replace(/:\d+\//, ':1/');
  expect(await failure(pair(away, { ...options, timeout: 0.5 }))).toBe('unreachable');
  const signal = AbortSignal.abort();
  expect(await failure(pair(offer, { ...options, signal }))).toBe('aborted');
  const soon = new AbortController();
  const aborted = failure(pair(away, { ...options, signal: soon.signal }));
  soon.abort();
  expect(await aborted).toBe('aborted');
});

it('is refused when the TV has given the pairing up', async () => {
  const known = await home.pair();
  await home.pairing.revoke(home.entry('Phone').id);
  expect(await failure(resumePairing(known))).toBe('refused');
});

it('does not trust whoever has the code and not the key that it names', async () => {
  const other = home.offer.replace(/k=.{43}/, `k=${'A'.repeat(43)}`);
  let saved = false;
  const save = () => {
    saved = true;
  };
  expect(await failure(pair(other, { ...options, save }))).toBe('impostor');
  expect(saved).toBe(false);
  expect(home.paired).toEqual([]);
});

describe('with the digits beside the code', () => {
  it('pairs like with the code, which both are spent then', async () => {
    const { pin, offer } = home;
    const spaced = `${pin.slice(0, 3)} ${pin.slice(3)}`;
    const known = await home.pairWithPin(spaced, { name: 'Anna’s phone' });
    expect(home.paired).toMatchObject([{ name: 'Anna’s phone', grant: { role: 'owner' } }]);
    expect(known).toMatchObject({ tv: 'tv@house.local', name: 'Living room' });
    // The fingerprint was never typed: it is that of the key which the digits vouched for.
    expect(offer).toContain(`k=${known.fingerprint}`);
    const remote = home.connect(known);
    await remote.ready({ timeout: 5 });
    expect(remote.tv.status).toBe('present');
    expect(await failure(pair(offer, options))).toBe('code-used');
    expect(home.pin).not.toBe(pin);
  });

  it('takes five wrong ones from all remotes together, then none', async () => {
    const wrong = home.pin === '000000' ? '000001' : '000000';
    for (let i = 0; i < 5; i++)
      expect(await failure(home.pairWithPin(wrong, { timeout: 5 }))).toBe('code-wrong');
    expect(await failure(home.pairWithPin(home.pin, { timeout: 5 }))).toBe('locked');
    expect(await failure(pair(home.offer, options))).toBe('locked');
    expect(home.pairing.status.refused?.lockedUntil).toBeGreaterThan(Date.now());
    expect(home.paired).toEqual([]);
  });
});

describe('where the viewer is asked', () => {
  let house: Household;
  beforeEach(async () => {
    house = await startHousehold({ approval: 'always' });
  });
  afterEach(() => house.close());

  it('lets the first in, and others as the viewer says', async () => {
    await house.pair('Anna');
    const decisions = [
      { allow: true, role: 'guest' },
      { allow: false, role: undefined },
    ] as const;
    for (const { allow, role } of decisions) {
      const steps: string[] = [];
      const asked = new Promise<{ id: string; name: string }>((resolve) => {
        const stop = house.pairing.on('request', (request) => {
          stop();
          resolve(request);
        });
      });
      const pairing = failure(
        pair(house.offer, {
          ...options,
          name: 'Ben',
          onprogress: ({ step }) => void steps.push(step),
        }),
      );
      const { id, name } = await asked;
      expect(name).toBe('Ben');
      expect(steps).toEqual(['connecting', 'pairing', 'approval']);
      expect(house.paired.map((remote) => remote.name)).not.toContain(allow ? 'Ben' : '');
      house.pairing.approve(id, allow, role);
      expect(await pairing).toBe(allow ? 'paired' : 'declined');
    }
    expect(house.paired.map(({ name, grant }) => [name, grant.role])).toEqual([
      ['Anna', 'owner'],
      ['Ben', 'guest'],
    ]);
  });
});
