/// <reference path="./xmpp-types.d.ts" />
import type { Element } from '@fjern/protocol';
import resourceBinding from '@xmpp/resource-binding';
import type { OnAuthenticate, SaslFactory } from '@xmpp/sasl';
// Not '@xmpp/sasl', of which a page needs only a part before this; see build/vite.js.
import saslModule from '@xmpp/sasl/index.js';
import streamFeaturesModule, { type Handler } from '@xmpp/stream-features';

// Loaded when a password is used, or by a server that logs in step by step: a remote that was paired needs none of it.

export { scram } from './sasl/scram.ts';

export interface StepwiseOptions {
  saslFactory: SaslFactory;
  onAuthenticate: OnAuthenticate;
  resource: string | undefined;
  sendBind(payload: Element): Promise<Element>;
}

/** Login and binding as RFC 6120 §6 and §7 have it, for servers without SASL2 or without Bind 2. */
export function stepwise(options: StepwiseOptions): { login: Handler; bind: Handler } {
  const handlers: Handler[] = [];
  const streamFeatures = streamFeaturesModule({
    middleware: { use: (handler) => handlers.push(handler) },
  });
  saslModule({ streamFeatures, saslFactory: options.saslFactory }, options.onAuthenticate);
  resourceBinding({ streamFeatures, iqCaller: { set: options.sendBind } }, options.resource);
  const [login, bind] = handlers as [Handler, Handler];
  return { login, bind };
}
