/**
 * A position or length for people: `0:05`, `3:40`, `1:02:03`. Rounds down, so that the end is not shown early.
 * @param seconds unknown (NaN, Infinity) or negative counts as nothing: `–:––`
 */
export function formatTime(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–:––';
  // 59.9999999 is what floating point makes of a minute.
  const whole = Math.floor(seconds + 1e-6);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
