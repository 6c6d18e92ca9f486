export { type BoxScreen, type MpvScreenOptions, mpvScreen, type ScreenContent } from './screen.ts';
