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
 * The keys that mpv gives to us. Sections of bindings may be `default`, behind those of mpv's owner (input.conf); but
 * then `--input-default-bindings=no`, which keeps a TV's mpv from doing what nobody asked for, switches them off too.
 */
export class Keys {
  private readonly mpv: MpvPlayer;
  private readonly always: string;
  private readonly choosing: string;

  /** @param name of which mpv has no other section of bindings */
  constructor(mpv: MpvPlayer, name: string) {
    this.mpv = mpv;
    this.always = name;
    this.choosing = `${name}-choices`;
  }

  /** To be done with each mpv. */
  async bind(): Promise<void> {
    const all = Object.keys(names) as Key[];
    await this.mpv.command(['define-section', this.always, bindings(all), 'force']);
    await this.mpv.command(['define-section', this.choosing, bindings(chooserKeys), 'force']);
    await this.mpv.command(['enable-section', this.always]);
  }

  /** Whether there is something to choose. */
  async choose(wanted: boolean): Promise<void> {
    await this.mpv.command([wanted ? 'enable-section' : 'disable-section', this.choosing]);
  }

  async release(): Promise<void> {
    for (const section of [this.choosing, this.always])
      await this.mpv.command(['disable-section', section]);
  }
}

/** The key that mpv's message is about, if it is one of ours. */
export function keyOf([name, key]: readonly string[]): Key | undefined {
  return name === message && key !== undefined && Object.hasOwn(names, key)
    ? (key as Key)
    : undefined;
}
