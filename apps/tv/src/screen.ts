// What the TV's screen is about, without the page that draws it here: for other ways to draw it.

export { formatTime } from '@fjern/design/time.ts';
export { effect, signal } from '@preact/signals';
export { answer, type KeyControls, press } from './controls.ts';
export type { Key } from './keys.ts';
export { labels } from './labels.ts';
export type { Activity } from './state/activity.ts';
export { shortAddress } from './state/address.ts';
export { bylineOf, titleOf } from './state/metadata.ts';
export { type Question, questionTiming } from './state/question.ts';
export {
  createScreenStore,
  type Screen,
  type ScreenStore,
  type WrongCode,
} from './state/screen.ts';
export { formatClock, systemTimers, type Timers } from './state/time.ts';
export { createPlayerControls } from './viewer.ts';
