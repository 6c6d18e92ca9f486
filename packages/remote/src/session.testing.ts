import {
  attribute,
  type Capabilities,
  decodeCommand,
  type Element,
  encodeCapabilities,
  encodeClockReading,
  encodeCommandResult,
  encodeFacet,
  encodeItems,
  encodeNotification,
  encodeSubscription,
  encodeTvPresence,
  type FacetName,
  type Facets,
  facetNames,
  firstElement,
  type IqHandler,
  NS,
  NS_DISCO_INFO,
  NS_PUBSUB,
  type RequestOptions,
  type Session,
  SessionError,
  type SessionEvents,
  type SessionState,
  StanzaError,
  type Versioned,
  xml,
} from '@fjern/protocol';

export const tvJid = 'tv@house.local';

export interface Asked {
  to: string | undefined;
  type: string | undefined;
  payload: Element;
  resolve(payload?: Element): void;
  reject(error: Error): void;
}

/** A session whose network is the test: what is sent lies here, what comes in is put in. */
export class TestSession implements Session {
  jid = 'anna@house.local/phone';
  state: SessionState = { status: 'connecting' };
  readonly sent: Element[] = [];
  /** Requests without an answer, oldest first. */
  readonly asked: Asked[] = [];
  /** Answers what it can as soon as it is asked. */
  answerer: ((asked: Asked) => void) | undefined;
  private readonly listeners: { [E in keyof SessionEvents]: Set<SessionEvents[E]> } = {
    state: new Set(),
    message: new Set(),
    presence: new Set(),
  };

  send(stanza: Element): void {
    if (this.state.status !== 'online') throw new SessionError('not-online', 'Not online');
    this.sent.push(stanza);
  }

  request(iq: Element, { signal, timeout = 30 }: RequestOptions = {}): Promise<Element> {
    return new Promise((resolve, reject) => {
      if (this.state.status !== 'online') throw new SessionError('not-online', 'Not online');
      const payload = firstElement(iq);
      if (!payload) throw new Error('An IQ has a payload');
      const settle = () => {
        clearTimeout(timer);
        const at = this.asked.indexOf(asked);
        if (at >= 0) this.asked.splice(at, 1);
      };
      const asked: Asked = {
        to: attribute(iq, 'to'),
        type: attribute(iq, 'type'),
        payload,
        resolve(child) {
          settle();
          resolve(xml('iq', { type: 'result' }, child));
        },
        reject(error) {
          settle();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => asked.reject(new SessionError('timeout', 'No answer')),
        timeout * 1000,
      );
      (signal as (AbortSignal & EventTarget) | undefined)?.addEventListener('abort', () =>
        asked.reject(new SessionError('aborted', 'Aborted')),
      );
      this.asked.push(asked);
      this.answerer?.(asked);
    });
  }

  handle(_type: 'get' | 'set', _xmlns: string, _handler: IqHandler): () => void {
    return () => {};
  }

  on<E extends keyof SessionEvents>(event: E, listener: SessionEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => {
      this.listeners[event].delete(listener);
    };
  }

  get listenerCount(): number {
    return Object.values(this.listeners).reduce((count, { size }) => count + size, 0);
  }

  async close(): Promise<void> {
    this.end();
  }

  online(resumed = false): void {
    if (!resumed) this.rejectAll('lost');
    this.enter({ status: 'online', resumed });
  }

  down(): void {
    const error = new SessionError('unreachable', 'Cut');
    this.enter({ status: 'waiting', error, retryAt: Date.now() + 1000 });
  }

  end(error?: SessionError): void {
    if (this.state.status === 'closed') return;
    this.enter(error ? { status: 'closed', error } : { status: 'closed' });
    this.rejectAll('closed');
  }

  receive(stanza: Element): void {
    const event = stanza.getName() === 'message' ? 'message' : 'presence';
    for (const listener of [...this.listeners[event]]) listener(stanza);
  }

  private rejectAll(code: 'lost' | 'closed'): void {
    for (const asked of [...this.asked]) asked.reject(new SessionError(code, code));
  }

  private enter(state: SessionState): void {
    this.state = state;
    for (const listener of [...this.listeners.state]) listener(state);
  }
}

const capabilities: Capabilities = {
  name: 'Living room',
  commands: ['load', 'play', 'pause', 'stop', 'seek', 'setVolume', 'setMuted'],
  facets: [...facetNames],
  mediaTypes: ['video/mp4'],
  playbackRate: { min: 1, max: 1 },
};

/** A TV at the other end of a TestSession; it says what the test wants it to. */
export class TestTv {
  readonly jid: string;
  epoch: string;
  /** Commands that it carried out, by id. */
  readonly done: string[] = [];
  facets: { [N in FacetName]: Versioned<Facets[N]> };
  private readonly session: TestSession;

  constructor(session: TestSession, { resource = 'box', epoch = 'e1' } = {}) {
    this.session = session;
    this.jid = `${tvJid}/${resource}`;
    this.epoch = epoch;
    const first = { epoch, revision: 1 };
    this.facets = {
      media: {
        ...first,
        value: { state: 'idle', currentTime: 0, at: 0, playbackRate: 1 },
      },
      volume: { ...first, value: { level: 0.5, muted: false } },
      catalogue: { ...first, value: { items: [] } },
    };
  }

  /** Comes online, and answers from then on. */
  appear(): void {
    this.session.answerer = (asked) => this.answer(asked);
    this.announce();
  }

  announce(): void {
    this.session.receive(xml('presence', { from: this.jid }, encodeTvPresence(this)));
  }

  disappear(): void {
    this.session.receive(xml('presence', { from: this.jid, type: 'unavailable' }));
  }

  setVolume(level: number): void {
    const { revision, value } = this.facets.volume;
    this.facets.volume = { epoch: this.epoch, revision: revision + 1, value: { ...value, level } };
    this.notify('volume');
  }

  notify(name: FacetName): void {
    const message = encodeNotification(name, this.facets[name]);
    message.attrs.from = this.jid;
    this.session.receive(message);
  }

  /** Sent while the test looks the other way: answers as a TV does. */
  answer(asked: Asked): void {
    const { payload, to, resolve, reject } = asked;
    if (to !== this.jid) {
      if (to === tvJid || to?.startsWith(`${tvJid}/`))
        reject(new StanzaError('service-unavailable'));
      return;
    }
    const xmlns = payload.getNS();
    if (xmlns === NS_DISCO_INFO) resolve(encodeCapabilities(capabilities));
    else if (xmlns === NS_PUBSUB)
      resolve(payload.getChild('items') ? this.items() : encodeSubscription(this.session.jid));
    else if (xmlns === NS && payload.getName() === 'clock')
      resolve(encodeClockReading({ epoch: this.epoch, received: 100, sent: 100 }));
    else this.execute(asked);
  }

  items(): Element {
    return encodeItems(facetNames.map((name) => encodeFacet(name, this.facets[name])));
  }

  private execute({ payload, resolve }: Asked): void {
    const command = decodeCommand(payload);
    if (!this.done.includes(command.id)) {
      this.done.push(command.id);
      if (command.name === 'setVolume') this.setVolume(command.level);
    }
    const { revision } = this.facets.volume;
    resolve(encodeCommandResult({ id: command.id, facet: 'volume', epoch: this.epoch, revision }));
  }
}
