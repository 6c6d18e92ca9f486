import { ScriptedPlayer } from '../testing/index.ts';
import { describePlayer } from './index.ts';

describePlayer('ScriptedPlayer', async () => {
  const player = new ScriptedPlayer({
    media: {
      film: { duration: 24, loading: 0.02 },
      short: { duration: 2, loading: 0.02 },
      unsupported: { loading: 0.02, error: 'media-unsupported' },
      damaged: { loading: 0.02, error: 'media-failed' },
      live: { loading: 0.02 },
      stalled: { loading: 60 },
    },
  });
  return {
    player,
    media: {
      film: 'film',
      short: 'short',
      missing: 'missing',
      unsupported: 'unsupported',
      damaged: 'damaged',
      live: 'live',
      stalled: 'stalled',
    },
    close: async () => {},
  };
});
