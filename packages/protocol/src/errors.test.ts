import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import { StanzaError } from './errors.ts';

describe('StanzaError', () => {
  it('reads what it wrote', () => {
    const error = new StanzaError('not-acceptable', {
      type: 'cancel',
      text: 'The command came too late.',
      application: { name: 'expired', xmlns: 'urn:xmpp:second-screen:0#errors' },
    });
    const stanza = parse(`<iq type="error">${error.toElement()}</iq>`);
    expect(StanzaError.fromStanza(stanza)).toMatchObject({ ...error, message: error.message });
  });

  it('makes the best of an error it does not know', () => {
    const stanza = parse('<iq type="error"><error type="odd"><strange xmlns="x"/></error></iq>');
    expect(StanzaError.fromStanza(stanza)).toMatchObject({
      condition: 'undefined-condition',
      type: 'cancel',
      application: { name: 'strange', xmlns: 'x' },
    });
    expect(StanzaError.fromStanza(parse('<iq type="error"/>')).condition).toBe(
      'undefined-condition',
    );
  });
});
