/** What a command's help ends with. @param text one example a line, and what it does */
export function examples(text: string): string {
  return `\nExamples:\n${text.replace(/^\n/, '')}`;
}

/** Paragraphs, each to be broken where the terminal ends. @param text broken where the source ends */
export function prose(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, ' ');
}
