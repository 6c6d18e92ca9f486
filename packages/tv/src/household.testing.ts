import { createHub, type Hub } from '@fjern/hub';
import {
  type Command,
  type CommandAction,
  type CommandResult,
  commandErrorCondition,
  decodeCommandResult,
  decodeNotification,
  type Element,
  encodeCommand,
  encodeSubscribe,
  type Facet,
  firstElement,
  type Session,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { ManualClock, ScriptedPlayer } from './testing/index.ts';
import { createTv, type Tv } from './tv.ts';

// A real hub with a TV and remotes in one process, and time that passes when told to.

export const domain = 'household.local';
export const clip = 'http://media.example/clip.mp4';

export interface Household {
  hub: Hub;
  clock: ManualClock;
  player: ScriptedPlayer;
  session: Session;
  tv: Tv;
  errors: unknown[];
  /** May be edited: who is paired, by bare JID. */
  paired: Map<string, string>;
  remote(name: string, resource?: string): TestRemote;
  close(): Promise<void>;
}

export async function createHousehold(): Promise<Household> {
  const hub = await createHub({
    domain,
    host: '127.0.0.1',
    accounts: { find: () => undefined },
  });
  const clock = new ManualClock();
  const player = new ScriptedPlayer({
    clock,
    media: {
      [clip]: { duration: 60 },
      'slow.mp4': { duration: 60, loading: 3 },
      'late.mp4': { duration: 60, loading: 100 },
      'odd.xyz': { error: 'media-unsupported' },
      'live.m3u8': {},
    },
  });
  const session = hub.attach(`tv@${domain}/agent`);
  const paired = new Map([
    [`anna@${domain}`, 'Anna'],
    [`ben@${domain}`, 'Ben'],
  ]);
  const errors: unknown[] = [];
  const tv = createTv({
    session,
    player,
    clock,
    name: 'Living room',
    catalogue: {
      items: [{ id: '1', source: { uri: 'slow.mp4' }, metadata: { title: 'Slow' } }],
    },
    authorize: (jid) => {
      const name = paired.get(jid);
      return name === undefined ? undefined : { name };
    },
  });
  tv.on('error', (error) => errors.push(error));
  return {
    hub,
    clock,
    player,
    session,
    tv,
    errors,
    paired,
    remote: (name, resource = 'phone') =>
      new TestRemote(hub.attach(`${name}@${domain}/${resource}`), session.jid, tv.epoch),
    async close() {
      tv.close();
      await player.close();
      await hub.close();
    },
  };
}

/** A remote that does no more than it is told to. */
export class TestRemote {
  readonly session: Session;
  readonly notified: Facet[] = [];
  readonly presences: Element[] = [];
  private readonly to: string;
  private readonly epoch: string;
  private count = 0;

  constructor(session: Session, to: string, epoch: string) {
    this.session = session;
    this.to = to;
    this.epoch = epoch;
    session.on('message', (message) => this.notified.push(...decodeNotification(message)));
    session.on('presence', (presence) => this.presences.push(presence));
  }

  ask(type: 'get' | 'set', payload: Element): Promise<Element> {
    return this.session.request(xml('iq', { type, to: this.to }, payload));
  }

  async subscribe(): Promise<void> {
    await this.ask('set', encodeSubscribe(this.session.jid));
  }

  command(action: CommandAction, ids: Partial<Command> = {}): Promise<CommandResult> {
    return this.send(
      encodeCommand({
        id: `${this.session.jid.replace(/[@/]/g, '.')}-${this.count++}`,
        epoch: this.epoch,
        expires: 1e6,
        ...action,
        ...ids,
      } as Command),
    );
  }

  async send(command: Element): Promise<CommandResult> {
    const result = await this.ask('set', command);
    return decodeCommandResult(firstElement(result) ?? result);
  }

  load(uri = clip): Promise<CommandResult> {
    return this.command({ name: 'load', source: { uri } });
  }
}

/** The condition that a command is refused with. */
export async function refusal(command: Promise<unknown>): Promise<string | undefined> {
  try {
    await command;
    return undefined;
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    return commandErrorCondition(error) ?? error.application?.name ?? error.condition;
  }
}
