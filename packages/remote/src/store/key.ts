/** The X25519 key pair of a remote, one for each pairing: it is how the TV knows the remote. */
export interface RemoteKey {
  /** Raw, base64url, 43 characters. */
  public: string;
  /** Raw, base64url; or, where the browser has it, a key that script can use and not read. */
  private: string | OpaqueKey;
}

/** `CryptoKey` where that is a type; programs for Node alone are compiled without it. */
type OpaqueKey = typeof globalThis extends { CryptoKey: { prototype: infer Key } } ? Key : never;
