import { NS_FRAMING } from '@fjern/protocol';

/** What a server, or who plays one, may send: name, frame, and the stream error that answers it. */
export const hostileFrames: [name: string, frame: string, condition: string][] = [
  ['text', 'hello', 'not-well-formed'],
  ['nothing', '', 'not-well-formed'],
  ['an end tag alone', '</x>', 'not-well-formed'],
  ['crossed tags', `<message xmlns='jabber:client'><a></b></message>`, 'not-well-formed'],
  ['an unfinished stanza', `<message xmlns='jabber:client'><body>`, 'not-well-formed'],
  ['an unfinished tag', `<message/><b`, 'not-well-formed'],
  ['an unfinished attribute', `<message/><b c=">`, 'not-well-formed'],
  ['an unfinished attribute in the root', `<message from='`, 'not-well-formed'],
  ['two roots', `<message/><message/>`, 'not-well-formed'],
  ['text after the root', `<message/>x`, 'not-well-formed'],
  ['text before the root', `x<message/>`, 'not-well-formed'],
  [
    'an HTML entity',
    `<message xmlns='jabber:client'><body>a&nbsp;b</body></message>`,
    'not-well-formed',
  ],
  ['a character that is none', `<message><body>&#0;</body></message>`, 'not-well-formed'],
  ['a raw control character', `<message><body>\u0001</body></message>`, 'not-well-formed'],
  ['a comment', `<message><!-- x --></message>`, 'restricted-xml'],
  ['a DTD', `<!DOCTYPE x [<!ENTITY a "b">]><message/>`, 'restricted-xml'],
  ['a processing instruction', `<?xml version='1.0'?><message/>`, 'restricted-xml'],
  ['a deep tree', '<a>'.repeat(100_000) + '</a>'.repeat(100_000), 'policy-violation'],
  ['a broad tree', `<message>${'<a/>'.repeat(30_000)}</message>`, 'policy-violation'],
  ['an address that is none', `<message xmlns='jabber:client' from='@/'/>`, 'improper-addressing'],
  ['a recipient that is none', `<iq type='get' id='1' to='a@@b'/>`, 'improper-addressing'],
];

export const closeFrame = `<close xmlns='${NS_FRAMING}'/>`;
