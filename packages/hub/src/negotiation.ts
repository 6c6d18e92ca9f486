import { createHash, randomUUID } from 'node:crypto';
import {
  attribute,
  type Element,
  firstElement,
  NS_BIND,
  NS_BIND2,
  NS_CLIENT,
  NS_FAST,
  NS_FRAMING,
  NS_SASL,
  NS_SASL2,
  NS_SESSION,
  NS_SM,
  NS_STANZAS,
  NS_STREAM,
  NS_STREAM_LIMITS,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { ClientSession } from './client-session.ts';
import { StreamFault } from './errors.ts';
import { isResource } from './jid.ts';
import type { Identity, SaslCondition, SaslExchange, SaslStep } from './sasl.ts';
import { errorReply, isStanza, resultReply } from './stanza.ts';
import type { Stream, StreamContext } from './stream.ts';
import { parseH } from './stream-management.ts';

/** FAST tokens here last as long as the account; XEP-0484 wants a date. */
const tokenDays = 365;

interface Attempt {
  xmlns: typeof NS_SASL | typeof NS_SASL2;
  exchange: SaslExchange;
  /** SASL2: the `<authenticate/>`, with what is to be done inline. */
  request: Element | undefined;
}

/**
 * From the first `<open/>` to a bound resource or a resumed session: RFC 6120 §6-7 (SASL, bind), XEP-0388
 * (SASL2), XEP-0386 (Bind 2), XEP-0198 inline or not, XEP-0484 (FAST). A client may send `<open/>` and
 * `<authenticate/>` in one go.
 */
export class Negotiation {
  private readonly stream: Stream;
  private readonly context: StreamContext;
  private opened = false;
  private restartable = false;
  private attempt: Attempt | undefined;
  private identity: Identity | undefined;
  private failures = 0;

  constructor(stream: Stream, context: StreamContext) {
    this.stream = stream;
    this.context = context;
  }

  get authenticated(): boolean {
    return this.identity !== undefined;
  }

  get username(): string | undefined {
    return this.identity && !this.identity.anonymous ? this.identity.username : undefined;
  }

  /** RFC 6120 §4.9.1.1: even an error at the very start comes after a stream header. */
  ensureOpened(): void {
    if (!this.opened) this.open();
  }

  onElement(element: Element, xmlns: string | undefined): void {
    const { name } = element;
    if (name === 'open') {
      this.onOpen(element, xmlns);
      return;
    }
    if (!this.opened)
      throw new StreamFault('bad-format', 'A stream starts with <open/> (RFC 7395 §3.4).');
    if (xmlns === NS_SASL || xmlns === NS_SASL2) {
      this.onSasl(element, xmlns);
      return;
    }
    if (this.attempt) throw new StreamFault('policy-violation', 'Authentication is under way.');
    if (isStanza(element) && xmlns !== NS_CLIENT)
      throw new StreamFault('invalid-namespace', `Stanzas are in ${NS_CLIENT}.`);
    if (!this.identity || this.restartable) throw new StreamFault('not-authorized');
    if (xmlns === NS_SM && name === 'resume') {
      this.onResume(this.identity, element);
      return;
    }
    if (xmlns === NS_SM && name === 'enable') {
      this.send(managementFailed('unexpected-request'));
      return;
    }
    if (xmlns === NS_CLIENT && name === 'iq') {
      this.onBind(this.identity, element);
      return;
    }
    throw isStanza(element)
      ? new StreamFault('not-authorized', 'Bind a resource first (RFC 6120 §7.1).')
      : new StreamFault('unsupported-stanza-type');
  }

  /** XEP-0198 §3, once a resource is bound. */
  onEnable(session: ClientSession, enable: Element): void {
    this.send(this.enable(session, enable));
  }

  private onOpen(open: Element, xmlns: string | undefined): void {
    if (xmlns !== NS_FRAMING)
      throw new StreamFault('invalid-namespace', `<open/> is in ${NS_FRAMING}.`);
    if (this.opened && !this.restartable)
      throw new StreamFault('policy-violation', 'The stream is open.');
    this.restartable = false;
    const { domain, sasl } = this.context;
    const asked = attribute(open, 'to')?.toLowerCase();
    // Who comes to pair knows that the place for that is a domain of its own, as on other servers.
    const hosts = sasl.mechanisms.includes('ANONYMOUS')
      ? [domain, `anonymous.${domain}`]
      : [domain];
    this.open(hosts.find((host) => host === asked));
    if (!asked || !hosts.includes(asked))
      throw new StreamFault('host-unknown', `This is ${domain}.`);
    if (attribute(open, 'version') !== '1.0') throw new StreamFault('unsupported-version');
    this.send(this.features());
  }

  private open(host = this.context.domain): void {
    this.opened = true;
    const attrs = { from: host, id: randomUUID(), version: '1.0', 'xml:lang': 'en' };
    this.send(xml('open', { xmlns: NS_FRAMING, ...attrs }));
  }

  private features(managed = false): Element {
    const { limits } = this.context;
    return xml(
      'stream:features',
      { 'xmlns:stream': NS_STREAM },
      ...(this.identity ? this.bindFeatures(managed) : this.saslFeatures()),
      xml(
        'limits',
        { xmlns: NS_STREAM_LIMITS },
        xml(
          'max-bytes',
          {},
          String(this.identity ? limits.frameBytes : limits.unauthenticatedFrameBytes),
        ),
        xml('idle-seconds', {}, String(Math.ceil(limits.deadPeerSeconds))),
      ),
    );
  }

  private saslFeatures(): Element[] {
    const { sasl } = this.context;
    const mechanisms = (names: readonly string[]) =>
      names.map((name) => xml('mechanism', {}, name));
    return [
      xml('mechanisms', { xmlns: NS_SASL }, ...mechanisms(sasl.mechanisms)),
      xml(
        'authentication',
        { xmlns: NS_SASL2 },
        ...mechanisms(sasl.mechanisms),
        xml(
          'inline',
          {},
          xml('sm', { xmlns: NS_SM }),
          xml('bind', { xmlns: NS_BIND2 }, xml('inline', {}, xml('feature', { var: NS_SM }))),
          xml('fast', { xmlns: NS_FAST }, ...mechanisms(sasl.tokenMechanisms)),
        ),
      ),
    ];
  }

  private bindFeatures(managed: boolean): Element[] {
    const sm = managed ? [] : [xml('sm', { xmlns: NS_SM })];
    if (this.stream.bound) return sm;
    const session = xml('session', { xmlns: NS_SESSION }, xml('optional'));
    return [xml('bind', { xmlns: NS_BIND }), session, ...sm];
  }

  private onSasl(element: Element, xmlns: Attempt['xmlns']): void {
    if (this.identity) throw new StreamFault('policy-violation', 'Already authenticated.');
    const start = xmlns === NS_SASL ? 'auth' : 'authenticate';
    if (element.name === start && !this.attempt) {
      this.onSaslStart(element, xmlns);
      return;
    }
    if (element.name === 'abort') {
      this.onSaslFailure(xmlns, 'aborted');
      return;
    }
    if (element.name !== 'response' || this.attempt?.xmlns !== xmlns)
      throw new StreamFault('policy-violation', 'Not now.');
    this.onSaslMessage(this.attempt, element.getText());
  }

  private onSaslStart(element: Element, xmlns: Attempt['xmlns']): void {
    const { sasl, throttle, sessions } = this.context;
    const { address } = this.stream;
    const mechanism = attribute(element, 'mechanism') ?? '';
    const exchange = sasl.start(mechanism, (username) => throttle.admits(address, username));
    if (!exchange) {
      this.onSaslFailure(xmlns, 'invalid-mechanism');
      return;
    }
    if (mechanism === 'ANONYMOUS' && sessions.crowdedFor(address)) {
      this.onSaslFailure(xmlns, 'temporary-auth-failure');
      return;
    }
    const sasl2 = xmlns === NS_SASL2;
    this.attempt = { xmlns, exchange, request: sasl2 ? element : undefined };
    const initial = sasl2 ? element.getChild('initial-response')?.getText() : element.getText();
    // SASL1 writes an empty initial response as "=", and nothing for an absent one (RFC 6120 §6.4.2).
    if (!sasl2 && initial === '') this.onSaslStep(this.attempt, exchange(undefined));
    else this.onSaslMessage(this.attempt, initial === '=' ? '' : initial);
  }

  private onSaslMessage(attempt: Attempt, text: string | undefined): void {
    const encoded = text?.trim();
    if (encoded !== undefined && !isBase64(encoded)) {
      this.onSaslFailure(attempt.xmlns, 'incorrect-encoding');
      return;
    }
    const message = encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
    this.onSaslStep(attempt, attempt.exchange(message));
  }

  private onSaslStep(attempt: Attempt, step: SaslStep): void {
    const { xmlns } = attempt;
    if (step.type === 'challenge') {
      this.send(xml('challenge', { xmlns }, step.data.toString('base64')));
      return;
    }
    if (step.type === 'failure') {
      if (step.guessed !== undefined)
        this.context.throttle.failed(this.stream.address, step.guessed);
      this.onSaslFailure(xmlns, step.condition, step.text);
      return;
    }
    this.attempt = undefined;
    this.identity = step.identity;
    if (!step.identity.anonymous)
      this.context.throttle.succeeded(this.stream.address, step.identity.username);
    if (attempt.request) {
      this.onSasl2Success(step.identity, attempt.request, step.data);
      return;
    }
    this.restartable = true;
    this.send(xml('success', { xmlns }, step.data?.toString('base64')));
  }

  /** `<text/>` is in the namespace of its failure: RFC 6120 §6.5, XEP-0388 §2.6.4. */
  private onSaslFailure(xmlns: Attempt['xmlns'], condition: SaslCondition, text?: string): void {
    this.attempt = undefined;
    const explanation = text === undefined ? undefined : xml('text', { xmlns }, text);
    this.send(xml('failure', { xmlns }, xml(condition, { xmlns: NS_SASL }), explanation));
    // RFC 6120 §6.4.5.
    if (++this.failures >= this.context.limits.failedLoginsPerStream)
      throw new StreamFault('policy-violation', 'Too many failed logins.');
  }

  /** XEP-0388 §2.6: one answer to everything that was asked inline. */
  private onSasl2Success(identity: Identity, request: Element, data: Buffer | undefined): void {
    const success = xml(
      'success',
      { xmlns: NS_SASL2 },
      data && xml('additional-data', {}, data.toString('base64')),
    );
    const name = (jid: string) => success.cnode(xml('authorization-identifier', {}, jid));
    const resume = request.getChild('resume', NS_SM);
    if (resume) {
      const outcome = this.resume(identity, resume, (resumed, session) => {
        name(session.jid);
        success.cnode(resumed);
        this.send(success);
      });
      // A resumed stream is complete: no bind, no features (XEP-0198 §10.2).
      if (outcome instanceof ClientSession) return;
      success.cnode(outcome);
    }
    const bind = request.getChild('bind', NS_BIND2);
    const token = this.grantToken(identity, request);
    if (token) success.cnode(token);
    if (!bind) {
      name(this.bareJid(identity));
      this.send(success);
      this.send(this.features());
      return;
    }
    const session = this.context.sessions.bind(identity, bind2Resource(request, bind), this.stream);
    if (!session)
      throw new StreamFault('resource-constraint', 'The account has too many sessions.');
    name(session.jid);
    const enable = bind.getChild('enable', NS_SM);
    const bound = xml('bound', { xmlns: NS_BIND2 });
    if (enable) bound.cnode(this.enable(session, enable));
    success.cnode(bound);
    this.send(success);
    this.stream.carry(session, false);
    this.send(this.features(enable !== undefined));
  }

  /** XEP-0484 §4.2: the account's own token, for a client that came with the password. */
  private grantToken(identity: Identity, request: Element): Element | undefined {
    const asked = request.getChild('request-token', NS_FAST);
    if (!asked || identity.anonymous || identity.account.token === undefined) return undefined;
    if (!this.context.sasl.tokenMechanisms.includes(attribute(asked, 'mechanism') ?? ''))
      return undefined;
    const expiry = new Date(Date.now() + tokenDays * 86_400_000).toISOString();
    return xml('token', { xmlns: NS_FAST, token: identity.account.token, expiry });
  }

  /** RFC 6120 §7. */
  private onBind(identity: Identity, iq: Element): void {
    const bind = firstElement(iq);
    if (attribute(iq, 'type') !== 'set' || !bind?.is('bind', NS_BIND))
      throw new StreamFault('not-authorized', 'Bind a resource first (RFC 6120 §7.1).');
    const wanted = bind.getChildText('resource', NS_BIND) || undefined;
    if (wanted !== undefined && !isResource(wanted)) {
      this.send(errorReply(iq, new StanzaError('bad-request', { text: 'Not a resource.' })));
      return;
    }
    const session = this.context.sessions.bind(identity, wanted?.normalize('NFC'), this.stream);
    if (!session) {
      this.send(errorReply(iq, new StanzaError('resource-constraint')));
      return;
    }
    this.send(resultReply(iq, xml('bind', { xmlns: NS_BIND }, xml('jid', {}, session.jid))));
    this.stream.carry(session, false);
  }

  private onResume(identity: Identity, resume: Element): void {
    const outcome = this.resume(identity, resume, (resumed) => this.send(resumed));
    if (!(outcome instanceof ClientSession)) this.send(outcome);
  }

  /** The session, or `<failed/>`. */
  private resume(
    identity: Identity,
    resume: Element,
    greet: (resumed: Element, session: ClientSession) => void,
  ): ClientSession | Element {
    const previd = attribute(resume, 'previd');
    const h = parseH(attribute(resume, 'h'));
    if (h === undefined) return managementFailed('bad-request');
    const session = this.context.sessions.find(previd, identity);
    if (!(session instanceof ClientSession)) return managementFailed(session.condition, session.h);
    const resumed = xml('resumed', { xmlns: NS_SM, previd, h: session.management?.h });
    if (!session.resume(this.stream, h, () => greet(resumed, session)))
      return managementFailed('item-not-found', session.management?.h);
    this.stream.carry(session, true);
    return session;
  }

  private enable(session: ClientSession, enable: Element): Element {
    if (session.management) return managementFailed('unexpected-request');
    const wanted = /^(true|1)$/.test(attribute(enable, 'resume') ?? '');
    const { id } = this.context.sessions.enableManagement(session, wanted);
    const max = Math.floor(session.resumeSeconds);
    return xml('enabled', { xmlns: NS_SM, ...(id ? { id, resume: 'true', max } : {}) });
  }

  private bareJid({ username, anonymous }: Identity): string {
    return `${username}@${anonymous ? 'anonymous.' : ''}${this.context.domain}`;
  }

  private send(element: Element): void {
    this.stream.send(element.toString());
  }
}

/**
 * XEP-0386 §4.1: made of the tag. A client that says who it is (`<user-agent id/>`) gets the same
 * resource each time, so that a second copy of it conflicts with the first one instead of standing
 * beside it, and a page that was reloaded takes the place of its former self.
 */
function bind2Resource(request: Element, bind: Element): string | undefined {
  const tag = bind.getChildText('tag', NS_BIND2) ?? '';
  const agent = attribute(request.getChild('user-agent', NS_SASL2) ?? xml('none'), 'id');
  const suffix = createHash('sha256')
    .update(agent ?? randomUUID())
    .digest('base64url')
    .slice(0, 12);
  return isResource(tag) && tag.length <= 64 ? `${tag}/${suffix}` : suffix;
}

function managementFailed(condition: string, h?: number): Element {
  return xml('failed', { xmlns: NS_SM, h }, xml(condition, { xmlns: NS_STANZAS }));
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text);
}
