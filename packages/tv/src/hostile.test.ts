import {
  type CommandAction,
  commandNames,
  type Element,
  encodeCommand,
  type Grant,
  parseElement,
  type Session,
} from '@fjern/protocol';
import { UndeliveredError } from '@fjern/seal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createHousehold,
  domain,
  grant,
  type HouseholdRemote,
  noon,
} from './fixtures/household.ts';

// What a hostile server or neighbour can do: say anything from any address, and say again what others said.

const accounts = ['anna', 'ben', 'kim', 'stranger'] as const;
const actions: CommandAction[] = [
  { name: 'play' },
  { name: 'stop' },
  { name: 'setVolume', level: 0.3 },
  { name: 'setMuted', muted: true },
];

const account = fc.constantFrom(...accounts);
const action = fc.constantFrom(...actions);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sealed' as const), account, action }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsealed' as const), account, action }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('early' as const), account, action }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('replay' as const),
      which: fc.nat(),
      other: fc.nat(),
      from: fc.constantFrom('itself' as const, ...accounts, 'mallory' as const),
      change: fc.constantFrom('nothing', 'type', 'counter', 'session', 'text', 'cut'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('regrant' as const),
      account: fc.constantFrom('ben' as const, 'kim' as const),
      commands: fc.option(fc.subarray([...commandNames])),
      tell: fc.boolean(),
    }),
  },
);

interface Recorded {
  account: string;
  stanza: string;
}

/** Writes down what a session says. */
function tap(session: Session, account: string, recorded: Recorded[]): void {
  const { send, request } = session;
  session.send = (stanza) => {
    recorded.push({ account, stanza: stanza.toString() });
    send.call(session, stanza);
  };
  session.request = (iq, options) => {
    recorded.push({ account, stanza: iq.toString() });
    return request.call(session, iq, options);
  };
}

function altered(recorded: Recorded, other: Recorded, change: string): Element {
  const stanza = parseElement(recorded.stanza);
  const [payload, foreign] = [stanza, parseElement(other.stanza)].map(
    (element) => element.getChild('sealed') ?? element.getChild('handshake'),
  );
  if (!payload) return stanza;
  const { attrs } = payload;
  if (change === 'type') stanza.attrs.type = stanza.attrs.type === 'get' ? 'set' : 'get';
  if (change === 'counter') attrs.n = String(Number(attrs.n ?? 0) + 1);
  if (change === 'session' && foreign?.attrs.sid) attrs.sid = foreign.attrs.sid;
  if (change === 'text' && foreign) payload.children = [foreign.getText()];
  if (change === 'cut') payload.children = [payload.getText().slice(0, -4)];
  return stanza;
}

it('no order of sealed, unsealed and repeated stanzas, from whomever, does what a grant does not allow', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const home = await createHousehold();
      const recorded: Recorded[] = [];
      const remotes = new Map<string, HouseholdRemote>();
      for (const name of accounts) {
        const remote = home.remote(name);
        tap(remote.session, name, recorded);
        remotes.set(name, remote);
      }
      const sessions = new Map([...remotes].map(([name, { session }]) => [name, session]));
      sessions.set('mallory', home.hub.attach(`mallory@${domain}/x`));
      /** By command id: whose key may have it carried out, once. */
      const allowed = new Map<string, string>();
      const done: string[] = [];
      home.tv.on('command', ({ remote, command }) => {
        expect(allowed.get(command.id)).toBe(remote.key);
        expect(done).not.toContain(command.id);
        done.push(command.id);
      });
      const may = (name: string, wanted: CommandAction): boolean => {
        const found = home.paired.get(name);
        return !!found && 'grant' in found && found.grant.commands.includes(wanted.name);
      };
      let count = 0;
      const command = async (name: string, wanted: CommandAction) => {
        const id = `${name}-${count++}`;
        const remote = remotes.get(name);
        if (remote && may(name, wanted)) allowed.set(id, remote.key);
        await remote?.command(wanted, { id }).catch(async (error: unknown) => {
          // A session that nothing was said in yet may have to give way to a repeated first message.
          if (!(error instanceof UndeliveredError) || error.code !== 'no-session') return;
          remote.client.drop();
          await home.clock.advance(3000);
          await remote.command(wanted, { id }).catch(() => {});
        });
      };
      await command('anna', { name: 'setVolume', level: 0.9 });
      for (const next of steps) {
        if (next.do === 'sealed') await command(next.account, next.action);
        const ids = { id: `never-${count++}`, epoch: home.tv.epoch, expires: 1e6 };
        if (next.do === 'early') {
          const payload = encodeCommand({ ...ids, ...next.action });
          const opening = remotes.get(next.account)?.client.open([{ type: 'set', payload }]);
          const answers = await opening?.catch(() => []);
          for (const early of answers ?? [])
            expect(early).toMatchObject({ error: { condition: 'not-allowed' } });
          // Nobody may make many of them in a second.
          await home.clock.advance(3000);
        }
        if (next.do === 'unsealed') {
          const asked = remotes
            .get(next.account)
            ?.askUnsealed('set', encodeCommand({ ...ids, ...next.action }));
          await expect(asked).rejects.toMatchObject({ condition: 'policy-violation' });
        }
        if (next.do === 'replay') {
          const first = recorded[next.which % recorded.length];
          const other = recorded[next.other % recorded.length];
          if (!first || !other) continue;
          const stanza = altered(first, other, next.change);
          const session = sessions.get(next.from === 'itself' ? first.account : next.from);
          if (stanza.getName() === 'iq') await session?.request(stanza).catch(() => {});
          else session?.send(stanza);
          await home.clock.advance(0);
        }
        if (next.do === 'regrant') {
          const given: Grant = grant('guest', { commands: next.commands ?? [] });
          if (next.commands) home.paired.set(next.account, { name: next.account, grant: given });
          else home.paired.set(next.account, { revoked: { at: noon, reason: 'removed' } });
          if (next.tell) home.tv.refreshRemotes();
        }
      }
      // Nor does it keep anybody from what the grant does allow.
      await command('anna', { name: 'setVolume', level: 0.7 });
      expect(home.player.state.level).toBe(0.7);
      expect(done.at(-1)).toBe(`anna-${count - 1}`);
      expect(home.errors).toEqual([]);
      await home.close();
      expect(home.clock.pending).toBe(0);
    }),
    { numRuns: 60 },
  );
}, 60_000);
