// Keys of a household that lives as long as the bench: the TV's, and one that all remotes share.
import { defaultPermissions } from '@fjern/protocol';
import { fromBase64Url, keyPair, primitives, toBase64Url } from '@fjern/seal';

const fixed = (name) => primitives.sha256(new TextEncoder().encode(name));

export const domain = 'bench.local';
export const tv = `tv@${domain}`;
export const token = 'token-of-the-bench';
export const identity = fixed('tv');
export const tvKey = toBase64Url(keyPair(primitives, identity).publicKey);

/** The key of the remote with this number: `RemoteKey` of the SDK. */
export function remoteKey(number) {
  const secret = fixed(`remote ${number}`);
  return {
    public: toBase64Url(keyPair(primitives, secret).publicKey),
    private: toBase64Url(secret),
  };
}

/** Everybody who has a key is a member. */
export const directory = {
  find: (key) =>
    fromBase64Url(key) && {
      name: 'Bench',
      grant: { role: 'member', ...defaultPermissions.member },
    },
  jids: () => [],
};
