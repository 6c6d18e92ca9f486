import { xml } from '@fjern/protocol';
import { type Agent, createClient } from 'stanza';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, type Household, password, startHousehold } from './household.ts';

let house: Household;
let agent: Agent;
beforeEach(async () => {
  house = await startHousehold();
});
afterEach(async () => {
  agent.config.autoReconnect = false;
  agent.disconnect();
  await house.close();
});

function create(secret: string): Agent {
  agent = createClient({
    jid: `anna@${domain}`,
    resource: 'phone',
    password: secret,
    transports: { websocket: house.url, bosh: false },
    autoReconnect: true,
  });
  return agent;
}

function started(): Promise<void> {
  return new Promise((resolve) => agent.once('session:started', () => resolve()));
}

describe('stanza', () => {
  it('logs in with a password and asks', async () => {
    create(password).connect();
    await started();
    expect(agent.jid).toBe(`anna@${domain}/phone`);
    const info = await agent.getDiscoInfo(domain);
    expect(info.features).toContain('urn:xmpp:ping');
    expect(info.features).toContain('urn:example:info');
    await agent.ping(domain);
    await expect(agent.ping(`tv@${domain}/gone`)).rejects.toMatchObject({
      error: { condition: 'service-unavailable' },
    });
  });

  it('is told that a password is wrong', async () => {
    create('guess').connect();
    await new Promise<void>((resolve) => agent.once('auth:failed', () => resolve()));
  });

  it('resumes after the connection broke, and misses nothing', async () => {
    create(password);
    const bodies: (string | undefined)[] = [];
    agent.on('message', (message) => bodies.push(message.body));
    agent.connect();
    await started();
    await expect.poll(() => agent.sm.started).toBe(true);
    const send = (body: string) =>
      house.tv.send(xml('message', { to: agent.jid, type: 'chat' }, xml('body', {}, body)));
    send('one');
    await expect.poll(() => bodies).toEqual(['one']);
    const gone = new Promise<void>((resolve) => agent.once('disconnected', () => resolve()));
    const resumed = new Promise<void>((resolve) =>
      agent.once('stream:management:resumed', () => resolve()),
    );
    house.cut();
    await gone;
    send('two');
    await resumed;
    await expect.poll(() => bodies).toEqual(['one', 'two']);
  });
});
