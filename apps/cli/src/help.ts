/** What a command's help ends with. @param text one example a line, and what it does */
export function examples(text: string): string {
  return `\nExamples:\n${text.replace(/^\n/, '')}`;
}
