import { NS_SASL2, xml } from '@fjern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Hub } from './index.ts';
import { authenticate, open, RawClient, startHub } from './raw-client.testing.ts';

const token = 'anna-token';
let hub: Hub;
let written: string[];
let errors: unknown[];

/** An error with all that a log would show of it. */
function everything(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? String(error);
  return [error.stack, JSON.stringify(error), everything(error.cause ?? '')].join('\n');
}

beforeEach(() => {
  written = [];
  errors = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...args) => void written.push(args.join(' ')));
});
afterEach(async () => {
  await hub.close();
  vi.restoreAllMocks();
});

const proof = authenticate('anna', token).getChildText('initial-response') ?? '';

describe('a secret', () => {
  it('is in no error, event, log or answer, whatever goes wrong', async () => {
    let broken = false;
    hub = await startHub({
      accounts: {
        find: () => {
          if (broken) throw new Error('The store cannot be read.');
          return { token };
        },
      },
    });
    hub.on('error', (error) => errors.push(error));
    hub.on('login', (login) => written.push(JSON.stringify(login)));
    hub.on('logout', (logout) => written.push(JSON.stringify(logout)));
    const told: string[] = [];
    const frames = [
      `<authenticate xmlns='${NS_SASL2}' mechanism='HT-SHA-256-NONE'><initial-response>${token}</x>`,
      `<authenticate xmlns='${NS_SASL2}' mechanism='${token}'/>`,
      `<authenticate xmlns='${NS_SASL2}' mechanism='HT-SHA-256-NONE'><initial-response>${proof}`,
      `<message xmlns='jabber:client'><token>${token}</token></message>`,
      `${token}`,
      `<a b=${token}/>`,
      `<x xmlns='urn:x'>&${token};</x>`,
      `<x xmlns='urn:x'>${proof}</x>`,
      xml('response', { xmlns: NS_SASL2 }, proof),
    ];
    for (const frame of frames) {
      const client = await RawClient.connect(hub);
      client.send(open());
      client.send(frame);
      await client
        .next((e) => ['error', 'failure'].includes(e.getName()))
        .then((e) => told.push(`${e}`));
      await client.kill();
    }
    const client = await RawClient.login(hub, 'anna');
    await client.close();
    broken = true;
    const unlucky = await RawClient.connect(hub);
    unlucky.send(open());
    unlucky.send(authenticate('anna', token));
    told.push(await unlucky.streamError());
    expect(told.at(-1)).toBe('internal-server-error');
    expect(errors.map(everything)).toEqual([expect.stringContaining('cannot be read')]);
    // The name of an entity is the client's own word, told to nobody else.
    const answers = told.filter((text) => !text.includes('entity'));
    const shown = [...errors.map(everything), ...written, ...answers].join('\n');
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(proof);
  });

  it('is not taken from the query of a URL, nor repeated', async () => {
    hub = await startHub({
      documents: { '/x.json': () => ({ contentType: 'application/json', body: '{}' }) },
    });
    const query = `?token=${token}&username=anna`;
    const url = new URL(`/xmpp-websocket${query}`, hub.webSocketUrl);
    const client = await RawClient.connect({ ...hub, webSocketUrl: url.href } as Hub);
    client.send(open());
    expect(`${await client.next('features')}`).toContain('<mechanisms');
    client.stanza('presence', {});
    expect(await client.streamError()).toBe('not-authorized');
    for (const path of ['/', '/x.json', '/xmpp-websocket', '/.well-known/host-meta']) {
      const response = await fetch(new URL(`${path}${query}`, hub.url), { redirect: 'manual' });
      const headers = JSON.stringify([...response.headers]);
      expect(`${headers}\n${await response.text()}`).not.toContain(token);
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect(written).toEqual([]);
  });
});
