import {
  type Element,
  NS_PING,
  ProtocolError,
  SessionError,
  StanzaError,
  xml,
} from '@fjern/protocol';
import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from './clock.testing.ts';
import { Requests, randomId } from './requests.ts';

const jid = 'Me@house.local/Phone';

function start() {
  const clock = new ManualClock();
  const sent: Element[] = [];
  const answered: Element[] = [];
  const requests = new Requests({
    clock,
    domain: 'house.local',
    timeout: 30,
    jid: () => jid,
    send: (stanza) => sent.push(stanza),
    answer: (stanza) => answered.push(stanza),
  });
  return { clock, sent, answered, requests };
}

function ask(to?: string): Element {
  return xml('iq', { type: 'get', to }, xml('q', { xmlns: 'urn:q' }));
}

describe('a request', () => {
  it.each([
    // asked, answered by, accepted
    ['tv@house.local/tv', 'tv@house.local/tv', true],
    ['tv@house.local/tv', 'TV@House.local/tv', true],
    ['tv@house.local/tv', 'tv@house.local/TV', false],
    ['tv@house.local/tv', 'tv@house.local/evil', false],
    ['tv@house.local/tv', 'tv@house.local', false],
    ['tv@house.local/tv', 'evil@house.local/tv', false],
    ['tv@house.local/tv', undefined, false],
    ['tv@house.local/tv', 'house.local', false],
    [undefined, undefined, true],
    [undefined, 'me@house.local', true],
    [undefined, jid, true],
    [undefined, 'house.local', true],
    [undefined, 'me@house.local/Other', false],
    [undefined, 'tv@house.local', false],
    ['me@house.local', undefined, true],
    ['me@house.local', 'me@house.local', true],
    ['me@house.local', 'house.local', false],
    ['house.local', 'house.local', true],
    ['house.local', undefined, true],
    ['house.local', 'me@house.local', false],
    ['other.local', undefined, false],
  ])('to %s is answered by %s: %s', async (to, from, accepted) => {
    const { requests, sent } = start();
    const answer = requests.request(ask(to));
    requests.receive(xml('iq', { type: 'result', id: sent[0]?.attrs.id, from }));
    expect(requests.size).toBe(accepted ? 0 : 1);
    requests.rejectAll(new SessionError('closed', 'test'));
    if (accepted) await expect(answer).resolves.toMatchObject({ attrs: { type: 'result' } });
    else await expect(answer).rejects.toMatchObject({ code: 'closed' });
  });

  it('rejects with the stanza error that came', async () => {
    const { requests, sent } = start();
    const answer = requests.request(ask('a@b/c'));
    const error = new StanzaError('forbidden', { text: 'No.' }).toElement();
    requests.receive(xml('iq', { type: 'error', id: sent[0]?.attrs.id, from: 'a@b/c' }, error));
    await expect(answer).rejects.toMatchObject({ condition: 'forbidden', message: 'No.' });
  });

  it('times out, after its own time or the usual', async () => {
    const { requests, clock } = start();
    const usual = requests.request(ask('a@b/c'));
    const short = requests.request(ask('a@b/c'), { timeout: 2 });
    clock.advance(2);
    await expect(short).rejects.toMatchObject({ code: 'timeout' });
    expect(requests.size).toBe(1);
    clock.advance(28);
    await expect(usual).rejects.toMatchObject({ code: 'timeout' });
    expect(clock.pending).toBe(0);
  });

  it('can be aborted, and leaves nothing behind', async () => {
    const { requests, clock, sent } = start();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const answer = requests.request(ask('a@b/c'), { signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    expect([requests.size, clock.pending, remove.mock.calls.length]).toEqual([0, 0, 1]);
    requests.receive(xml('iq', { type: 'result', id: sent[0]?.attrs.id, from: 'a@b/c' }));

    await expect(
      requests.request(ask('a@b/c'), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(sent.length).toBe(1);
  });

  it('that cannot be sent is not pending', async () => {
    const { clock } = start();
    const requests = new Requests({
      clock,
      domain: 'house.local',
      timeout: 30,
      jid: () => jid,
      send() {
        throw new SessionError('not-online', 'test');
      },
      answer() {},
    });
    await expect(requests.request(ask())).rejects.toMatchObject({ code: 'not-online' });
    expect([requests.size, clock.pending]).toEqual([0, 0]);
  });

  it('has an id that nobody guesses', () => {
    const random = vi.spyOn(crypto, 'getRandomValues');
    const ids = Array.from({ length: 1000 }, randomId);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every((id) => /^[\w-]{16}$/.test(id))).toBe(true);
    expect(random).toHaveBeenCalled();
    random.mockRestore();
  });
});

describe('an IQ that comes in', () => {
  function get(payload?: Element, type = 'get'): Element {
    return xml('iq', { type, id: 'x', from: 'tv@house.local/tv' }, payload);
  }

  async function answerTo(iq: Element, setUp?: (requests: Requests) => void): Promise<Element> {
    const { requests, answered } = start();
    setUp?.(requests);
    requests.receive(iq);
    await vi.waitFor(() => expect(answered.length).toBe(1));
    return answered[0] as Element;
  }

  it('is answered by the handler of its type and namespace', async () => {
    const answer = await answerTo(get(xml('q', { xmlns: 'urn:q' })), (requests) => {
      requests.handle('set', 'urn:q', () => xml('wrong'));
      requests.handle('get', 'urn:q', (payload) => xml('a', { xmlns: payload.getNS() }));
    });
    expect(answer.toString()).toBe(
      '<iq type="result" id="x" to="tv@house.local/tv"><a xmlns="urn:q"/></iq>',
    );
  });

  it('is answered in the same turn, unless the handler takes time', () => {
    const { requests, answered } = start();
    requests.handle('get', 'urn:q', () => undefined);
    requests.receive(get(xml('q', { xmlns: 'urn:q' })));
    expect(answered.map(String)).toEqual(['<iq type="result" id="x" to="tv@house.local/tv"/>']);
  });

  it.each([
    ['a StanzaError', new StanzaError('forbidden'), 'forbidden'],
    ['a ProtocolError', new ProtocolError('malformed', 'seek', 'no'), 'bad-request'],
    ['anything else', new Error('secret'), 'internal-server-error'],
  ])('is answered with what the handler threw: %s', async (_, error, condition) => {
    const sync = () => {
      throw error;
    };
    for (const handler of [sync, () => Promise.reject(error)]) {
      const answer = await answerTo(get(xml('q', { xmlns: 'urn:q' })), (requests) =>
        requests.handle('get', 'urn:q', handler),
      );
      expect(StanzaError.fromStanza(answer).condition).toBe(condition);
      expect(answer.toString()).not.toContain('secret');
    }
  });

  it.each([
    ['of an unknown namespace', get(xml('q', { xmlns: 'urn:none' })), 'service-unavailable'],
    ['without a payload', get(), 'bad-request'],
    ['of an unknown type', get(xml('q', { xmlns: 'urn:q' }), 'put'), 'bad-request'],
  ])('%s is refused', async (_, iq, condition) => {
    const answer = await answerTo(iq);
    expect(answer.attrs.type).toBe('error');
    expect(StanzaError.fromStanza(answer).condition).toBe(condition);
  });

  it('is answered when it is a ping (XEP-0199)', async () => {
    const answer = await answerTo(get(xml('ping', { xmlns: NS_PING })));
    expect(answer.attrs.type).toBe('result');
  });

  it('is not answered when it is an answer, or has no id', async () => {
    const { requests, answered } = start();
    requests.receive(xml('iq', { type: 'error', id: 'unknown' }));
    requests.receive(xml('iq', { type: 'result' }));
    requests.receive(xml('iq', { type: 'get' }, xml('q', { xmlns: 'urn:q' })));
    await Promise.resolve();
    expect(answered).toEqual([]);
  });

  it('has one handler, which can be removed', async () => {
    const { requests } = start();
    const remove = requests.handle('get', 'urn:q', () => undefined);
    expect(() => requests.handle('get', 'urn:q', () => undefined)).toThrow();
    remove();
    const removeSecond = requests.handle('get', 'urn:q', () => undefined);
    remove();
    expect(() => requests.handle('get', 'urn:q', () => undefined)).toThrow();
    removeSecond();
  });
});
