import type { Key } from '@fjern/app-tv/screen';
import type { MpvPlayer } from '@fjern/tv/mpv';

/** What mpv calls the keys of a TV's remote and of a keyboard. */
const names: Record<Key, readonly string[]> = {
  ok: ['ENTER', 'KP_ENTER', 'SPACE'],
  back: ['ESC', 'BS', 'CANCEL'],
  up: ['UP'],
  down: ['DOWN'],
  left: ['LEFT'],
  right: ['RIGHT'],
  playPause: ['PLAYPAUSE'],
  play: ['PLAY'],
  pause: ['PAUSE'],
  stop: ['STOP'],
  rewind: ['REWIND'],
  forward: ['FORWARD'],
  mute: ['MUTE', 'm'],
};

const message = 'fjern-key';
/** Of what the viewer can choose: those that mpv, or its owner, may have given another meaning. */
const chooserKeys: readonly Key[] = ['ok', 'back', 'up', 'down', 'left', 'right'];

const bindings = (keys: readonly Key[]) =>
  keys
    .flatMap((key) => names[key].map((name) => `${name} script-message ${message} ${key}`))
    .join('\n');

/**
 * Asks mpv for keys. Bindings of mpv's owner (input.conf) come first, except while there is something on the screen
 * that waits for an answer.
 */
export async function bindKeys(mpv: MpvPlayer): Promise<void> {
  const all = Object.keys(names) as Key[];
  await mpv.command(['define-section', 'fjern', bindings(all), 'default']);
  await mpv.command(['define-section', 'fjern-choices', bindings(chooserKeys), 'force']);
  await mpv.command(['enable-section', 'fjern']);
}

export async function takeChoices(mpv: MpvPlayer, wanted: boolean): Promise<void> {
  await mpv.command([wanted ? 'enable-section' : 'disable-section', 'fjern-choices']);
}

export async function releaseKeys(mpv: MpvPlayer): Promise<void> {
  for (const section of ['fjern-choices', 'fjern']) await mpv.command(['disable-section', section]);
}

/** The key that mpv's message is about, if it is one of ours. */
export function keyOf([name, key]: readonly string[]): Key | undefined {
  return name === message && key !== undefined && Object.hasOwn(names, key)
    ? (key as Key)
    : undefined;
}
