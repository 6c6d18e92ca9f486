import { CommandError, connect, type KnownTv, type Remote } from '@fjern/remote';
import { ManualClock } from '@fjern/tv/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clip, film, type Household, startHousehold, until } from './household.ts';

let home: Household;

beforeEach(async () => {
  home = await startHousehold();
});

afterEach(async () => {
  await home.close();
});

describe('a paired remote', () => {
  it('gets the whole state, commands the player and sees the effect', async () => {
    const remote = await home.pairAndConnect('Anna’s phone');
    expect(remote.tv.status).toBe('present');
    expect(remote.name).toBe('Living room');
    expect(remote.capabilities?.mediaTypes).toEqual(['video/mp4']);
    expect(remote.media.value?.state).toBe('idle');
    expect(remote.catalogue?.items.map(({ id }) => id)).toEqual(['film']);

    await remote.media.load({ uri: film, metadata: { title: 'Film' } });
    expect(remote.media.value).toMatchObject({
      state: 'playing',
      duration: 600,
      by: 'Anna’s phone',
    });
    await remote.media.pause();
    expect(remote.media.value?.state).toBe('paused');
    await remote.media.seek(92.5);
    expect(remote.media.currentTime).toBeCloseTo(92.5, 3);
    await remote.media.setRate(1.5);
    expect(remote.media.value?.playbackRate).toBe(1.5);
    await remote.volume.set(0.4);
    await remote.volume.mute();
    expect(remote.volume.value).toMatchObject({ level: 0.4, muted: true });
    await remote.volume.unmute();
    await remote.media.toggle();
    expect(home.player.state).toMatchObject({ state: 'playing', level: 0.4, muted: false });
    await remote.media.stop();
    expect(remote.media.value?.state).toBe('idle');
  });

  it('computes the position on the TV’s clock', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film, currentTime: 100 });
    expect(Math.abs(remote.media.currentTime - home.player.state.currentTime)).toBeLessThan(0.05);
    await remote.media.setRate(2);
    expect(Math.abs(remote.media.currentTime - home.player.state.currentTime)).toBeLessThan(0.05);
  });

  it('is told what was wrong with a command', async () => {
    const remote = await home.pairAndConnect();
    const code = (command: PromiseLike<unknown>) =>
      command.then(
        () => 'done',
        (error: unknown) => (error instanceof CommandError ? error.code : error),
      );
    expect(await code(remote.media.pause())).toBe('no-media');
    expect(await code(remote.media.load({ uri: 'http://media.local/none' }))).toBe(
      'media-unreachable',
    );
    await remote.media.load({ uri: clip });
    expect(await code(remote.media.seek(31))).toBe('out-of-range');
    expect(await code(remote.media.seek(Number.NaN))).toBe('invalid-value');
    expect(await code(remote.volume.set(2))).toBe('invalid-value');
    expect(await code(remote.media.setRate(100))).toBe('out-of-range');
    expect(remote.link.status).toBe('live');
  });

  it('agrees with another, and with what is done at the TV', async () => {
    const anna = await home.pairAndConnect('Anna');
    const bert = await home.pairAndConnect('Bert');
    await anna.media.load({ uri: film });
    await bert.media.pause();
    await until(anna, () => anna.media.value?.state === 'paused');
    expect(anna.media.value).toEqual(bert.media.value);
    expect(anna.media.value?.by).toBe('Bert');
    await home.player.setVolume(0.2);
    await Promise.all(
      [anna, bert].map((remote) => until(remote, () => remote.volume.value?.level === 0.2)),
    );
    expect(anna.volume.value?.by).toBeUndefined();
  });

  it('leaves without stopping what plays', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    await remote.close();
    expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'closed' } });
    expect(home.player.state.state).toBe('playing');
  });

  it('brings the last value of a drag, and few of the others', async () => {
    const remote = await home.pairAndConnect();
    const before = home.player.calls.length;
    const outcomes = Array.from({ length: 100 }, (_, i) => remote.volume.drag(i / 100));
    expect(remote.volume.pending).toBe(0.99);
    expect(await outcomes.at(-1)).toBe('done');
    expect(remote.volume.pending).toBeUndefined();
    expect(remote.volume.value?.level).toBe(0.99);
    expect(home.player.calls.length - before).toBeLessThan(10);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['done', 'superseded']));
  });
});

