/** What one client may cost the hub. Part of its contract; every bound ends in a documented error. */
export interface HubLimits {
  /** Bytes of one frame once authenticated (advertised, XEP-0478 `max-bytes`); more is `policy-violation`. */
  frameBytes: number;
  /** Bytes of one frame before that. */
  unauthenticatedFrameBytes: number;
  /** Nested elements of one frame. */
  depth: number;
  /** Attributes of one element, namespace declarations included. */
  attributes: number;
  /** Elements and texts of one frame. */
  nodes: number;
  /** Open connections in all; more are closed at once. */
  connections: number;
  /** Open connections from one address; likewise. */
  connectionsPerAddress: number;
  /** New connections from one address; more are closed at once. */
  connectionsPerAddressPerMinute: number;
  /** New connections in all; likewise. */
  connectionsPerMinute: number;
  /** HTTP requests from one address; more are refused with HTTP 429. */
  requestsPerAddressPerMinute: number;
  /** HTTP requests in all; likewise. */
  requestsPerMinute: number;
  /** WebSockets asked for from one address; more are refused with HTTP 429. */
  upgradesPerAddressPerMinute: number;
  /** WebSockets asked for in all; likewise. */
  upgradesPerMinute: number;
  /** Open streams from one address; more are refused with HTTP 429. */
  streamsPerAddress: number;
  /** Sessions of one account. A new one first takes the place of one that lost its connection. */
  streamsPerAccount: number;
  /** Anonymous streams of the whole hub; more get `temporary-auth-failure`. */
  anonymousStreams: number;
  /** Anonymous streams from one address; likewise. */
  anonymousStreamsPerAddress: number;
  /** From the connection to the bound resource; longer is `connection-timeout`. */
  unauthenticatedSeconds: number;
  /** How long an anonymous stream may last; longer is `connection-timeout`. */
  anonymousSeconds: number;
  /** Frames before the resource is bound; more is `policy-violation`. */
  unauthenticatedFrames: number;
  /** Stanzas of an anonymous stream in any one second; more is `policy-violation`. */
  anonymousStanzasPerSecond: number;
  /** Stanzas of all anonymous streams from one address; more get the stanza error `resource-constraint`. */
  anonymousStanzasPerAddressPerMinute: number;
  /** Stanzas of all anonymous streams; likewise. */
  anonymousStanzasPerMinute: number;
  /** Stanzas, acknowledgements and pings of an account's stream, sustained. A faster one is not read for a while. */
  stanzasPerSecond: number;
  /**
   * How many may come at once before that. Who sends twice as many without a pause, although it is not read
   * any more, gets `policy-violation`.
   */
  stanzaBurst: number;
  /** Failed logins that end a stream with `policy-violation` (RFC 6120 §6.4.5). */
  failedLoginsPerStream: number;
  /** Failed logins after which an address has to wait; until then `temporary-auth-failure`. */
  failedLoginsPerAddress: number;
  /** Failed logins for an account after which each address waits that fails once more; likewise. */
  failedLoginsPerAccount: number;
  /** The longest such wait. It starts with one second, doubles, and is forgotten after twice as long. */
  loginDelaySeconds: number;
  /** Addresses of which something is remembered, an IPv6 /64 counting as one; the oldest are forgotten. */
  rememberedAddresses: number;
  /** How long a session without a connection waits to be resumed (XEP-0198 §4 `max`). */
  resumeSeconds: number;
  /** Stanzas kept until acknowledged. A session that needs more cannot be resumed without loss. */
  unackedStanzas: number;
  /** Bytes kept until acknowledged. */
  unackedBytes: number;
  /** Bytes that wait for a client that reads slowly; more is `resource-constraint`. */
  outboundBytes: number;
  /** A client from which nothing came for so long, not even a WebSocket pong, is taken as gone. */
  deadPeerSeconds: number;
  /** How long the hub waits for the other side to close the socket. */
  closeSeconds: number;
}

export const defaultLimits: Readonly<HubLimits> = {
  frameBytes: 128 * 1024,
  unauthenticatedFrameBytes: 8 * 1024,
  depth: 32,
  attributes: 32,
  nodes: 2048,
  connections: 1024,
  connectionsPerAddress: 256,
  connectionsPerAddressPerMinute: 600,
  connectionsPerMinute: 3000,
  requestsPerAddressPerMinute: 1200,
  requestsPerMinute: 6000,
  upgradesPerAddressPerMinute: 300,
  upgradesPerMinute: 1500,
  streamsPerAddress: 128,
  streamsPerAccount: 16,
  anonymousStreams: 16,
  anonymousStreamsPerAddress: 8,
  unauthenticatedSeconds: 10,
  anonymousSeconds: 600,
  unauthenticatedFrames: 32,
  anonymousStanzasPerSecond: 20,
  anonymousStanzasPerAddressPerMinute: 120,
  anonymousStanzasPerMinute: 600,
  stanzasPerSecond: 1000,
  stanzaBurst: 2000,
  failedLoginsPerStream: 3,
  failedLoginsPerAddress: 10,
  failedLoginsPerAccount: 20,
  loginDelaySeconds: 300,
  rememberedAddresses: 4096,
  resumeSeconds: 120,
  unackedStanzas: 200,
  unackedBytes: 1024 * 1024,
  outboundBytes: 1024 * 1024,
  deadPeerSeconds: 15,
  closeSeconds: 2,
};
