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

/** What a key of a keyboard writes into a text; undefined when it writes nothing. */
export function textOf(event: KeyboardEvent): 'erase' | { character: string } | undefined {
  const { key, ctrlKey, altKey, metaKey } = event;
  // AltGr, which writes, is both of them on some systems.
  const isShortcut = metaKey || ((ctrlKey || altKey) && !event.getModifierState('AltGraph'));
  if (isShortcut) return undefined;
  if (key === 'Backspace') return 'erase';
  return Array.from(key).length === 1 ? { character: key } : undefined;
}

/** Whether the key is a part of something that an input method, or a dead key, is putting together. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || event.key === 'Dead';
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
