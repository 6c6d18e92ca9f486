import { encodeCommand, encodeNotification, NS_PUBSUB_EVENT, xml } from '@fjern/protocol';
import { primitives } from '@fjern/seal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventually, film, present, startHousehold, tvJid } from './household.ts';
import { type Frame, flipBit } from './middle.ts';

/** What is done to one frame that carries something sealed, or a message of a handshake. */
const deeds = [
  'pass',
  'drop',
  'double',
  'hold',
  'flip',
  'truncate',
  'replace',
  'repeat an old one',
  'send it back',
  'forge',
  'say it in the clear',
  'cut',
] as const;
type Deed = (typeof deeds)[number];

const text = />([\w+/=]{24,})</;
const edit = (frame: string, change: (base64: string) => string) =>
  frame.replace(text, (_, base64: string) => `>${change(base64)}<`);

/** Values that nobody but the man in the middle would set. */
const madeUp = { position: 599, level: 0.666 };

function inTheClear({ direction }: Frame): string {
  if (direction === 'up')
    return xml(
      'iq',
      { xmlns: 'jabber:client', type: 'set', id: 'made-up', to: `${tvJid}/box` },
      encodeCommand({
        name: 'seek',
        currentTime: madeUp.position,
        id: 'x',
        epoch: 'e',
        expires: 1e6,
      }),
    ).toString();
  const volume = { level: madeUp.level, muted: false };
  const news = encodeNotification('volume', { epoch: 'e', revision: 1e6, value: volume });
  const message = xml('message', { xmlns: 'jabber:client', from: `${tvJid}/box` });
  return message
    .cnode(news.getChild('event', NS_PUBSUB_EVENT) ?? news)
    .root()
    .toString();
}

/** The man in the middle with a list of what he does, one thing after the other; then he lets everything pass. */
function inTurn(list: readonly Deed[]) {
  const past: Record<Frame['direction'], string[]> = { up: [], down: [] };
  const held: Record<Frame['direction'], string | undefined> = { up: undefined, down: undefined };
  let next = 0;
  return (frame: Frame): readonly string[] => {
    const { direction, text: said, wire } = frame;
    if (!/<(sealed|handshake) /.test(said)) return [said];
    const old = past[direction];
    old.push(said);
    const late = held[direction];
    held[direction] = undefined;
    const follow = late === undefined ? [] : [late];
    const some = old[Math.floor(old.length / 2)] ?? said;
    switch (list[next++]) {
      case 'drop':
        return follow;
      case 'double':
        return [said, said, ...follow];
      case 'hold':
        held[direction] = said;
        return follow;
      case 'flip':
        return [edit(said, (base64) => flipBit(base64)), ...follow];
      case 'truncate':
        return [edit(said, (base64) => base64.slice(0, -20)), ...follow];
      case 'replace':
        return [edit(said, (base64) => text.exec(some)?.[1] ?? base64), ...follow];
      case 'repeat an old one':
        return [said, some, ...follow];
      case 'send it back':
        wire.inject(direction === 'up' ? 'down' : 'up', said);
        return [said, ...follow];
      case 'forge':
        return [edit(said, () => primitives.toBase64(primitives.random(144))), ...follow];
      case 'say it in the clear':
        return [inTheClear(frame), said, ...follow];
      case 'cut':
        wire.cut();
        return [];
      default:
        return [said, ...follow];
    }
  };
}

async function run(list: readonly Deed[]): Promise<void> {
  const home = await startHousehold();
  try {
    const { remote } = await home.pairAndConnect();
    await remote.media.load({ uri: film, autoplay: false });
    const seeks: number[] = [];
    const seek = home.player.seek.bind(home.player);
    home.player.seek = (position) => {
      seeks.push(position);
      return seek(position);
    };
    const levels = [1];
    const shown: number[] = [];
    remote.subscribe('volume', ({ level }) => shown.push(level));
    home.middle.tamper = inTurn(list);
    const positions = [1, 2, 3, 4];
    const commands = positions.map(async (position, index) => {
      const level = 0.1 + index / 10;
      levels.push(level);
      await home.player.setVolume(level);
      await remote.media.seek(position, { timeout: 6 }).catch(() => {});
    });
    await Promise.all(commands);
    // Only what the remote asked for was done, and none of it twice.
    for (const position of seeks) expect(positions).toContain(position);
    expect(new Set(seeks).size).toBe(seeks.length);
    home.middle.tamper = undefined;
    const inStep = () =>
      remote.link.status === 'live' &&
      remote.tv.status === 'present' &&
      remote.volume.value?.level === home.player.state.level &&
      remote.media.currentTime === home.player.state.currentTime;
    await eventually(inStep, 40);
    // Only what was true was shown, and never again what was no longer true.
    const order = shown.map((level) => levels.indexOf(level));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(remote.link.status).toBe('live');
    await present(remote);
  } finally {
    await home.close();
  }
}

it('whatever somebody in the middle does: nothing is done without the key or twice, nothing untrue is shown', async () => {
  const lists = fc.array(fc.constantFrom(...deeds), { minLength: 6, maxLength: 24 });
  await fc.assert(fc.asyncProperty(lists, run), { numRuns: 8, endOnFailure: true });
}, 400_000);
