import { version as packageVersion, pages } from 'fjern:embedded';
import type { MemoryFile, Mount } from '@fjern/hub';

// What pages.ts is in the bundle: the same, from inside the file. The clips of the demonstration stay outside.

export function pageMount(name: 'remote' | 'tv'): Mount {
  const files = new Map<string, MemoryFile>();
  for (const { path, type, bodies } of pages[name]) {
    const file: MemoryFile = { type };
    for (const [encoding, body] of bodies) file[encoding] = () => Buffer.from(body(), 'base64');
    files.set(path, file);
  }
  return { files };
}

export function demoMedia(): undefined {
  return undefined;
}

export function version(): string {
  return packageVersion;
}
