/** What the process that serves this page says about itself. */
export interface Config {
  domain: string;
  name: string;
}

const key = 'fjern.tv.token';

/**
 * The token that makes this page the TV: from the address (`/tv#token=…`), where it does not stay, or from an
 * earlier visit, so that a reload and a set that opens its last page both work.
 */
export function takeToken(page: Window): string | undefined {
  const match = /[#&]token=([^&]+)/.exec(page.location.hash);
  const stores = [storage(() => page.sessionStorage), storage(() => page.localStorage)];
  if (match?.[1]) {
    const token = decodeURIComponent(match[1]);
    for (const store of stores) store?.setItem(key, token);
    page.history.replaceState(null, '', page.location.pathname + page.location.search);
    return token;
  }
  for (const store of stores) {
    const token = store?.getItem(key);
    if (token) return token;
  }
  return undefined;
}

/** Nothing where the browser forbids to store: then a reload needs the full address again. */
function storage(open: () => Storage): Storage | undefined {
  try {
    const found = open();
    found.setItem(`${key}.probe`, '');
    found.removeItem(`${key}.probe`);
    return found;
  } catch {
    return undefined;
  }
}

/** @throws Error when the box does not answer, or with something else */
export async function fetchConfig(signal: AbortSignal): Promise<Config> {
  const response = await fetch('/tv/config.json', { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`/tv/config.json: HTTP ${response.status}`);
  const config: unknown = await response.json();
  if (!isConfig(config)) throw new Error('/tv/config.json: not what it should be');
  return config;
}

function isConfig(value: unknown): value is Config {
  const { domain, name } = (value ?? {}) as Partial<Config>;
  return typeof domain === 'string' && domain !== '' && typeof name === 'string';
}
