import type { RemoteKind } from '@fjern/protocol';

export interface Device {
  /** For the TV's viewer; the best that a browser tells. */
  name: string;
  kind: RemoteKind;
}

/** Of `navigator`. */
export interface Agent {
  userAgent: string;
  maxTouchPoints: number;
}

/** What this device is called: the user agent string is all there is without a secure context. */
export function describeDevice({ userAgent, maxTouchPoints }: Agent): Device {
  if (/iPhone|iPod/.test(userAgent)) return { name: 'iPhone', kind: 'phone' };
  // An iPad asks for desktop pages and says that it is a Mac; no Mac has a touch screen.
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1))
    return { name: 'iPad', kind: 'tablet' };
  if (/Android/.test(userAgent)) {
    const kind = /Mobile/.test(userAgent) ? 'phone' : 'tablet';
    const model = /Android [\d.]+; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/.exec(userAgent)?.[1]?.trim();
    // Chromium says "K" for every model, Firefox "Mobile" or "Tablet".
    const named =
      model !== undefined && !/^(K|Mobile|Tablet|[a-z]{2}(-[a-z]{2})?|rv:.*)$/i.test(model);
    return { name: named ? model : kind === 'phone' ? 'Android phone' : 'Android tablet', kind };
  }
  const computers = [
    [/Macintosh/, 'Mac'],
    [/Windows/, 'Windows PC'],
    [/CrOS/, 'Chromebook'],
    [/Linux/, 'Linux PC'],
  ] as const;
  const computer = computers.find(([pattern]) => pattern.test(userAgent));
  return computer ? { name: computer[1], kind: 'computer' } : { name: 'Browser', kind: 'other' };
}
