import type { PlayerCase } from '../player-case.ts';
import { changeCases } from './changes.ts';
import { loadingCases } from './loading.ts';
import { playbackCases } from './playback.ts';
import { settingCases } from './settings.ts';

export const playerCases: readonly PlayerCase[] = [
  ...loadingCases,
  ...playbackCases,
  ...settingCases,
  ...changeCases,
];
