/** What the box tells whoever started it. The names and fields are those of `--json`. */
export type BoxEvent =
  /** `tvUrl` is the TV page, where a page is the player. */
  | { event: 'listening'; port: number; tvUrl?: string; lanUrl: string }
  /** The machine has another address now; the code says so too. */
  | { event: 'address'; lanUrl: string }
  /** The shown code changed; without a url, none is shown. */
  | { event: 'offer'; url?: string; pin?: string; role?: string; expires?: string }
  /** Another TV on the network has the name, so this one is found under `name`. */
  | { event: 'renamed'; name: string }
  /** Somebody has the code and waits for the viewer to decide. */
  | { event: 'request'; id: string; name: string; kind: string }
  | { event: 'paired'; id: string; name: string; kind: string; role: string }
  | { event: 'revoked'; id: string; name: string; kind: string }
  /** The player of this process. While it is `away` it is started, or looked for, again and again. */
  | { event: 'player'; status: 'starting' | 'ready' | 'away'; reason?: string }
  /** Only with hooks that say so, or do it. */
  | { event: 'power'; state: 'on' | 'standby' }
  /** The configuration was read again; `restarted` says what had to begin anew for it. */
  | { event: 'reloaded'; changed: string[]; restarted: ('hub' | 'player')[] }
  | { event: 'stopping'; restart: boolean }
  | { event: 'state'; facet: string; epoch: string; revision: number; value: unknown }
  | { event: 'error'; code: string; message: string };

export type Report = (event: BoxEvent) => void;

/** One JSON object a line. */
export function jsonReport(write: (text: string) => void): Report {
  return (event) => write(`${JSON.stringify(event)}\n`);
}
