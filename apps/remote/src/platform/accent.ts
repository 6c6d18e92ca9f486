import { accentOf, onAccent, parseHex, toHex } from '@fjern/design/accent.ts';
import { effect } from '@preact/signals';
import type { RemoteStore } from '../state/remote.ts';
import { artworkOf } from '../state/view.ts';

/** Side of the square that the picture is looked at in. */
const sample = 24;

/** Takes the accent from the artwork of what plays, as long as that is readable on this page. */
export function followArtwork(remote: () => RemoteStore | undefined): () => void {
  const light = window.matchMedia('(prefers-color-scheme: light)');
  let current: string | undefined;
  const show = () => {
    const src = current;
    if (src === undefined) return apply(undefined);
    readPixels(src).then(
      (pixels) => src === current && apply(pixels),
      // Not there, or from a server that does not let its pictures be read.
      () => src === current && apply(undefined),
    );
  };
  light.addEventListener('change', show);
  const end = effect(() => {
    const src = artworkOf(remote()?.media.value?.metadata, 'square');
    if (src === current) return;
    current = src;
    show();
  });
  return () => {
    end();
    light.removeEventListener('change', show);
  };
}

function apply(pixels: Uint8ClampedArray | undefined): void {
  const { style } = document.documentElement;
  style.removeProperty('--accent');
  style.removeProperty('--on-accent');
  if (!pixels) return;
  const tokens = getComputedStyle(document.documentElement);
  const backgrounds = ['--bg', '--surface'].map((name) => parseHex(tokens.getPropertyValue(name)));
  const accent = accentOf(pixels, backgrounds);
  if (!accent) return;
  style.setProperty('--accent', toHex(accent));
  style.setProperty('--on-accent', toHex(onAccent(accent)));
}

async function readPixels(src: string): Promise<Uint8ClampedArray> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = src;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = sample;
  canvas.height = sample;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser has no canvas.');
  context.drawImage(image, 0, 0, sample, sample);
  return context.getImageData(0, 0, sample, sample).data;
}
