import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, film, type Household, present, startHousehold } from './household.ts';

let home: Household;

beforeEach(async () => {
  home = await startHousehold();
});

afterEach(async () => {
  await home.close();
});

describe('a TV that was set back to an old backup', () => {
  it('has a revoked remote again, and tells its owners that something was taken back', async () => {
    const anna = await home.pair({ name: 'Anna' });
    const ben = await home.pairAs('member', 'Ben');
    const backup = home.stored;
    const manager = home.connect(anna);
    await present(manager);
    await manager.remotes.revoke(ben.jid.split('@', 1)[0] ?? '');
    // What counts is how far the list was when she was last told what she may: at her last handshake.
    const owner = home.connect(anna);
    await present(owner);
    const { generation } = owner;
    expect(generation).toBeGreaterThan(backup?.generation ?? 0);
    const told: unknown[] = [];
    owner.on('rollback', (change) => told.push(change));
    await home.restart(backup);
    // What was revoked since is not known any more: this is what the owner has to be told.
    const back = home.connect(ben);
    await present(back);
    await eventually(() => told.length > 0, 20);
    expect(told).toEqual([{ before: generation, now: backup?.generation }]);
    // Across visits, too, for an application that stored the number.
    const later = home.connect({ ...anna, ...(generation === undefined ? {} : { generation }) });
    later.on('rollback', (change) => told.push(change));
    await present(later);
    await eventually(() => told.length > 1);
    await later.remotes.revoke(ben.jid.split('@', 1)[0] ?? '');
    await eventually(() => back.link.status === 'lost');
  });

  it('uses no key twice: what was recorded before opens nothing after', async () => {
    const { remote } = await home.pairAndConnect('Anna');
    await remote.media.load({ uri: film, autoplay: false });
    await remote.media.seek(10);
    const before = [...home.middle.recorded];
    const recorded = home.middle.wires
      .at(-1)
      ?.frames.filter(({ direction, text }) => direction === 'up' && text.includes('<sealed '));
    const calls = home.player.calls.length;
    await home.restart(home.stored);
    await eventually(() => remote.link.status === 'live' && remote.tv.status === 'present', 20);
    for (const { text } of recorded ?? []) home.middle.wires.at(-1)?.inject('up', text);
    await remote.volume.set(0.5);
    expect(home.player.calls.slice(calls)).toEqual(['setVolume']);
    const sids = (texts: readonly string[]) =>
      new Set(texts.flatMap((text) => /<sealed [^>]*sid=["']([^"']+)/.exec(text)?.[1] ?? []));
    const old = sids(before);
    const after = home.middle.recorded.slice(before.length);
    const answered = after.filter((text) => /type=["']result["']/.test(text));
    expect([...sids(answered)].filter((sid) => old.has(sid))).toEqual([]);
  });
});
