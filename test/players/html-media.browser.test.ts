import { describePlayer } from '@fjern/tv/conformance';
import { htmlMediaPlayer } from '@fjern/tv/html-media';
import { testMedia } from './test-media.ts';

// In the browser itself: this file is what its page loads.
describePlayer('A video element', async () => {
  const element = document.createElement('video');
  document.body.append(element);
  return {
    player: htmlMediaPlayer(element),
    media: testMedia(),
    viewer: {
      pause: async () => element.pause(),
      seek: async (currentTime) => {
        element.currentTime = currentTime;
      },
      setVolume: async (level) => {
        element.volume = level;
      },
    },
    close: async () => element.remove(),
  };
});
