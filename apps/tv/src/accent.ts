import { accentOf, onAccent, parseHex, toHex } from '@fjern/design/accent.ts';

const edge = 32;

/**
 * Returns what colours `root` after a picture; back to the default for none, or one without a colour that can be
 * read. The last call wins, however long a picture takes.
 */
export function artworkAccent(root: HTMLElement): (src: string | undefined) => void {
  let latest: string | undefined;
  return (src) => {
    if (src === latest) return;
    latest = src;
    if (src === undefined) return paint(root, undefined);
    accentOfPicture(root, src).then(
      (accent) => src === latest && paint(root, accent),
      // Another origin's picture may be shown but not read.
      () => src === latest && paint(root, undefined),
    );
  };
}

type Accent = ReturnType<typeof accentOf>;

function paint(root: HTMLElement, accent: Accent): void {
  if (!accent) {
    root.style.removeProperty('--accent');
    root.style.removeProperty('--on-accent');
    return;
  }
  root.style.setProperty('--accent', toHex(accent));
  root.style.setProperty('--on-accent', toHex(onAccent(accent)));
}

async function accentOfPicture(root: HTMLElement, src: string): Promise<Accent> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  await new Promise<void>((resolve, reject) => {
    image.onload = () => resolve();
    image.onerror = () => reject(new Error(`No picture at ${src}`));
    image.src = src;
  });
  const canvas = document.createElement('canvas');
  canvas.width = edge;
  canvas.height = edge;
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.drawImage(image, 0, 0, edge, edge);
  const { data } = context.getImageData(0, 0, edge, edge);
  const background = getComputedStyle(root).getPropertyValue('--bg');
  return accentOf(data, [parseHex(background)]);
}
