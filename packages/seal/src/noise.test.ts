import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, exactly, failure, flipped, hex, toHex } from './fixtures/bytes.ts';
import cacophony from './fixtures/noise-cacophony.json' with { type: 'json' };
import { generatePrivateKey, keyPair } from './keys.ts';
import { maxMessageLength, NoiseHandshake, type NoiseOptions, type NoiseRole } from './noise.ts';
import { browserPrimitives } from './primitives/browser.ts';
import { nodePrimitives } from './primitives/node.ts';
import { Opener, Sealer } from './transport.ts';

const implementations = [
  { name: 'browser', primitives: browserPrimitives },
  { name: 'node', primitives: nodePrimitives },
];
const empty = new Uint8Array(0);

interface Vector {
  protocol_name: string;
  init_prologue: string;
  init_static?: string;
  init_ephemeral: string;
  init_remote_static?: string;
  init_psks?: string[];
  resp_prologue: string;
  resp_static?: string;
  resp_ephemeral: string;
  resp_psks?: string[];
  handshake_hash: string;
  messages: { payload: string; ciphertext: string }[];
}
const vectors: Vector[] = cacophony.vectors;

describe.each(implementations)('Noise ($name)', ({ primitives }) => {
  const pair = (privateKey: string) => keyPair(primitives, hex(privateKey));

  function ofVector(vector: Vector, role: NoiseRole): NoiseHandshake {
    const [prologue, s, e, psk] =
      role === 'initiator'
        ? [vector.init_prologue, vector.init_static, vector.init_ephemeral, vector.init_psks?.[0]]
        : [vector.resp_prologue, vector.resp_static, vector.resp_ephemeral, vector.resp_psks?.[0]];
    const rs = role === 'initiator' ? vector.init_remote_static : undefined;
    return new NoiseHandshake(primitives, {
      pattern: vector.protocol_name.startsWith('Noise_IK_') ? 'IK' : 'NNpsk0',
      role,
      prologue: hex(prologue),
      e: pair(e),
      ...(s ? { s: pair(s) } : {}),
      ...(rs ? { rs: hex(rs) } : {}),
      ...(psk ? { psk: hex(psk) } : {}),
    });
  }

  it.each(vectors)('follows the test vectors of $protocol_name', async (vector) => {
    const initiator = ofVector(vector, 'initiator');
    const responder = ofVector(vector, 'responder');
    const [first, second, ...transport] = vector.messages;
    if (!first || !second) throw new Error('The vector is incomplete.');

    const message1 = await initiator.write(hex(first.payload));
    expect(toHex(message1)).toBe(first.ciphertext);
    expect(toHex(await responder.read(message1))).toBe(first.payload);
    const message2 = await responder.write(hex(second.payload));
    expect(toHex(message2)).toBe(second.ciphertext);
    expect(toHex(await initiator.read(message2))).toBe(second.payload);

    expect(toHex(initiator.hash)).toBe(vector.handshake_hash);
    expect(toHex(responder.hash)).toBe(vector.handshake_hash);
    if (vector.init_static)
      expect(responder.remoteStatic).toStrictEqual(pair(vector.init_static).publicKey);

    const ends = [initiator, responder].map((handshake) => {
      const { send, receive } = handshake.split();
      return { sealer: new Sealer(primitives, send), opener: new Opener(primitives, receive) };
    });
    for (const [index, { payload, ciphertext }] of transport.entries()) {
      const sealed = ends[index % 2]?.sealer.seal(empty, hex(payload));
      expect(toHex(sealed?.ciphertext ?? empty)).toBe(ciphertext);
      const opened = ends[(index + 1) % 2]?.opener.open(sealed?.n ?? -1, empty, hex(ciphertext));
      expect(toHex(opened?.plaintext ?? empty)).toBe(payload);
    }
  });

  const prologue = hex('0102');
  const remote = keyPair(primitives, generatePrivateKey(primitives));
  const tv = keyPair(primitives, generatePrivateKey(primitives));
  const psk = generatePrivateKey(primitives);

  const ends = {
    IK: {
      initiator: { pattern: 'IK', role: 'initiator', prologue, s: remote, rs: tv.publicKey },
      responder: { pattern: 'IK', role: 'responder', prologue, s: tv },
    },
    NNpsk0: {
      initiator: { pattern: 'NNpsk0', role: 'initiator', prologue, psk },
      responder: { pattern: 'NNpsk0', role: 'responder', prologue, psk },
    },
  } satisfies Record<string, Record<NoiseRole, NoiseOptions>>;
  const start = (options: NoiseOptions) => new NoiseHandshake(primitives, options);
  const refused = expect.objectContaining({
    name: 'SealError',
    code: expect.stringMatching(/^(forged|malformed)$/),
  });

  describe.each(['IK', 'NNpsk0'] as const)('%s', (pattern) => {
    const options = ends[pattern];

    it('carries payloads, and ends in the same hash and keys on both sides', async () => {
      await fc.assert(
        fc.asyncProperty(bytes(300), bytes(300), async (one, two) => {
          const [a, b] = [start(options.initiator), start(options.responder)];
          expect(await b.read(await a.write(one))).toStrictEqual(one);
          expect(await a.read(await b.write(two))).toStrictEqual(two);
          expect(a.hash).toStrictEqual(b.hash);
          expect(a.split().send).toStrictEqual(b.split().receive);
          expect(a.split().receive).toStrictEqual(b.split().send);
          expect(a.split().send).not.toStrictEqual(a.split().receive);
        }),
        { numRuns: 10 },
      );
    });

    it('refuses either message with a bit changed or a byte missing, and is over then', async () => {
      await fc.assert(
        fc.asyncProperty(bytes(40), fc.nat(), fc.boolean(), async (payload, at, cut) => {
          const alter = (message: Uint8Array) =>
            cut ? message.subarray(0, at % message.length) : flipped(message, at);
          const [a, b] = [start(options.initiator), start(options.responder)];
          const message1 = await a.write(payload);
          expect(await failure(() => b.read(alter(message1)))).toEqual(refused);
          expect(b.remoteStatic).toBeUndefined();
          expect(await failure(() => b.read(message1))).toBeInstanceOf(TypeError);
          expect(await failure(() => b.write(payload))).toBeInstanceOf(TypeError);

          const again = start(options.responder);
          await again.read(message1);
          const message2 = await again.write(payload);
          expect(await failure(() => a.read(alter(message2)))).toEqual(refused);
          expect(await failure(() => a.read(message2))).toBeInstanceOf(TypeError);
          expect(() => a.split()).toThrow(TypeError);
        }),
        { numRuns: 30 },
      );
    });

    it('refuses another prologue', async () => {
      const [a, b] = [
        start(options.initiator),
        start({ ...options.responder, prologue: hex('0103') }),
      ];
      const message = await a.write(empty);
      expect(await failure(() => b.read(message))).toEqual(refused);
    });

    it('refuses its own messages', async () => {
      const a = start(options.initiator);
      const message = await a.write(empty);
      expect(await failure(() => a.read(message))).toEqual(refused);
    });

    it('refuses an answer to another handshake', async () => {
      const [a, other, b] = [
        start(options.initiator),
        start(options.initiator),
        start(options.responder),
      ];
      await a.write(empty);
      await b.read(await other.write(empty));
      const answer = await b.write(empty);
      expect(await failure(() => a.read(answer))).toEqual(refused);
    });

    it('takes calls in their turn alone', async () => {
      const [a, b] = [start(options.initiator), start(options.responder)];
      expect(await failure(() => b.write(empty))).toBeInstanceOf(TypeError);
      expect(await failure(() => a.read(empty))).toBeInstanceOf(TypeError);
      expect(() => a.hash).toThrow(TypeError);
      expect(() => a.split()).toThrow(TypeError);
      const first = a.write(empty);
      expect(await failure(() => a.write(empty))).toBeInstanceOf(TypeError);
      await b.read(await first);
      await a.read(await b.write(empty));
      expect(await failure(() => a.write(empty))).toBeInstanceOf(TypeError);
      expect(await failure(() => b.read(empty))).toBeInstanceOf(TypeError);
    });

    it('has messages of 65535 bytes at most', async () => {
      const [a, b] = [start(options.initiator), start(options.responder)];
      const { length } = await start(options.initiator).write(empty);
      const largest = new Uint8Array(maxMessageLength - length);
      const tooLarge = new Uint8Array(largest.length + 1);
      expect(await failure(() => a.write(tooLarge))).toMatchObject({ code: 'too-large' });
      const message = await a.write(largest);
      expect(message).toHaveLength(maxMessageLength);
      expect(await b.read(message)).toHaveLength(largest.length);
      const longer = new Uint8Array(maxMessageLength + 1);
      expect(await failure(() => start(options.responder).read(longer))).toMatchObject({
        code: 'malformed',
      });
    });
  });

  it('refuses who has another key than it thinks, or another psk', async () => {
    const other = keyPair(primitives, generatePrivateKey(primitives));
    const cases: [NoiseOptions, NoiseOptions][] = [
      [{ ...ends.IK.initiator, rs: other.publicKey }, ends.IK.responder],
      [ends.IK.initiator, { ...ends.IK.responder, s: other }],
      [ends.NNpsk0.initiator, { ...ends.NNpsk0.responder, psk: flipped(psk, 7) }],
      [ends.NNpsk0.initiator, ends.IK.responder],
      [ends.IK.initiator, ends.NNpsk0.responder],
    ];
    for (const [one, two] of cases) {
      const message = await start(one).write(new Uint8Array(80));
      expect(await failure(() => start(two).read(message))).toEqual(refused);
    }
  });

  it('tells an impostor by his key: who has not the private half cannot pose as its owner', async () => {
    const thief = keyPair(primitives, generatePrivateKey(primitives));
    const posing = { publicKey: remote.publicKey, dh: thief.dh };
    const message = await start({ ...ends.IK.initiator, s: posing }).write(empty);
    expect(await failure(() => start(ends.IK.responder).read(message))).toEqual(refused);

    const [a, b] = [
      start(ends.IK.initiator),
      start({ ...ends.IK.responder, s: { publicKey: tv.publicKey, dh: thief.dh } }),
    ];
    const first = await a.write(empty);
    expect(await failure(() => b.read(first))).toEqual(refused);
  });

  it('never gives two handshakes a common key, however their messages are mixed up', async () => {
    const pairs = 3;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(pairs - 1), fc.nat(pairs - 1)), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('IK' as const, 'NNpsk0' as const),
        async (deliveries, pattern) => {
          const initiators = await Promise.all(
            Array.from({ length: pairs }, async () => {
              const handshake = start(ends[pattern].initiator);
              return { handshake, message: await handshake.write(empty), done: false };
            }),
          );
          const finished = new Map<string, number>();
          for (const [from, to] of deliveries) {
            const [sender, receiver] = [initiators[from], initiators[to]];
            if (!sender || !receiver || receiver.done) continue;
            const responder = start(ends[pattern].responder);
            await responder.read(sender.message);
            const answer = await responder.write(empty);
            receiver.done = true;
            if (from !== to) {
              expect(await failure(() => receiver.handshake.read(answer))).toEqual(refused);
              continue;
            }
            await receiver.handshake.read(answer);
            expect(receiver.handshake.hash).toStrictEqual(responder.hash);
            for (const key of Object.values(receiver.handshake.split()).map(toHex))
              finished.set(key, (finished.get(key) ?? 0) + 1);
          }
          expect([...finished.values()].every((count) => count === 1)).toBe(true);
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);

  it('refuses ephemeral and static keys of low order', async () => {
    const message = await start(ends.IK.initiator).write(empty);
    message.fill(0, 0, 32);
    expect(await failure(() => start(ends.IK.responder).read(message))).toMatchObject({
      code: 'malformed',
    });
    const lowOrder = { ...ends.IK.initiator, rs: new Uint8Array(32) };
    expect(await failure(() => start(lowOrder).write(empty))).toMatchObject({ code: 'malformed' });
    fc.assert(
      fc.property(exactly(31), (rs) => {
        expect(() => start({ ...ends.IK.initiator, rs })).toThrow(refused);
      }),
      { numRuns: 3 },
    );
  });

  it('says when a key is missing', () => {
    const wrong: NoiseOptions[] = [
      { pattern: 'IK', role: 'initiator', prologue, s: remote },
      { pattern: 'IK', role: 'initiator', prologue, rs: tv.publicKey },
      { pattern: 'IK', role: 'responder', prologue },
      { pattern: 'NNpsk0', role: 'initiator', prologue },
      { pattern: 'NNpsk0', role: 'responder', prologue, psk: new Uint8Array(31) },
    ];
    for (const options of wrong) expect(() => start(options)).toThrow(TypeError);
  });
});
