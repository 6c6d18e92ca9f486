import type { Box, Place } from './pairing.ts';

/** What can be asked of hubs on the network. Nothing of it is proven before a handshake, and nobody has to answer. */
export interface Lan {
  /** Which TV is behind the hub at an origin; nothing if none says so in time. @param patience ms */
  ask(origin: string, patience?: number): Promise<Place | undefined>;
  /** Which other TVs that hub sees. */
  neighbours(origin: string): Promise<readonly Place[]>;
}

/** How long a hub has to answer, ms. */
const usualPatience = 2000;
/** More than any home has. */
const mostNeighbours = 64;
const longestName = 200;

/** @param get fetches JSON; rejects when it cannot */
export function lanOf(get: (url: string, patience: number) => Promise<unknown>): Lan {
  return {
    async ask(origin, patience = usualPatience) {
      const told = await get(`${origin}/config.json`, patience).catch(() => undefined);
      return isBox(told) ? { origin, domain: told.domain, name: told.name } : undefined;
    },
    async neighbours(origin) {
      const told = await get(`${origin}/neighbours.json`, usualPatience).catch(() => []);
      return Array.isArray(told) ? told.slice(0, mostNeighbours).flatMap(placeOf) : [];
    },
  };
}

export function isBox(told: unknown): told is Box {
  if (typeof told !== 'object' || told === null) return false;
  const { domain, name } = told as Record<string, unknown>;
  return typeof domain === 'string' && domain !== '' && typeof name === 'string';
}

/** `<tv id>.local`, without what all of them have. */
export const idOf = (domain: string) => domain.replace(/\.local$/, '');

function placeOf(told: unknown): Place[] {
  if (typeof told !== 'object' || told === null) return [];
  const { id, name, url } = told as Record<string, unknown>;
  if (typeof id !== 'string' || !/^[a-z\d]{1,63}$/.test(id)) return [];
  const origin = typeof url === 'string' && /^(?:https?|wss?):\/\/[^/?#\\@]+/.exec(url)?.[0];
  if (!origin) return [];
  const named = typeof name === 'string' ? name.slice(0, longestName) : '';
  return [{ origin: origin.replace(/^ws/, 'http'), domain: `${id}.local`, name: named }];
}
