import {
  type Command,
  type CommandAction,
  type CommandResult,
  decodeClockReading,
  decodeCommandResult,
  type Element,
  encodeClockRequest,
  encodeCommand,
  encodeSubscribe,
  type Facet,
  type RequestOptions,
  readNotification,
  type Session,
  xml,
} from '@fjern/protocol';
import { createSealedClient, type KeyPair, type SealedClient } from '@fjern/seal';

export interface TestRemoteOptions {
  /** Bare JID of the TV. */
  tv: string;
  /** The TV's public key. */
  tvKey: Uint8Array;
  /** The remote's own, by which the TV knows it. */
  key: KeyPair;
}

/** A remote that does what it is told, once, and no more. */
export class TestRemote {
  readonly session: Session;
  /** Its end of the sealed session. */
  readonly client: SealedClient;
  /** What it was notified of, in order. */
  readonly notified: Facet[] = [];
  /** Everything else that it was told in the sealed session. */
  readonly told: Element[] = [];
  /** The TV's, as the handshake said. */
  epoch = '';
  private opening: Promise<void> | undefined;
  private count = 0;

  constructor(session: Session, { tv, tvKey, key }: TestRemoteOptions) {
    this.session = session;
    this.client = createSealedClient({ session, peer: tv, keys: { own: key, peer: tvKey } });
    this.client.on('message', (content) => {
      const { facets } = readNotification(xml('message', {}, ...content));
      if (facets.length > 0) this.notified.push(...facets);
      else this.told.push(...content);
    });
  }

  /** Makes a sealed session; one that there was is given up. @throws as `SealedClient.open` */
  async open(options?: RequestOptions): Promise<void> {
    const [answer] = await this.client.open(
      [{ type: 'get', payload: encodeClockRequest() }],
      options,
    );
    if (!answer || 'error' in answer || !answer.payload)
      throw answer && 'error' in answer ? answer.error : new Error('The TV did not say its time.');
    this.epoch = decodeClockReading(answer.payload).epoch;
  }

  /**
   * Asks in the sealed session, and makes one first if there is none. Resolves with the payload of the answer.
   * @throws as `SealedClient.open` and `SealedClient.request`
   */
  async ask(type: 'get' | 'set', payload: Element): Promise<Element | undefined> {
    if (this.client.jid === undefined) {
      this.opening ??= this.open().finally(() => {
        this.opening = undefined;
      });
      await this.opening;
    }
    return this.client.request(type, payload);
  }

  async subscribe(): Promise<void> {
    await this.ask('set', encodeSubscribe(this.session.jid));
  }

  /** @param ids instead of those that it chooses: an id that is new, the TV's epoch, no expiry to speak of */
  async command(action: CommandAction, ids: Partial<Command> = {}): Promise<CommandResult> {
    if (this.client.jid === undefined) await this.ask('get', encodeClockRequest());
    const id = `${this.session.jid.replace(/[@/]/g, '.')}-${this.count++}`;
    const command = { id, epoch: this.epoch, expires: 1e6, ...action, ...ids } as Command;
    const done = await this.ask('set', encodeCommand(command));
    return decodeCommandResult(done ?? xml('nothing'));
  }

  /** Ends its part; the session stays open. */
  close(): void {
    this.client.close();
  }
}

/** A {@link TestRemote} with a sealed session. @throws as `SealedClient.open` */
export async function connectRemote(
  session: Session,
  options: TestRemoteOptions & RequestOptions,
): Promise<TestRemote> {
  const remote = new TestRemote(session, options);
  try {
    await remote.open(options);
  } catch (error) {
    remote.close();
    throw error;
  }
  return remote;
}
