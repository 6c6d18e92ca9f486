import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import * as any from './arbitraries.ts';
import {
  capsInput,
  decodeCapabilities,
  decodeTvPresence,
  encodeCapabilities,
  encodeTvPresence,
} from './capabilities.ts';
import { clockOffset, decodeClockReading, encodeClockReading } from './clock.ts';
import {
  commandError,
  commandErrorCondition,
  commandErrorConditions,
  commandNames,
  decodeCommand,
  decodeCommandResult,
  encodeCommand,
  encodeCommandResult,
} from './commands.ts';
import { ProtocolError, StanzaError } from './errors.ts';
import { decodeFacet, encodeFacet, type Facet, facetNames } from './facets.ts';
import { decodeGrant } from './grants.ts';
import { currentTimeAt } from './media.ts';
import {
  NS,
  NS_CAM,
  NS_DATA,
  NS_DISCO_INFO,
  NS_ERRORS,
  NS_PAIR,
  NS_PUBSUB,
  NS_PUBSUB_EVENT,
  NS_SCE,
  NS_SEAL,
  NS_STATE,
} from './namespaces.ts';
import {
  decodeConfirmation,
  decodeIntroduction,
  decodePairResult,
  decodePakeRequest,
  decodePakeResponse,
} from './pairing.ts';
import {
  decodeEdit,
  decodeKnownRemote,
  decodeList,
  decodeRevocation,
  decodeRevoke,
} from './remotes.ts';
import {
  decodeApproval,
  decodeIdentity,
  decodeOfferRequest,
  decodePairingStatus,
} from './screen.ts';
import { decodeEnvelope, decodeHandshake, decodeSealed, decodeSealedError } from './seal.ts';
import {
  decodeStateRequest,
  encodeItems,
  encodeItemsRequest,
  encodeNotification,
  encodeSubscribe,
  readItems,
  readNotification,
} from './state.ts';
import type { Element } from './xml.ts';

/** Over the wire: what was written is what a parser reads. */
const wire = (element: Element) => parse(element.toString());

const facet: fc.Arbitrary<Facet> = fc
  .tuple(
    any.token,
    fc.nat(),
    fc.oneof(
      any.media.map((value) => ({ name: 'media' as const, value })),
      any.volume.map((value) => ({ name: 'volume' as const, value })),
      any.catalogue.map((value) => ({ name: 'catalogue' as const, value })),
    ),
  )
  .map(([epoch, revision, rest]) => ({ ...rest, epoch, revision }));

describe('what is encoded is decoded to the same', () => {
  it('facets', () => {
    fc.assert(
      fc.property(facet, (value) => {
        expect(decodeFacet(wire(encodeFacet(value.name, value)))).toEqual(value);
      }),
    );
  });

  it('facets in notifications and in items', () => {
    fc.assert(
      fc.property(facet, (value) => {
        const read = { facets: [value], damaged: [] };
        expect(readNotification(wire(encodeNotification(value.name, value)))).toEqual(read);
        expect(readItems(wire(encodeItems([encodeFacet(value.name, value)])))).toEqual(read);
      }),
    );
  });

  it('commands', () => {
    fc.assert(
      fc.property(any.command, (command) => {
        expect(decodeCommand(wire(encodeCommand(command)))).toEqual(command);
      }),
    );
  });

  it('command results, clock readings, presence and capabilities', () => {
    fc.assert(
      fc.property(
        any.token,
        fc.nat(),
        fc.constantFrom(...facetNames),
        any.seconds,
        any.seconds,
        any.capabilities,
        (id, revision, name, received, later, capabilities) => {
          const result = { id, facet: name, epoch: id, revision };
          expect(decodeCommandResult(wire(encodeCommandResult(result)))).toEqual(result);
          const sent = Math.round((received + later) * 1e6) / 1e6;
          const reading = { epoch: id, received, sent };
          expect(decodeClockReading(wire(encodeClockReading(reading)))).toEqual(reading);
          expect(
            decodeTvPresence(parse(`<presence>${encodeTvPresence({ epoch: id })}</presence>`)),
          ).toEqual({ epoch: id });
          expect(decodeCapabilities(wire(encodeCapabilities(capabilities)))).toEqual(capabilities);
        },
      ),
    );
  });
});

