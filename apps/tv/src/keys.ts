/** What a key of a TV remote or a keyboard means here. */
export type Key =
  | 'ok'
  | 'back'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'playPause'
  | 'play'
  | 'pause'
  | 'stop'
  | 'rewind'
  | 'forward'
  | 'mute';

const byName: Record<string, Key> = {
  Enter: 'ok',
  ' ': 'ok',
  Accept: 'ok',
  Select: 'ok',
  Escape: 'back',
  GoBack: 'back',
  BrowserBack: 'back',
  Backspace: 'back',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  MediaPlayPause: 'playPause',
  MediaPlay: 'play',
  MediaPause: 'pause',
  MediaStop: 'stop',
  MediaRewind: 'rewind',
  MediaFastForward: 'forward',
  AudioVolumeMute: 'mute',
  m: 'mute',
};

// Sets whose engine has no name for the key: Tizen, webOS and HbbTV key codes.
const byCode: Record<number, Key> = {
  461: 'back',
  10009: 'back',
  10252: 'playPause',
  179: 'playPause',
  415: 'play',
  19: 'pause',
  413: 'stop',
  412: 'rewind',
  417: 'forward',
};

export function keyOf({ key, keyCode }: { key: string; keyCode: number }): Key | undefined {
  return byName[key] ?? byCode[keyCode];
}

interface TizenWindow {
  tizen?: { tvinputdevice?: { registerKeyBatch?(names: string[]): void } };
}

/** Tizen delivers arrows, Enter and Back unasked, the media keys only to who registers them. */
export function registerMediaKeys(host: unknown): void {
  const { tizen } = host as TizenWindow;
  try {
    tizen?.tvinputdevice?.registerKeyBatch?.([
      'MediaPlayPause',
      'MediaPlay',
      'MediaPause',
      'MediaStop',
      'MediaRewind',
      'MediaFastForward',
    ]);
  } catch {
    // Without the privilege to register them the set keeps these keys for itself.
  }
}
