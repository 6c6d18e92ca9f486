import { xml } from '@fjern/protocol';
import { $iq, Strophe } from 'strophe.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, type Household, password, startHousehold, tvJid } from './household.ts';

type Connection = InstanceType<typeof Strophe.Connection>;

let house: Household;
let connection: Connection;
beforeEach(async () => {
  // It narrates what it does.
  Strophe.setLogLevel(Strophe.LogLevel.FATAL);
  house = await startHousehold();
  connection = new Strophe.Connection(house.url, { enableStreamManagement: true });
});
afterEach(async () => {
  connection.disconnect('');
  await house.close();
});

/** Bodies of the messages that came. */
let bodies: (string | null)[] = [];

/** Resolves once it is known whether the login worked; `gone` is called when the connection ends. */
function connect(secret: string, gone?: () => void): Promise<'connected' | 'refused'> {
  return new Promise((resolve) => {
    connection.connect(`anna@${domain}/phone`, secret, (status) => {
      if (status === Strophe.Status.CONNECTED) {
        connection.addHandler(onMessage, '', 'message', '');
        resolve('connected');
      }
      if (status === Strophe.Status.AUTHFAIL) resolve('refused');
      if (status === Strophe.Status.DISCONNECTED) gone?.();
      return true;
    });
  });
}

function onMessage(message: Element): boolean {
  bodies.push(message.textContent);
  return true;
}

function ask(text: string): Promise<string | null | undefined> {
  const iq = $iq({ type: 'get', to: tvJid }).c('echo', { xmlns: 'urn:example:echo' }).t(text);
  return new Promise((resolve, reject) => {
    connection.sendIQ(iq, (answer: Element) => resolve(answer.textContent), reject);
  });
}

describe('strophe.js', () => {
  it('logs in with a password and asks', async () => {
    expect(await connect(password)).toBe('connected');
    expect(connection.jid).toBe(`anna@${domain}/phone`);
    expect(await ask('hello <&> “you”')).toBe('hello <&> “you”');
  });

  it('is told that a password is wrong', async () => {
    expect(await connect('guess')).toBe('refused');
  });

  it('resumes after the connection broke, and misses nothing', async () => {
    const send = (body: string) =>
      house.tv.send(
        xml('message', { to: `anna@${domain}/phone`, type: 'chat' }, xml('body', {}, body)),
      );
    bodies = [];
    let gone = (): void => {};
    const ended = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await connect(password, gone);
    send('one');
    await expect.poll(() => bodies).toEqual(['one']);
    await expect.poll(() => connection.sm?.enabled).toBe(true);
    house.cut();
    await ended;
    send('two');
    expect(await connect(password)).toBe('connected');
    expect(connection.sm?.resumed).toBe(true);
    await expect.poll(() => bodies).toEqual(['one', 'two']);
  });
});
