import { type Element, type RequestOptions, type Session, SessionError } from '@fjern/protocol';
import {
  createSealedClient,
  type EarlyAnswer,
  type EarlyRequest,
  type KeyPair,
  SealError,
  type SealedClient,
  UndeliveredError,
} from '@fjern/seal';

export interface PairingServiceOptions {
  session: Session;
  /** Its JID. */
  jid: string;
  keys: { own: KeyPair; peer: Uint8Array };
  /** Seconds, see LocalClock. */
  now(): number;
  /** What it says of its own accord. */
  onmessage(content: Element[]): void;
  onerror(error: Error): void;
}

/** Seconds after which a session is replaced by a new one. */
const sessionLife = 12 * 3600;

/**
 * The process that keeps the list of remotes, which is there whether the TV's page is or not. A sealed session
 * with it is made when something is asked, and kept.
 */
export class PairingService {
  private readonly options: PairingServiceOptions;
  private readonly client: SealedClient;
  private readonly stop: () => void;
  private preparing: Promise<unknown> | undefined;
  private openedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PairingServiceOptions) {
    const { session, jid, keys, onmessage, onerror } = options;
    this.options = options;
    this.client = createSealedClient({ session, peer: jid, keys });
    this.client.on('message', onmessage);
    this.client.on('error', onerror);
    this.stop = session.on('state', (state) => {
      // What it knows of us ends with the session.
      if (state.status === 'online' && !state.resumed) this.client.drop();
    });
  }

  /**
   * Everything that is asked here may be asked twice.
   * @throws StanzaError, SessionError, SealError, PeerRefusal, UndeliveredError
   */
  async request(
    type: 'get' | 'set',
    payload: Element,
    options: RequestOptions = {},
  ): Promise<Element | undefined> {
    const { signal, timeout = 10 } = options;
    if ((signal as { aborted?: boolean } | undefined)?.aborted)
      throw new SessionError('aborted', 'It was cancelled.');
    const expired = this.options.now() - this.openedAt > sessionLife;
    if (this.client.jid !== undefined && !expired)
      try {
        return await this.client.request(type, payload, { ...options, timeout });
      } catch (error) {
        const lost = error instanceof SealError || error instanceof UndeliveredError;
        if (!lost) throw error;
        this.client.drop();
      }
    await this.prepare();
    return this.client.request(type, payload, { ...options, timeout });
  }

  /** Makes a session, and asks with it. Throws as SealedClient's does. */
  async open(requests: readonly EarlyRequest[], options?: RequestOptions): Promise<EarlyAnswer[]> {
    const answers = await this.client.open(requests, options);
    this.openedAt = this.options.now();
    return answers;
  }

  close(): void {
    this.stop();
    this.client.close();
  }

  private prepare(): Promise<unknown> {
    this.preparing ??= this.open([]).finally(() => {
      this.preparing = undefined;
    });
    return this.preparing;
  }
}
