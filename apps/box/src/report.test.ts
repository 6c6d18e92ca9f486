import { describe, expect, it } from 'vitest';
import { type BoxEvent, jsonReport } from './report.ts';
import { textReport } from './text-report.ts';

const url = `http://192.168.1.20:7120/#v=2&j=tv@x.local&k=${'k'.repeat(43)}&s=${'s'.repeat(22)}&i=abcdef&x=abc&n=Stue`;
const text = (event: BoxEvent) => {
  let written = '';
  textReport('Living room', (part) => {
    written += part;
  })(event);
  return written;
};

describe('the report for people', () => {
  it('says where to open the TV, and shows the code', () => {
    const listening = text({
      event: 'listening',
      port: 7120,
      tvUrl: 'http://localhost:7120/tv/#token=t',
      lanUrl: 'http://192.168.1.20:7120/',
    });
    expect(listening).toContain('On the TV    http://localhost:7120/tv/#token=t');
    const offer = text({ event: 'offer', url, pin: '483201', expires: '2026-01-01T00:00:00.000Z' });
    expect(offer).toContain(url);
    expect(offer).toContain('▄');
    expect(offer).toContain('type 483201 on the phone');
    expect(text({ event: 'offer' })).toBe('  No code is shown now.\n');
  });

  it('says who came', () => {
    const remote = { id: 'r1', name: 'Anna’s phone', kind: 'phone' };
    expect(text({ event: 'request', ...remote })).toBe(
      '  Anna’s phone wants to be let in: decide on the TV.\n',
    );
    expect(text({ event: 'paired', ...remote, role: 'owner' })).toBe(
      '  Paired with Anna’s phone (owner).\n',
    );
  });

  it('says what happened on the network', () => {
    expect(text({ event: 'renamed', name: 'Living room (2)' })).toBe(
      '  Another TV here is called Living room: this one appears as Living room (2).\n',
    );
    expect(text({ event: 'address', lanUrl: 'http://10.0.0.3:7120/' })).toContain(
      'http://10.0.0.3:7120/',
    );
    expect(text({ event: 'error', code: 'identity-taken', message: 'Two TVs.' })).toBe(
      '  Two TVs.\n',
    );
  });
});

it('the report for programs is one object a line', () => {
  let written = '';
  const report = jsonReport((part) => {
    written += part;
  });
  report({ event: 'renamed', name: 'A\nB' });
  report({ event: 'offer' });
  expect(written).toBe('{"event":"renamed","name":"A\\nB"}\n{"event":"offer"}\n');
});
