/// <reference path="./xmpp-types.d.ts" />
import { type Element, NS_FAST, NS_SASL2, NS_SM, xml } from '@fjern/protocol';
import type { Client } from '@xmpp/client-core';
import bind2Module from '@xmpp/client-core/src/bind2/bind2.js';
import type { OnAuthenticate } from '@xmpp/sasl';
import sasl2Module from '@xmpp/sasl2';
import streamFeaturesModule, { type Handler } from '@xmpp/stream-features';
import streamManagement, { type StreamManagement } from '@xmpp/stream-management';
import type { Login } from './credential.ts';
import { loadStepwise } from './on-demand.ts';
import type { Mechanism } from './sasl/mechanism.ts';

export interface ModulesOptions {
  client: Client;
  login: Login;
  resource: string | undefined;
  userAgent: Element | undefined;
  /** Sends an IQ set with this payload and resolves with the payload of the result. */
  sendBind(payload: Element): Promise<Element>;
}

/** The modules of @xmpp/* that negotiate a stream, put together. */
export interface Modules {
  readonly sm: StreamManagement;
  /** The mechanism of the login under way. */
  readonly mechanism: Mechanism | undefined;
  /** Runs the modules on `<features/>`, each of which may go on to the next. */
  negotiate(features: Element): Promise<unknown>;
  /** A stanza came in. */
  countInbound(): void;
  /** Shows stream management an `<a/>` or `<r/>` that came in. */
  acknowledge(element: Element): void;
  /** A stanza was sent. */
  queueOutbound(stanza: Element): void;
}

/** Milliseconds without a stanza after which those that were sent are to be acknowledged. */
const ackDelay = 250;

const done = () => Promise.resolve();

export function composeModules({ client, login, ...options }: ModulesOptions): Modules {
  const handlers: Handler[] = [];
  let mechanism: Mechanism | undefined;
  let inbound: Handler = done;
  let outbound: Handler = done;

  // Stands in for @xmpp/middleware, which makes two JIDs and a promise chain of each stanza and throws
  // where one of them is malformed. Stream management sees all stanzas, the answers to our IQs too.
  const middleware = { use: (handler: Handler) => handlers.push(handler) };
  const streamFeatures = streamFeaturesModule({ middleware });
  const saslFactory = {
    _mechs: login.mechanisms.map((name) => ({ name })),
    create([name]: string[]) {
      mechanism = login.create(name ?? '');
      return mechanism;
    },
  };
  const onAuthenticate: OnAuthenticate = (authenticate, mechanisms) =>
    authenticate({}, mechanisms[0], options.userAgent);

  const sasl2 = sasl2Module({ streamFeatures, saslFactory }, onAuthenticate);
  const { fast } = login;
  fast.mechanism = null;
  sasl2.setup({
    fast: {
      get mechanism() {
        return fast.mechanism;
      },
      async auth({ authenticate, streamFeatures, ...parts }) {
        if (!fast.mechanism) return false;
        const inline = [...streamFeatures, xml('fast', { xmlns: NS_FAST })];
        await authenticate({
          ...parts,
          saslFactory,
          mechanism: fast.mechanism,
          streamFeatures: inline,
        });
        return true;
      },
    },
  });
  sasl2.use(NS_FAST, fast.offered, fast.renewed);
  const bind2 = bind2Module({ sasl2, entity: client }, options.resource);
  const sm = streamManagement({
    streamFeatures,
    entity: client,
    bind2,
    sasl2,
    middleware: {
      use(handler) {
        inbound = handler;
      },
      filter(handler) {
        outbound = handler;
      },
    },
  });
  // Dead peers are noticed by the supervisor, which also knows of servers without XEP-0198.
  sm.timeout = 0;
  sm.requestAckInterval = 0;

  let stepwise: Promise<unknown> | undefined;
  /** A server without SASL2, or one that has it without Bind 2, takes more steps. */
  const prepare = async () => {
    const module = await loadStepwise();
    const { resource, sendBind } = options;
    const { login, bind } = module.stepwise({ saslFactory, onAuthenticate, resource, sendBind });
    // Stream management resumes before a resource is bound, and enables after it.
    handlers.splice(1, 0, login);
    handlers.push(bind);
  };

  client.on('send', (stanza: Element) => void outbound({ stanza, entity: client }, done));

  // What the module does with each stanza, without a promise for each that comes in, and without a timer and a date for
  // each that leaves.
  let sentAt = 0;
  let stampedAt = 0;
  let stamp = '';
  let ackTimer: ReturnType<typeof setTimeout> | undefined;
  const requestAck = () => {
    ackTimer = undefined;
    const wait = sentAt + ackDelay - Date.now();
    // A clock that was set back must not put it off.
    if (wait > 0 && wait <= ackDelay) ackTimer = setTimeout(requestAck, wait);
    else if (sm.enabled) client.socket?.write(`<r xmlns='${NS_SM}'/>`);
  };
  const queueOutbound = (stanza: Element) => {
    if (!sm.enabled && !sm.enableSent) return;
    sentAt = Date.now();
    if (stamp === '' || Math.floor(sentAt / 1000) !== stampedAt) {
      stampedAt = Math.floor(sentAt / 1000);
      stamp = new Date(stampedAt * 1000).toISOString().replace('.000', '');
    }
    sm.outbound_q.push({ stanza, stamp });
    ackTimer ??= setTimeout(requestAck, ackDelay);
  };
  client.on('disconnect', () => clearTimeout(ackTimer));
  return {
    sm,
    get mechanism() {
      return mechanism;
    },
    negotiate(stanza) {
      const run = async (index: number): Promise<unknown> =>
        handlers[index]?.({ stanza, entity: client }, () => run(index + 1));
      if (stanza.getChild('authentication', NS_SASL2)) return run(0);
      stepwise ??= prepare();
      return stepwise.then(() => run(0));
    },
    countInbound() {
      sm.inbound += 1;
    },
    acknowledge: (stanza) => void inbound({ stanza, entity: client }, done),
    queueOutbound,
  };
}
