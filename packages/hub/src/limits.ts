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
  /** Open streams from one address; more are refused with HTTP 429. */
  streamsPerAddress: number;
  /** Sessions of one account. A new one first takes the place of one that lost its connection. */
  streamsPerAccount: number;
  /** Anonymous streams of the whole hub; more get `temporary-auth-failure`. */
  anonymousStreams: number;
  /** From the connection to the bound resource; longer is `connection-timeout`. */
  unauthenticatedSeconds: number;
  /** How long an anonymous stream may last; longer is `connection-timeout`. */
  anonymousSeconds: number;
  /** Frames before the resource is bound; more is `policy-violation`. */
  unauthenticatedFrames: number;
  /** Stanzas of an anonymous stream in any one second; more is `policy-violation`. */
  anonymousStanzasPerSecond: number;
  /** Failed logins that end a stream with `policy-violation` (RFC 6120 §6.4.5). */
  failedLoginsPerStream: number;
  /** Failed logins from one address in a minute; from then on `temporary-auth-failure`. */
  failedLoginsPerAddress: number;
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
  frameBytes: 64 * 1024,
  unauthenticatedFrameBytes: 8 * 1024,
  depth: 32,
  attributes: 32,
  nodes: 2048,
  streamsPerAddress: 128,
  streamsPerAccount: 16,
  anonymousStreams: 16,
  unauthenticatedSeconds: 10,
  anonymousSeconds: 600,
  unauthenticatedFrames: 32,
  anonymousStanzasPerSecond: 20,
  failedLoginsPerStream: 3,
  failedLoginsPerAddress: 30,
  resumeSeconds: 120,
  unackedStanzas: 200,
  unackedBytes: 1024 * 1024,
  outboundBytes: 1024 * 1024,
  deadPeerSeconds: 15,
  closeSeconds: 2,
};
