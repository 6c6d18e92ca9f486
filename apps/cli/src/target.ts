import { isIP } from 'node:net';
import type { PinTarget } from '@fjern/remote';
import type { FoundTv } from '@fjern/remote/discovery';
import { Failure } from './exit.ts';
import { urlsOf } from './locate.ts';
import { ambiguous, match } from './names.ts';
import { plain } from './output.ts';

/** What somebody writes to say which TV to pair with. */
export type Target =
  /** The address in the TV's code, which is all that is needed; secret. */
  | { kind: 'offer'; url: string }
  /** Where it is; for the PIN. */
  | { kind: 'address'; origins: string[] }
  /** What it is called, or its id; or the name of its machine. */
  | { kind: 'name'; name: string };

/** Where a TV listens unless it was told otherwise. */
const defaultPort = 7120;
/** How long TVs have to say who they are, ms. They answer within 120 ms, or within a second. */
const patience = 2000;
/** For one address, ms. */
const attempt = 3000;

/** Messages never repeat what may be a secret. @throws Failure */
export function readTarget(text: string): Target {
  const target = text.trim();
  // A part of the code's address is no name, either.
  if (/[#&=]/.test(target)) return { kind: 'offer', url: target };
  if (target === '') throw new Failure('usage', 'Which TV? See: fjern pair --help');
  if (/^https?:\/\//i.test(target)) return { kind: 'address', origins: [originOf(target)] };
  if (isIP(target) === 6) return { kind: 'address', origins: originsAt(`[${target}]`) };
  if (isIP(target) === 4 || /^[^\s/]+:\d+$/.test(target) || target.startsWith('['))
    return { kind: 'address', origins: originsAt(target) };
  return { kind: 'name', name: target };
}

/**
 * Finds it, and asks it who it is: the answer is a hint, which only the pairing proves.
 * @throws Failure
 */
export async function findTarget(
  target: Exclude<Target, { kind: 'offer' }>,
  signal: AbortSignal,
): Promise<PinTarget & { name: string }> {
  const origins =
    target.kind === 'address' ? target.origins : await originsOfName(target.name, signal);
  for (const origin of origins) {
    const config = await whoAnswers(origin, signal);
    if (config) return { origin, ...config };
  }
  if (signal.aborted) throw new Failure('interrupted', 'Interrupted.');
  throw new Failure(
    'unreachable',
    target.kind === 'address'
      ? `No TV answers at ${hosts(origins)}. Is it on, and on the same network?`
      : `No TV on this network is called "${plain(target.name)}". See: fjern discover`,
  );
}

async function originsOfName(name: string, signal: AbortSignal): Promise<string[]> {
  const all = await seen(name, signal);
  const found = match(name, all, (tv) => tv);
  const [first, second] = found;
  if (second) throw ambiguous(plain(name), found, all);
  if (first) return urlsOf(first).map((url) => originOf(url.replace(/^ws/, 'http')));
  return /^[\w.-]+$/.test(name) ? originsAt(name) : [];
}

/** The TVs of this network, or the one whose id was said. */
async function seen(name: string, signal: AbortSignal): Promise<FoundTv[]> {
  const wanted = name.toLowerCase();
  const found = new Map<string, FoundTv>();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  try {
    const { discover } = await import('@fjern/remote/discovery');
    for await (const { type, tv } of discover({ signal: limit })) {
      const ids = [tv.id, `${tv.id}.local`, `tv@${tv.id}.local`];
      if (type !== 'remove' && ids.includes(wanted)) return [tv];
      if (type === 'remove') found.delete(tv.id);
      else found.set(tv.id, { ...tv, name: plain(tv.name) });
    }
  } catch {
    // There is no network to ask on; the name may be that of a machine.
  }
  return [...found.values()];
}

/** What the TV at an address says that it is: a hint. Nothing when there is none. */
export async function whoAnswers(
  origin: string,
  signal: AbortSignal,
): Promise<{ domain: string; name: string } | undefined> {
  try {
    const response = await fetch(`${origin}/config.json`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(attempt)]),
    });
    const config: unknown = await response.json();
    if (!response.ok || typeof config !== 'object' || config === null) return undefined;
    const { domain, name } = config as { domain?: unknown; name?: unknown };
    if (typeof domain !== 'string' || !/^[\w.-]{1,190}$/.test(domain)) return undefined;
    return { domain, name: typeof name === 'string' ? name : '' };
  } catch {
    return undefined;
  }
}

/** @param host with or without a port */
function originsAt(host: string): string[] {
  const port = /:\d+$/.test(host) ? '' : `:${defaultPort}`;
  return ['http', 'https'].map((scheme) => originOf(`${scheme}://${host}${port}`));
}

export function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    throw new Failure('usage', 'That is no address: 192.168.1.20 or 192.168.1.20:7120.');
  }
}

function hosts(origins: string[]): string {
  return [...new Set(origins.map((origin) => new URL(origin).host))].join(' or ');
}
