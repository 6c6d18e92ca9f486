import { createHmac, randomUUID } from 'node:crypto';
import { type Element, NS_BIND2, NS_FAST, NS_FRAMING, NS_SASL2, NS_SM, xml } from '@fjern/protocol';
import { parse } from 'ltx';
import { type ClientOptions, WebSocket } from 'ws';
import { createHub, type Hub, type HubOptions } from './index.ts';

const patience = 5000;
const domain = 'house.local';

/** Accounts of the tests: the token of each is its name and `-token`. */
export function household(...names: string[]): Map<string, { token: string; exclusive?: boolean }> {
  return new Map(names.map((name) => [name, { token: `${name}-token` }]));
}

export async function startHub(options: Partial<HubOptions> = {}): Promise<Hub> {
  const accounts = household('tv', 'anna', 'bert');
  return createHub({
    domain,
    host: '127.0.0.1',
    accounts: { find: (name) => accounts.get(name) },
    ...options,
  });
}

/** The protocol by hand over a real socket: sends text, and waits for what comes. */
export class RawClient {
  readonly ws: WebSocket;
  readonly closed: Promise<number>;
  jid = '';
  smId = '';
  /** Every frame that came and was not taken yet. */
  readonly inbox: Element[] = [];
  private wake: (() => void) | undefined;
  private ended = false;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data) => {
      this.inbox.push(parse(data.toString()));
      this.wake?.();
    });
    ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      ws.on('close', (code) => {
        this.ended = true;
        this.wake?.();
        resolve(code);
      });
    });
  }

  static async connect(hub: Hub, options: ClientOptions = {}): Promise<RawClient> {
    const ws = new WebSocket(hub.webSocketUrl, 'xmpp', options);
    const client = new RawClient(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', () => resolve());
      ws.once('error', reject);
    });
    return client;
  }

  /** Logs in with the account's token: SASL2, Bind 2, and whatever is asked for. */
  static async login(
    hub: Hub,
    username: string,
    options: {
      sm?: boolean;
      tag?: string;
      agent?: string;
      resume?: { previd: string; h: number };
    } = {},
  ): Promise<RawClient> {
    const client = await RawClient.connect(hub);
    // In one go: nothing here needs to be waited for.
    client.send(open());
    client.send(authenticate(username, `${username}-token`, options));
    const success = await client.next((e) => ['success', 'failure', 'error'].includes(e.getName()));
    if (success.name !== 'success') throw new Error(success.toString());
    client.jid = success.getChildText('authorization-identifier') ?? '';
    const enabled = success.getChild('bound')?.getChild('enabled', NS_SM);
    client.smId = enabled?.attrs.id ?? '';
    if (!success.getChild('resumed', NS_SM)) await client.skipGreeting();
    return client;
  }

  static async anonymous(hub: Hub, options: ClientOptions = {}): Promise<RawClient> {
    const client = await RawClient.connect(hub, options);
    client.send(open());
    client.send(
      xml(
        'authenticate',
        { xmlns: NS_SASL2, mechanism: 'ANONYMOUS' },
        xml('bind', { xmlns: NS_BIND2 }),
      ),
    );
    const success = await client.next((e) => ['success', 'failure'].includes(e.getName()));
    if (success.name !== 'success') throw new Error(success.toString());
    client.jid = success.getChildText('authorization-identifier') ?? '';
    await client.skipGreeting();
    return client;
  }

  /** Takes out what comes before stanzas do: the header, and both features. */
  private async skipGreeting(): Promise<void> {
    await this.next('open');
    await this.next('features');
    await this.next('features');
  }

  send(frame: string | Element): void {
    this.ws.send(frame.toString());
  }

  /** A stanza, in its namespace. */
  stanza(name: string, attrs: Record<string, string>, ...children: (Element | string)[]): void {
    this.send(xml(name, { xmlns: 'jabber:client', ...attrs }, ...children));
  }

  async request(type: 'get' | 'set', to: string | undefined, payload: Element): Promise<Element> {
    const id = randomUUID();
    this.send(xml('iq', { xmlns: 'jabber:client', type, id, to }, payload));
    return this.next((element) => element.name === 'iq' && element.attrs.id === id);
  }

  /** The next frame that fits, taken out of the inbox; rejects when none comes. */
  async next(fits: string | ((element: Element) => boolean)): Promise<Element> {
    const matches = typeof fits === 'string' ? (e: Element) => e.getName() === fits : fits;
    const deadline = Date.now() + patience;
    for (;;) {
      const index = this.inbox.findIndex(matches);
      const [found] = index < 0 ? [] : this.inbox.splice(index, 1);
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0 || this.ended)
        throw new Error(
          `Waited in vain for ${fits}. There is: ${this.inbox.join('\n') || 'nothing'}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The condition of the stream error that comes, once the socket is closed after it. */
  async streamError(): Promise<string> {
    const error = await this.next('error');
    await this.closed;
    const child = error.children.find((c): c is Element => typeof c === 'object');
    return child?.name ?? '';
  }

  /**
   * What came before the answer to a ping at the domain: proof that something else did not come, without
   * waiting for it.
   */
  async sync(): Promise<Element[]> {
    await this.request('get', domain, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    return this.inbox.splice(0);
  }

  async close(): Promise<void> {
    this.ws.close();
    await this.closed;
  }

  /** The cable is pulled. */
  async kill(): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

export function open(to = domain): Element {
  return xml('open', { xmlns: NS_FRAMING, to, version: '1.0' });
}

export function authenticate(
  username: string,
  token: string,
  options: {
    sm?: boolean;
    tag?: string;
    agent?: string;
    resume?: { previd: string; h: number };
  } = {},
): Element {
  const proof = createHmac('sha256', token).update('Initiator').digest();
  const response = Buffer.concat([Buffer.from(`${username}\0`), proof]).toString('base64');
  return xml(
    'authenticate',
    { xmlns: NS_SASL2, mechanism: 'HT-SHA-256-NONE' },
    xml('initial-response', {}, response),
    options.agent ? xml('user-agent', { id: options.agent }) : undefined,
    options.resume ? xml('resume', { xmlns: NS_SM, ...options.resume }) : undefined,
    xml(
      'bind',
      { xmlns: NS_BIND2 },
      options.tag ? xml('tag', {}, options.tag) : undefined,
      options.sm ? xml('enable', { xmlns: NS_SM, resume: 'true' }) : undefined,
    ),
    xml('fast', { xmlns: NS_FAST }),
  );
}

/** Waits for what no event tells. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
