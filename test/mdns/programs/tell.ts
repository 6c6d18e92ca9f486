/** One JSON object a line, with the time in milliseconds on the clock that all programs of a test share. */
export function tell(fact: object): void {
  const at = performance.timeOrigin + performance.now();
  process.stdout.write(`${JSON.stringify({ at, ...fact })}\n`);
}
