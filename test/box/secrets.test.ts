import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeOfferUrl } from '@fjern/protocol';
import { connect } from '@fjern/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { startBox } from '../support/box.ts';
import { pairWith } from '../support/screen.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'fjern-secrets-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

/** Every string under a key that names something secret. */
function secretsIn(value: unknown, found: string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, entry] of Object.entries(value))
    if (typeof entry === 'string' && /token|secret|privateKey/i.test(key)) found.push(entry);
    else secretsIn(entry, found);
  return found;
}

describe('what the box logs', () => {
  it('is one line for each turn of its life, without a secret even at trace', async () => {
    const box = await startBox({
      dataDir,
      args: ['--log-level', 'trace', '--player', 'mpv', '--mpv-command', '/nowhere/mpv'],
    });
    const codes: string[] = [];
    for (const name of ['Anna', 'Ben']) {
      const { url, pin } = await box.event('offer', (offer) => !codes.includes(String(offer.pin)));
      codes.push(String(pin), decodeOfferUrl(String(url)).secret);
      const known = await pairWith(box, name, { code: name === 'Anna' ? 'qr' : 'pin' });
      codes.push(...secretsIn(known));
      const remote = connect(known);
      await remote.ready({ timeout: 10 });
      await remote.volume.set(0.5).catch(() => {});
      if (name === 'Ben')
        await remote.media
          .load({ uri: 'https://u:p@x.example/?key=k' }, { timeout: 1 })
          .catch(() => {});
      await remote.close();
    }
    const health = await fetch(`http://127.0.0.1:${box.port}/health`);
    const told = await health.text();
    await box.stop();
    const secrets = [
      ...codes,
      ...secretsIn(JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8'))),
    ];
    expect(secrets.length).toBeGreaterThanOrEqual(9);
    const logs = box.stderr();
    for (const secret of secrets) {
      expect(logs).not.toContain(secret);
      expect(told).not.toContain(secret);
    }
    for (const name of ['Anna', 'Ben']) expect(told).not.toContain(name);
    expect(logs).not.toContain('x.example');
    const lines = logs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const events: string[] = lines.map(({ event }) => event);
    for (const event of [
      'starting',
      'listening',
      'player',
      'paired',
      'login',
      'stopping',
      'stopped',
    ])
      expect(events).toContain(event);
    for (const event of ['starting', 'listening', 'stopping', 'stopped'])
      expect(events.filter((each) => each === event)).toHaveLength(1);
    for (const line of lines)
      expect(line).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
    expect(health.status).toBe(503);
    expect(health.headers.get('content-type')).toBe('application/health+json');
    expect(JSON.parse(told)).toMatchObject({
      status: 'fail',
      checks: {
        'player:status': [{ status: 'fail', observedValue: 'away' }],
        'store:writing': [{ status: 'pass' }],
      },
    });
  });
});
