// Text in ASS, the language of libass: what it means there, and how wide it is.

/** Characters that order text, which in a name would turn what follows it round as well (Unicode UAX 9). */
const ordering = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Line and paragraph separators and other controls. */
const breaking = /[\p{Cc}\u2028\u2029\s]+/gu;

/** Foreign text as one line that is about itself alone. */
export function oneLine(text: string): string {
  return text.replace(ordering, '').replace(breaking, ' ').trim();
}

const wordJoiner = '\u2060';

/** Text that libass shows as it is: neither `{\…}`, nor `\N`, nor the end of a line means anything in it. */
export function escapeAss(text: string): string {
  // Else the first letter would decide which way the whole sentence runs, and it may be a name's.
  const direction = text.includes('\u2068') ? '\u200e' : '';
  return (
    direction +
    text
      .replace(breaking, ' ')
      // An invisible character parts the backslash from whatever would make a tag of it.
      .replaceAll('\\', `\\${wordJoiner}`)
      .replaceAll('{', '\\{')
      .replaceAll('}', '\\}')
      // libass knows embeddings, and not the younger isolates: only names that run from right to left are in them.
      .replaceAll('\u2068', '\u202b')
      .replaceAll('\u2069', '\u202c\u200e')
      .replace(/^ | $/g, '\\h')
  );
}

// Advance widths of U+0020 to U+007E in thousandths of an em. DejaVu Sans is what fontconfig finds on a bare Debian,
// and among the widest there are: in another font there is room to spare.
const regular = [
  320, 400, 460, 840, 640, 950, 780, 275, 390, 390, 500, 840, 320, 360, 320, 340, 640, 640, 640,
  640, 640, 640, 640, 640, 640, 640, 340, 340, 840, 840, 840, 530, 1000, 707, 690, 700, 770, 632,
  580, 775, 752, 300, 300, 660, 560, 863, 750, 790, 603, 790, 695, 635, 611, 732, 690, 990, 690,
  611, 690, 390, 340, 390, 840, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
  278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
const bold = [
  348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
  696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
  683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
  724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
  343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];
/** Marks that stand above or below another character, and what is not seen at all. */
const weightless = /^[\p{M}\p{Cf}]$/u;
/** Scripts whose characters fill a square, and pictures. */
const square =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\p{Extended_Pictographic}]$/u;

/** How wide the text is at most, in units of its size: a first guess, since only libass knows the font. */
export function measure(text: string, isBold = false): number {
  let width = 0;
  for (const character of text) {
    const known = (isBold ? bold : regular)[(character.codePointAt(0) ?? 0) - 32];
    if (known !== undefined) width += known;
    else if (square.test(character)) width += 1250;
    else if (!weightless.test(character)) width += isBold ? 720 : 660;
  }
  return width / 1000;
}

// Made when it is needed: with it comes memory that a box in peace can do without.
let graphemes: Intl.Segmenter | undefined;

/** As much of the text as fits into `width` (in units of its size), and `…` for the rest. */
export function fit(text: string, width: number, isBold = false): string {
  if (measure(text, isBold) <= width) return text;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let left = width - measure('…', isBold);
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    left -= measure(segment, isBold);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Lines no wider than `width`; the last of them ends in `…` when there are more words than fit. */
export function wrap(text: string, width: number, lines: number, isBold = false): string[] {
  const words = text.split(' ');
  const wrapped: string[] = [];
  while (words.length > 0) {
    if (wrapped.length === lines - 1) return [...wrapped, fit(words.join(' '), width, isBold)];
    let line = words.shift() ?? '';
    while (words[0] !== undefined && measure(`${line} ${words[0]}`, isBold) <= width)
      line += ` ${words.shift()}`;
    wrapped.push(fit(line, width, isBold));
  }
  return wrapped;
}
