import { type KnownTv, type PairError, pair, resumePairing } from '@fjern/remote';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
  expect(await failure(pair(home.offer.replace('v=1', 'v=2'), options))).toBe('newer-tv');
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
  await home.pairing.unpair(home.paired[0]?.id ?? '');
  expect(await failure(resumePairing(known))).toBe('refused');
});