describe('what breaks', () => {
  it('resumes after its socket was cut, and a command in between is done once', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    const links: string[] = [];
    remote.on('link', ({ status }) => links.push(status));
    const tvs: string[] = [];
    remote.on('tv', ({ status }) => tvs.push(status));
    home.network.cut();
    await until(remote, () => remote.link.status === 'stale');
    const pause = remote.media.pause();
    expect(pause.status).toBe('held');
    const result = await pause;
    expect(result.facet).toBe('media');
    expect(home.player.calls.filter((call) => call === 'pause')).toHaveLength(1);
    expect(links.at(-1)).toBe('live');
    // That the link was down says nothing about the TV.
    expect(tvs).toEqual([]);
    expect(remote.media.value?.state).toBe('paused');
  });

  it('settles a command that was in flight when the socket was cut', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    for (let i = 0; i < 10; i++) {
      const statuses: string[] = [];
      const command = remote.media.seek(i * 10);
      command.onstatus = (status) => statuses.push(status);
      home.network.cut();
      await command;
      expect(statuses.at(-1)).toBe('done');
      await until(remote, () => remote.link.status === 'live');
    }
    expect(home.player.calls.filter((call) => call === 'seek')).toHaveLength(10);
    expect(remote.media.currentTime).toBeGreaterThanOrEqual(90);
  });

  it('comes back after the hub has restarted', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    const restarted = home.restart();
    await until(remote, () => remote.link.status === 'stale');
    await restarted;
    await until(remote, () => remote.link.status === 'live' && remote.tv.status === 'present');
    await remote.media.pause();
    expect(home.player.state.state).toBe('paused');
    expect(remote.media.value?.state).toBe('paused');
  });

  it('follows an agent that has restarted, in its new epoch', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    const links: string[] = [];
    remote.on('link', ({ status }) => links.push(status));
    await home.stopTv();
    await until(remote, () => remote.tv.status === 'absent');
    expect(remote.media.value?.state).toBe('playing');
    // The first press is not lost while the TV is away.
    const pause = remote.media.pause();
    expect(pause.status).toBe('held');
    home.startTv();
    await pause;
    expect(remote.tv.status).toBe('present');
    expect(remote.media.value?.state).toBe('paused');
    expect(links).toEqual([]);
  });

  it('refuses what has waited too long, without sending it', async () => {
    const remote = await home.pairAndConnect();
    await remote.media.load({ uri: film });
    home.network.shut();
    await until(remote, () => remote.link.status === 'stale');
    await expect(remote.media.pause({ timeout: 0.1 })).rejects.toMatchObject({ code: 'expired' });
    home.network.open();
    await until(remote, () => remote.link.status === 'live');
    await remote.volume.set(0.5);
    expect(home.player.calls).not.toContain('pause');
  });

  it('knows that the TV is not there, over a link that is fine', async () => {
    const known = await home.pair();
    await home.stopTv();
    const remote = home.connect(known);
    await remote.ready({ timeout: 5 });
    expect(remote.tv.status).toBe('absent');
    home.startTv();
    await until(remote, () => remote.tv.status === 'present');
    expect(remote.media.value?.state).toBe('idle');
  });

  it('is lost when the TV removes it, at once and after a restart', async () => {
    const known = await home.pair('Anna');
    const remote = home.connect(known);
    await remote.ready({ timeout: 5 });
    await home.pairing.revoke(home.entry('Anna').id, 'Ben’s phone');
    await until(remote, () => remote.link.status === 'lost');
    // The TV's own word, sealed.
    expect(remote.link).toMatchObject({
      reason: { code: 'unpaired', revocation: { reason: 'removed', by: 'Ben’s phone' } },
    });
    await expect(remote.media.pause()).rejects.toMatchObject({ code: 'lost' });
    await home.restart();
    const again = home.connect(known);
    await expect(again.ready({ timeout: 5 })).rejects.toMatchObject({ code: 'closed' });
    expect(again.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
    expect(again.link).toMatchObject({
      reason: { message: expect.stringContaining('Ben’s phone') },
    });
  });

  it('ends its pairing itself', async () => {
    const remote = await home.pairAndConnect();
    await remote.unpair();
    expect(remote.link).toMatchObject({ status: 'lost', reason: { code: 'unpaired' } });
    expect(home.paired).toEqual([]);
  });

  it('holds what is asked before the first connection', async () => {
    const remote: Remote = home.connect(await home.pair());
    const load = remote.media.load({ uri: film });
    expect(load.status).toBe('held');
    await load;
    expect(home.player.state.state).toBe('playing');
  });

  it('follows a TV whose address has changed', async () => {
    const known: KnownTv = await home.pair();
    const service = known.service;
    const remote = home.connect(
      { ...known, service: 'ws://127.0.0.1:1/' },
      { service: () => service },
    );
    await remote.ready({ timeout: 5 });
    expect(remote.tv.status).toBe('present');
  });

  it('says while it cannot connect why, and leaves nothing behind when closed', async () => {
    const known = await home.pair();
    const remote = connect({ ...known, service: 'ws://127.0.0.1:1/' });
    await until(remote, () => remote.link.status === 'connecting' && 'retryAt' in remote.link);
    expect(remote.link).toMatchObject({ reason: { code: 'unreachable' } });
    const pause = remote.media.pause();
    await remote.close();
    await expect(pause).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a household', () => {
  it('has an owner, members and guests, and each may what it may', async () => {
    const owner = await home.pairAndConnect('Anna');
    const member = await home.pairAndConnect('Ben');
    const guest = await home.pairAndConnect('Kim', 'guest');
    const roles = [owner, member, guest].map(({ grant }) => grant?.role);
    expect(roles).toEqual(['owner', 'member', 'guest']);
    await member.media.load({ uri: film });
    await guest.media.pause();
    expect(home.player.state.state).toBe('paused');
    expect(guest.may('load')).toBe(false);
    const calls = home.player.calls.length;
    await expect(guest.media.load({ uri: clip })).rejects.toMatchObject({ code: 'not-permitted' });
    expect(home.player.calls).toHaveLength(calls);
    expect(guest.capabilities?.commands).not.toContain('load');
  });

  it('is managed by its owner from a phone, and not by others', async () => {
    const owner = await home.pairAndConnect('Anna');
    const other = await home.pairAndConnect('Ben');
    const listed = await owner.remotes.list();
    expect(listed.map(({ name, own, online }) => [name, own ?? false, online])).toEqual([
      ['Anna', true, true],
      ['Ben', false, true],
    ]);
    const ben = home.entry('Ben').id;
    // Others are told of themselves alone.
    expect(await other.remotes.list()).toMatchObject([{ name: 'Ben', own: true }]);
    await expect(other.remotes.revoke(home.entry('Anna').id)).rejects.toMatchObject({
      condition: 'forbidden',
    });
    await expect(other.remotes.setRole(ben, 'owner')).rejects.toMatchObject({
      condition: 'forbidden',
    });
    await other.remotes.rename(ben, 'Ben’s tablet');
    expect((await owner.remotes.list())[1]?.name).toBe('Ben’s tablet');
    await owner.remotes.setRole(ben, 'guest');
    await until(other, () => other.grant?.role === 'guest');
    expect(other.grant?.expires).toBeGreaterThan(Date.now());
    await expect(other.media.load({ uri: film })).rejects.toMatchObject({ code: 'not-permitted' });
    // It works while the TV's page is closed, too.
    await home.stopTv();
    await owner.remotes.revoke(ben);
    await until(other, () => other.link.status === 'lost');
    expect(other.link).toMatchObject({
      reason: { code: 'unpaired', revocation: { reason: 'removed', by: 'Anna' } },
    });
    expect((await owner.remotes.list()).map(({ name }) => name)).toEqual(['Anna']);
  });

  it('hears that the TV’s list of remotes is an earlier one than before', async () => {
    const owner = await home.pairAndConnect('Anna');
    const backup = structuredClone(home.stored);
    await home.pair('Ben');
    await owner.remotes.revoke(home.entry('Ben').id);
    // It is told with the next session.
    await home.restartTv();
    await until(owner, () => owner.generation === home.stored?.generation);
    const rollback = new Promise<{ before: number; now: number }>((resolve) =>
      owner.on('rollback', resolve),
    );
    home.restore(backup);
    await home.restart();
    const { before, now } = await rollback;
    expect(now).toBeLessThan(before);
    expect(home.paired.map(({ name }) => name)).toContain('Anna');
  });
});

describe('a guest', () => {
  let house: Household;
  let wall: ManualClock;
  beforeEach(async () => {
    wall = new ManualClock(Date.UTC(2026, 5, 1, 12));
    house = await startHousehold({ wall, guest: { seconds: 3600 } });
    await house.pair('Anna');
  });
  afterEach(() => house.close());

  it('is let in for a time', async () => {
    const known = await house.pair('Kim', 'guest');
    const guest = house.connect(known);
    await guest.ready({ timeout: 5 });
    expect(guest.grant?.expires).toBe(wall.now() + 3600_000);
    await guest.volume.set(0.5);
    await wall.advance(3600_000);
    await until(guest, () => guest.link.status === 'lost');
    expect(guest.link).toMatchObject({
      reason: { code: 'unpaired', revocation: { reason: 'expired' } },
    });
    const again = house.connect(known);
    await until(again, () => again.link.status === 'lost');
    expect(again.link).toMatchObject({ reason: { code: 'unpaired' } });
  });

  it('goes when the TV goes to standby', async () => {
    const guest = await house.pairAndConnect('Kim', 'guest');
    const member = await house.pairAndConnect('Ben');
    await house.pairing.standby();
    await until(guest, () => guest.link.status === 'lost');
    expect(guest.link).toMatchObject({ reason: { code: 'unpaired' } });
    await member.volume.set(0.4);
    expect(house.paired.map(({ name }) => name)).toEqual(['Anna', 'Ben']);
  });
});

describe('watch', () => {
  it('gives the latest value, and ends with its signal or the remote', async () => {
    const remote = await home.pairAndConnect();
    const levels: number[] = [];
    const end = new AbortController();
    const watching = (async () => {
      for await (const { level } of remote.watch('volume', { signal: end.signal })) {
        levels.push(level);
        if (level === 0.9) end.abort();
      }
    })();
    for (let i = 1; i <= 9; i++) await home.player.setVolume(i / 10);
    await watching;
    expect(levels.at(-1)).toBe(0.9);
    const untilClosed = (async () => {
      for await (const _ of remote.watch('media'));
      return 'ended';
    })();
    await remote.close();
    expect(await untilClosed).toBe('ended');
  });
});
