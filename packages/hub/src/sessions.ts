import { randomBytes, randomUUID } from 'node:crypto';
import { ClientSession } from './client-session.ts';
import { StreamFault } from './errors.ts';
import type { HubLimits } from './limits.ts';
import { addressKey } from './rates.ts';
import type { Router } from './router.ts';
import type { Identity } from './sasl.ts';
import type { Stream } from './stream.ts';
import { StreamManagement } from './stream-management.ts';

/** How many ended sessions are remembered, for the `h` of a resumption that comes too late. */
const maxRemembered = 100;

export interface SessionsOptions {
  domain: string;
  limits: HubLimits;
  router: Router;
  onLogout: (session: ClientSession) => void;
}

export type ResumeFailure = { condition: 'item-not-found'; h: number | undefined };

/** Every client's session, with a stream or waiting for one. */
export class Sessions {
  private readonly options: SessionsOptions;
  private readonly all = new Set<ClientSession>();
  private readonly resumable = new Map<string, ClientSession>();
  /** XEP-0198 §5: `h` of sessions that are gone tells the client which of its stanzas arrived. */
  private readonly remembered = new Map<string, { username: string; h: number }>();

  constructor(options: SessionsOptions) {
    this.options = options;
  }

  /** No more anonymous streams fit, in all or from this address. */
  crowdedFor(address: string): boolean {
    const { anonymousStreams, anonymousStreamsPerAddress } = this.options.limits;
    let [all, same] = [0, 0];
    const key = addressKey(address);
    for (const session of this.all) {
      if (session.kind !== 'anonymous') continue;
      all++;
      if (session.address !== undefined && addressKey(session.address) === key) same++;
    }
    return all >= anonymousStreams || same >= anonymousStreamsPerAddress;
  }

  /** RFC 6120 §7. Undefined: the account has too many. */
  bind(
    identity: Identity,
    resource: string | undefined,
    stream: Stream,
  ): ClientSession | undefined {
    const { domain, limits, router, onLogout } = this.options;
    const { username, anonymous } = identity;
    const host = anonymous ? `anonymous.${domain}` : domain;
    const bare = `${username}@${host}`;
    const jid = `${bare}/${resource ?? randomBytes(9).toString('base64url')}`;
    const exclusive = !anonymous && identity.account.exclusive === true;
    if (!exclusive && !router.get(jid) && !this.makeRoom(username)) return undefined;
    const session = new ClientSession({
      jid,
      bare,
      username,
      anonymous,
      stream,
      router,
      resumeSeconds: anonymous ? 0 : (identity.account.resumeSeconds ?? limits.resumeSeconds),
      onEnd: (ended) => {
        this.forget(ended);
        onLogout(ended);
      },
    });
    router.add(session, exclusive);
    this.all.add(session);
    return session;
  }

  /** XEP-0198 §3. Anonymous sessions get acknowledgements, but are not worth keeping. */
  enableManagement(session: ClientSession, resume: boolean): StreamManagement {
    const id = resume && session.kind === 'account' ? randomUUID() : undefined;
    session.management = new StreamManagement(id, this.options.limits);
    if (id) this.resumable.set(id, session);
    return session.management;
  }

  /** XEP-0198 §5: looks up what `<resume/>` names; it must be of the same account. */
  find(previd: string | undefined, identity: Identity): ClientSession | ResumeFailure {
    const session = this.resumable.get(previd ?? '');
    if (session && !identity.anonymous && session.username === identity.username) return session;
    const gone = this.remembered.get(previd ?? '');
    const h = gone && gone.username === identity.username ? gone.h : undefined;
    return { condition: 'item-not-found', h };
  }

  of(username: string): ClientSession[] {
    return [...this.all].filter(
      (session) => session.kind === 'account' && session.username === username,
    );
  }

  endAll(): void {
    for (const session of [...this.all]) session.end(new StreamFault('system-shutdown'));
  }

  private makeRoom(username: string): boolean {
    const sessions = this.of(username);
    if (sessions.length < this.options.limits.streamsPerAccount) return true;
    const idle = sessions.find((session) => session.detached);
    idle?.end();
    return idle !== undefined;
  }

  private forget(session: ClientSession): void {
    this.all.delete(session);
    const management = session.management;
    if (!management?.id) return;
    this.resumable.delete(management.id);
    this.remembered.set(management.id, { username: session.username, h: management.h });
    for (const id of this.remembered.keys()) {
      if (this.remembered.size <= maxRemembered) break;
      this.remembered.delete(id);
    }
  }
}
