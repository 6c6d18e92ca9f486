import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EventEmitter } from '../build/events.js';
import { smallLink } from '../build/vite.js';
import { domain, FakeServer } from './fake-server.testing.ts';
import type { connect } from './index.ts';
import { byToken } from './link.testing.ts';

/** kB (gzip) of `connect` with all that it needs, protocol and hashes included. */
const budget = 21.5;

let code: string;
beforeAll(async () => {
  const bundled = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@fjern/source', 'browser', 'import', 'default'], alias: smallLink() },
    build: {
      write: false,
      target: 'chrome63',
      lib: {
        entry: fileURLToPath(new URL('./index.ts', import.meta.url)),
        formats: ['iife'],
        name: 'link',
      },
    },
  });
  const [output] = Array.isArray(bundled) ? bundled : [];
  code = output?.output[0].code ?? '';
}, 60_000);

describe('the link in a page', () => {
  it('is small and contains nothing of Node', () => {
    // Includes SCRAM, which a build with chunks loads only when a password is used.
    expect(gzipSync(code).length / 1000).toBeLessThan(budget + 2);
    expect(code).not.toMatch(/perMessageDeflate|BigInt|replaceAll|randomUUID/);
  });

  it.each([
    ['a token', {}, byToken],
    ['no credential', { sasl1: 'ANONYMOUS' }, { anonymous: true as const }],
  ])(
    'logs in with %s on an old TV, on a page that is no secure context',
    async (_, behaviour, credential) => {
      const server = await FakeServer.start(behaviour);
      const { crypto, TextEncoder, setTimeout, clearTimeout, btoa, atob, console, URL } =
        globalThis;
      const platform = {
        TextEncoder,
        setTimeout,
        clearTimeout,
        btoa,
        atob,
        console,
        URL,
        WebSocket,
      };
      const page = createContext({
        ...platform,
        crypto: {
          getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes),
        },
      });
      runInContext(
        'delete String.prototype.replaceAll; delete Array.prototype.flat; delete Array.prototype.at',
        page,
      );
      runInContext(code.replace(/^var /, 'globalThis.link = '), page);
      const { connect: start } = page.link as { connect: typeof connect };
      const link = start({ service: server.url, domain, credential });
      await link.ready({ timeout: 4 });
      expect(link.jid).toBe('me@fake.local/r');
      await link.close();
      await server.close();
    },
  );
});

describe('the small EventEmitter', () => {
  it('calls each listener once per event, as long as it is there', () => {
    const emitter = new EventEmitter();
    const heard: string[] = [];
    const always = (value: unknown) => heard.push(`always ${value}`);
    const once = (value: unknown) => heard.push(`once ${value}`);
    emitter.on('x', always);
    emitter.once('x', once);
    expect([emitter.emit('x', 1), emitter.emit('x', 2)]).toEqual([true, true]);
    emitter.once('x', once);
    emitter.removeListener('x', once);
    emitter.removeListener('x', always);
    expect(emitter.emit('x', 3)).toBe(false);
    expect(heard).toEqual(['always 1', 'once 1', 'always 2']);
    expect(emitter.listenerCount('x')).toBe(0);
  });

  it('throws an error that nobody listens for, as Node does', () => {
    expect(() => new EventEmitter().emit('error', new Error('x'))).toThrow('x');
  });
});