describe('decoders', () => {
  const decoders: Record<string, (element: Element) => unknown> = {
    decodeFacet,
    decodeCommand,
    decodeCommandResult,
    decodeClockReading,
    decodeCapabilities,
    decodeTvPresence,
    decodeStateRequest,
    readNotification,
    readItems,
    decodeHandshake,
    decodeSealed,
    decodeSealedError: (element) => decodeSealedError(StanzaError.fromElement(element)),
    decodeEnvelope: (element) => decodeEnvelope(element.toString()),
    decodeGrant,
    decodePakeRequest,
    decodePakeResponse,
    decodeConfirm: (element) => decodeConfirmation('confirm', element),
    decodeConfirmed: (element) => decodeConfirmation('confirmed', element),
    decodeIntroduction,
    decodePairResult,
    decodeList,
    decodeRevoke,
    decodeEdit,
    decodeRevocation,
    decodeKnownRemote,
    decodePairingStatus,
    decodeApproval,
    decodeOfferRequest,
    decodeIdentity,
    'StanzaError.fromStanza': StanzaError.fromStanza,
    capsInput,
  };
  const names = [
    ...commandNames,
    ...facetNames,
    'done',
    'clock',
    'query',
    'identity',
    'x',
    'field',
    'value',
    'tv',
    'pubsub',
    'items',
    'item',
    'event',
    'subscribe',
    'source',
    'metadata',
    'artwork',
    'error',
    'handshake',
    'sealed',
    'envelope',
    'content',
    'rpad',
    'grant',
    'command',
    'facet',
    'pake',
    'share',
    'confirm',
    'confirmed',
    'tag',
    'paired',
    'clients',
    'client',
    'permission',
    'user-agent',
    'device',
    'first-seen',
    'revoke',
    'edit',
    'revoked',
    'pairing',
    'refused',
    'request',
    'approve',
    'offer',
    'remote',
    'name',
    'token',
    // What every object has under these names is no decoder.
    'constructor',
    '__proto__',
    '__defineGetter__',
    'presence',
    'message',
    'seekable',
  ];
  const namespaces = [
    NS,
    NS_STATE,
    NS_PAIR,
    NS_PUBSUB,
    NS_PUBSUB_EVENT,
    NS_DISCO_INFO,
    NS_DATA,
    NS_SEAL,
    NS_SCE,
    NS_CAM,
  ];

  it.each(Object.entries(decoders))('%s throws nothing but ProtocolError', (_, decode) => {
    fc.assert(
      fc.property(any.anyElement(names, namespaces), (element) => {
        try {
          decode(element);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, string, string]>([
    ['decodeHandshake', 'handshake', NS_SEAL],
    ['decodeSealed', 'sealed', NS_SEAL],
    ['decodeEnvelope', 'envelope', NS_SCE],
    ['decodeGrant', 'grant', NS],
    ['decodePakeRequest', 'pake', NS_PAIR],
    ['decodePakeResponse', 'pake', NS_PAIR],
    ['decodeConfirm', 'confirm', NS_PAIR],
    ['decodeConfirmed', 'confirmed', NS_PAIR],
    ['decodeIntroduction', 'remote', NS_PAIR],
    ['decodePairResult', 'paired', NS_PAIR],
    ['decodeList', 'clients', NS_CAM],
    ['decodeRevoke', 'revoke', NS_CAM],
    ['decodeEdit', 'edit', NS_PAIR],
    ['decodeRevocation', 'revoked', NS_PAIR],
    ['decodeKnownRemote', 'remote', NS_PAIR],
    ['decodePairingStatus', 'pairing', NS_PAIR],
    ['decodeApproval', 'approve', NS_PAIR],
    ['decodeOfferRequest', 'offer', NS_PAIR],
    ['decodeIdentity', 'identity', NS_PAIR],
  ])('%s throws nothing else inside of <%s/> either', (decoder, name, xmlns) => {
    const decode = decoders[decoder];
    fc.assert(
      fc.property(any.anyElement(names, [xmlns]), (element) => {
        element.name = name;
        element.attrs.xmlns = xmlns;
        try {
          decode?.(element);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('ignore what later versions add', () => {
    const command = decodeCommand(
      parse(
        `<seek xmlns='${NS}' id='1' epoch='e' expires='9' currentTime='1' precision='frame'><hint/><x xmlns='urn:x'/></seek>`,
      ),
    );
    expect(command).toEqual({ name: 'seek', id: '1', epoch: 'e', expires: 9, currentTime: 1 });
  });

  it.each([
    ['seek', "currentTime='NaN'", 'invalid-value'],
    ['seek', "currentTime='-1'", 'invalid-value'],
    ['seek', "currentTime='1e3'", 'invalid-value'],
    ['seek', '', 'malformed'],
    ['setVolume', "level='2'", 'invalid-value'],
    ['setVolume', "level='-0.1'", 'invalid-value'],
    ['setMuted', "muted='yes'", 'invalid-value'],
    ['load', '', 'malformed'],
    ['selfDestruct', '', 'unknown'],
    ['constructor', '', 'unknown'],
  ])('refuse <%s %s/> as %s', (name, attributes, code) => {
    const element = parse(`<${name} xmlns='${NS}' id='1' epoch='e' expires='9' ${attributes}/>`);
    expect(() => decodeCommand(element)).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code }),
    );
  });

  it.each(['', ' ', 'a b', 'ø', 'x'.repeat(65)])('refuse the command id "%s"', (id) => {
    expect(() =>
      decodeCommand(parse(`<play xmlns='${NS}' id='${id}' epoch='e' expires='9'/>`)),
    ).toThrow(ProtocolError);
  });
});

describe('encoders', () => {
  it.each([Number.NaN, Infinity, -Infinity, 1e21])(
    'refuse to write the number %s',
    (currentTime) => {
      expect(() =>
        encodeCommand({ name: 'seek', id: '1', epoch: 'e', expires: 1, currentTime }),
      ).toThrow(expect.objectContaining({ name: 'ProtocolError', code: 'invalid-value' }));
    },
  );

  it('write no character that XML cannot carry', () => {
    const element = encodeFacet('volume', {
      epoch: 'e',
      revision: 1,
      value: { level: 1, muted: false, by: 'A\u0000n\ud800na' },
    });
    expect(element.attrs.by).toBe('Anna');
  });
});

describe('state requests', () => {
  it('are read as they were written', () => {
    expect(decodeStateRequest(encodeSubscribe('a@b/c'))).toEqual({
      type: 'subscribe',
      node: NS_STATE,
      jid: 'a@b/c',
    });
    expect(decodeStateRequest(encodeItemsRequest())).toEqual({
      type: 'items',
      node: NS_STATE,
      facets: undefined,
    });
    expect(decodeStateRequest(encodeItemsRequest(['media']))).toEqual({
      type: 'items',
      node: NS_STATE,
      facets: ['media'],
    });
  });

  it('leave facets of later versions out of a notification, and other nodes alone', () => {
    const event = (node: string) =>
      parse(`<message><event xmlns='${NS_PUBSUB_EVENT}'><items node='${node}'><item id='mood'>
        <mood xmlns='${NS}' epoch='e' revision='1'/></item></items></event></message>`);
    const none = { facets: [], damaged: [] };
    expect(readNotification(event(NS_STATE))).toEqual(none);
    expect(readNotification(event('princely_musings'))).toEqual(none);
    expect(readNotification(parse('<message/>'))).toEqual(none);
    expect(readItems(undefined)).toEqual(none);
  });

  it('lose no facet to the damage of another', () => {
    fc.assert(
      fc.property(fc.array(facet, { maxLength: 3 }), fc.nat(3), (facets, at) => {
        const elements = facets.map((value) => encodeFacet(value.name, value));
        elements.splice(at, 0, parse(`<volume xmlns='${NS}' epoch='e' revision='1' level='2'/>`));
        const items = wire(encodeItems(elements));
        const { facets: read, damaged } = readItems(items);
        expect(read).toEqual(facets);
        expect(damaged).toEqual([
          { name: 'volume', error: expect.objectContaining({ code: 'invalid-value' }) },
        ]);
      }),
    );
  });
});

describe('currentTimeAt', () => {
  const playing = {
    state: 'playing',
    currentTime: 10,
    at: 100,
    playbackRate: 2,
    duration: 30,
  } as const;
  it('moves with rate and stops at the end', () => {
    expect(currentTimeAt(playing, 105)).toBe(20);
    expect(currentTimeAt(playing, 500)).toBe(30);
    expect(currentTimeAt({ ...playing, live: true }, 500)).toBe(810);
  });
  it('does not move unless playing, nor backwards when the clocks disagree a little', () => {
    expect(currentTimeAt({ ...playing, state: 'paused' }, 105)).toBe(10);
    expect(currentTimeAt(playing, 99.9)).toBe(10);
  });
});

describe('clockOffset', () => {
  it('is right to half the round trip, wherever the delay was', () => {
    fc.assert(
      fc.property(
        any.seconds,
        any.seconds,
        any.seconds,
        any.seconds,
        (start, there, work, back) => {
          const skew = 1000;
          const reading = {
            epoch: 'e',
            received: start + there + skew,
            sent: start + there + work + skew,
          };
          const { offset, roundTrip } = clockOffset(reading, start, start + there + work + back);
          expect(Math.abs(offset - skew)).toBeLessThanOrEqual(roundTrip / 2 + 1e-3);
        },
      ),
    );
  });
});

describe('command errors', () => {
  it.each(commandErrorConditions)('%s survives the wire', (condition) => {
    const error = commandError(condition, 'Because.');
    const read = StanzaError.fromStanza(parse(`<iq type='error'>${error.toElement()}</iq>`));
    expect(commandErrorCondition(read)).toBe(condition);
    expect(read.message).toBe('Because.');
    expect(read.application?.xmlns).toBe(NS_ERRORS);
  });
});

describe('capsInput', () => {
  it('is that of XEP-0115 §5.3', () => {
    const query = parse(`<query xmlns='http://jabber.org/protocol/disco#info' node='x'>
      <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
      <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
      <feature var='http://jabber.org/protocol/caps'/>
      <feature var='http://jabber.org/protocol/disco#info'/>
      <feature var='http://jabber.org/protocol/disco#items'/>
      <feature var='http://jabber.org/protocol/muc'/>
      <x xmlns='jabber:x:data' type='result'>
        <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
        <field var='ip_version'><value>ipv4</value><value>ipv6</value></field>
        <field var='os'><value>Mac</value></field>
        <field var='os_version'><value>10.5.1</value></field>
        <field var='software'><value>Psi</value></field>
        <field var='software_version'><value>0.11</value></field>
      </x></query>`);
    expect(capsInput(query)).toBe(
      'client/pc/el/Ψ 0.11<client/pc/en/Psi 0.11<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<urn:xmpp:dataforms:softwareinfo<ip_version<ipv4<ipv6<os<Mac<os_version<10.5.1<software<Psi<software_version<0.11<',
    );
  });
});
