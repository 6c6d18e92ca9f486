import { connect as connectLink } from '@fjern/link';
import { roles } from '@fjern/protocol';
import { toBase64Url } from '@fjern/seal';
import { createTv } from '@fjern/tv';
import { watchPairing } from '@fjern/tv/pairing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  domain,
  eventually,
  film,
  type Household,
  present,
  screenToken,
  startHousehold,
} from './household.ts';

let home: Household;

beforeEach(async () => {
  home = await startHousehold({ agent: false, approval: 'always' });
});

afterEach(async () => {
  await home.close();
});

/** The TV's page: it gets the TV's private key over the network that is listened to. */
async function startPage() {
  const session = connectLink({
    service: `ws://127.0.0.1:${home.middle.port}/xmpp-websocket`,
    domain,
    credential: { username: 'tv', token: screenToken },
    resource: 'screen',
  });
  const watch = await watchPairing(session, domain, { token: screenToken });
  const tv = createTv({
    session,
    player: home.player,
    name: 'Living room',
    remotes: watch.directory,
    identity: watch.identity,
  });
  watch.on('change', () => tv.refreshRemotes());
  return {
    watch,
    async close() {
      tv.close();
      watch.close();
      await session.close();
    },
  };
}

describe('somebody who listens', () => {
  it('learns no secret, and nothing of what plays, from pairing, logins, commands and notifications', async () => {
    const page = await startPage();
    const codes = [home.code];
    const anna = await home.pair({ name: 'Anna’s phone' });
    codes.push(home.code);
    home.pairing.on('request', ({ id }) => void page.watch.approve(id, true, 'guest'));
    const ben = await home.pairWithPin(home.code.pin, { name: 'Benjamin’s tablet' });
    const owner = home.connect(anna);
    const guest = home.connect(ben);
    await Promise.all([present(owner), present(guest)]);
    await owner.media.load({
      uri: film,
      metadata: { title: 'The Secret Film', artist: 'A Hidden Director' },
      autoplay: false,
    });
    await owner.media.seek(123.456);
    await owner.volume.set(0.37);
    await eventually(() => guest.volume.value?.level === 0.37);
    await expect(guest.media.stop()).rejects.toMatchObject({ code: 'not-permitted' });
    await owner.remotes.rename(ben.jid.split('@', 1)[0] ?? '', 'Nobody’s business');
    await owner.remotes.revoke(ben.jid.split('@', 1)[0] ?? '');
    await eventually(() => guest.link.status === 'lost');
    await page.close();

    const heard = home.middle.recorded.join('\n');
    // He does hear it all: this is what he hears.
    for (const shown of ['<pake ', '<confirmed ', '<handshake ', '<sealed ', 'HT-SHA-256-NONE'])
      expect(heard).toContain(shown);
    const secrets = codes.flatMap(({ url, pin }) => [pin, secretOf(url)]);
    for (const known of [anna, ben]) secrets.push(known.token, String(known.key.private));
    secrets.push(screenToken, toBase64Url(home.identity));
    for (const secret of secrets)
      for (const form of formsOf(secret)) expect(heard).not.toContain(form);
    const playing = ['Secret Film', 'Hidden Director', film, '123.456', '0.37', 'paused'];
    const said = ['media', 'volume', 'load', 'seek', 'not-permitted', 'revoked', 'grant'];
    const people = ['Anna', 'Benjamin', 'Nobody', 'tablet', 'Living room', ...roles];
    const readable = decoded(heard);
    for (const word of [...playing, ...said, ...people]) expect(readable).not.toContain(word);
  });

  it('sees lengths in steps of 64 bytes alone', async () => {
    const page = await startPage();
    const { remote } = await home.pairAndConnect();
    for (const title of ['', 'T', 'A title', 'A title that is longer than a line, or nearly so'])
      await remote.media.load({ uri: film, metadata: { title } });
    await page.close();
    const sealed = home.middle.recorded.flatMap((text) => {
      const [, base64] = /<sealed [^>]*>([^<]*)</.exec(text) ?? [];
      return base64 === undefined || text.includes('<confirm') ? [] : [base64];
    });
    expect(sealed.length).toBeGreaterThan(10);
    for (const base64 of sealed) expect((Buffer.from(base64, 'base64').length - 16) % 64).toBe(0);
  });
});

function secretOf(url: string): string {
  const [, secret] = /[#&]s=([\w-]{22})/.exec(url) ?? [];
  if (secret === undefined) throw new Error(`No secret in ${url}`);
  return secret;
}

/** With the bytes of every Base64 text in its place, in which a short word is not there by chance. */
function decoded(text: string): string {
  return text.replace(/>[\w+/]{20,}=*</g, (base64) =>
    Buffer.from(base64.slice(1, -1), 'base64').toString('latin1'),
  );
}

/** As text, and as its bytes are written where they are bytes. */
function formsOf(secret: string): string[] {
  const forms = [secret];
  for (const bytes of [Buffer.from(secret), Buffer.from(secret, 'base64url')])
    if (bytes.length > 15)
      forms.push(bytes.toString('base64').slice(0, -4), bytes.toString('base64url').slice(0, -3));
  forms.push(Buffer.from(secret).toString('hex'));
  return forms;
}
