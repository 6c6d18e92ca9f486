import { labels, type Question, questionTiming } from '@fjern/app-tv/screen';
import { Canvas, palette, sizes } from './canvas.ts';
import { iconDrawers } from './icons.ts';

/** What the viewer can choose with the keys of the TV. */
export interface Choice {
  label: string;
  act(): void;
}

const buttonHeight = 96;
const label = { size: sizes.m, bold: true, width: 480 } as const;

function widthOf(text: string): number {
  const hidden = new Canvas({ width: 1920, height: 1080 });
  return Math.max(192, hidden.text(text, 0, 0, { ...label, colour: palette.text }) + 80);
}

/** In a row. The one in focus is told from 3 m without its colour, too. @param opacity while they take no answer */
export function drawChoices(
  ...[canvas, choices, focus, x, y, opacity = 1]: [
    canvas: Canvas,
    choices: readonly Choice[],
    focus: number,
    x: number,
    y: number,
    opacity?: number,
  ]
): void {
  let left = x;
  for (const [index, choice] of choices.entries()) {
    const width = widthOf(choice.label);
    const inFocus = index === focus;
    if (inFocus)
      canvas.outline(left - 12, y - 12, width + 24, buttonHeight + 24, palette.focus, 32, 6);
    canvas.rect(
      left,
      y,
      width,
      buttonHeight,
      inFocus ? palette.focus : palette.surface3,
      22,
      opacity,
    );
    canvas.text(choice.label, left + width / 2, y + 31, {
      ...label,
      align: 'center',
      colour: inFocus ? palette.onFocus : palette.text,
      opacity,
    });
    left += width + 40;
  }
}

export function drawMessage(
  canvas: Canvas,
  message: { heading: string; hint: string; eyebrow: string | undefined; isError?: boolean },
): void {
  const { heading, hint, eyebrow, isError } = message;
  const x = 96;
  canvas.fill(palette.bg);
  if (isError) {
    canvas.circle(x + 48, 250, 48, palette.error, 0.16);
    iconDrawers.warning(canvas, x + 28, 228, 40, palette.error);
  }
  const width = 1400;
  const style = { size: sizes.l, colour: palette.accent, bold: true, width };
  if (eyebrow) canvas.paragraph(eyebrow, x, 340, style, 1);
  const title = { size: sizes.xxxl, colour: palette.text, bold: true, width };
  const y = canvas.paragraph(heading, x, 404, title, 2);
  canvas.paragraph(
    hint,
    x,
    y + 20,
    { ...title, size: sizes.l, bold: false, colour: palette.muted },
    2,
  );
}

/** Asks the viewer about a remote that has used the code, on top of whatever is on the screen. */
export function drawQuestion(
  ...[canvas, question, choices, focus, now]: [Canvas, Question, readonly Choice[], number, number]
): void {
  const { request, until, others, state } = question;
  const { heading, hint, left, others: waiting, failed } = labels.approval;
  const [x, y, width, height] = [280, 280, 1360, 520];
  canvas.fill(palette.shade, 0.62);
  canvas.rect(x, y, width, height, palette.surface2, 44);
  const inner = width - 128;
  const title = { size: sizes.xxl, colour: palette.text, bold: true, width: inner };
  let top = canvas.paragraph(heading(request.name), x + 64, y + 52, title, 2);
  const lead = { ...title, size: sizes.l, bold: false, colour: palette.muted };
  top = canvas.paragraph(
    state === 'failed' ? failed : hint[request.role],
    x + 64,
    top + 10,
    lead,
    2,
  );
  const opacity = state === 'settling' || state === 'busy' ? 0.5 : 1;
  drawChoices(canvas, choices, focus, x + 64, Math.max(top + 30, y + 244), opacity);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const text = others > 0 ? `${left(seconds)} ${waiting(others)}` : left(seconds);
  canvas.text(text, x + 64, y + height - 98, {
    size: sizes.m,
    colour: palette.muted,
    width: inner,
  });
  const part = Math.min(1, Math.max(0, (until - now) / questionTiming.patience));
  canvas.rect(x + 64, y + height - 44, inner, 8, palette.surface3, 4);
  canvas.rect(x + 64, y + height - 44, Math.max(8, inner * part), 8, palette.accent, 4);
}
