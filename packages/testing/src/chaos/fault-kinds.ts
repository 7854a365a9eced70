/** Every way in which a run is disturbed, by name, and how long a kind rests before it comes again, in milliseconds. */
const rests = {
  /** SIGKILL of one process, which is started again a moment later. */
  kill: 0,
  /** SIGSTOP of one process for longer than a lease. */
  pause: 6_000,
  /** One process is started again under a wall clock that is wrong and jumps. */
  clock: 6_000,
  /** The Auth Service goes down and comes back. */
  "auth-restart": 1_500,
  /** All connections to the Auth Service are cut. */
  cut: 0,
  /** All connections to the Auth Service fall silent. */
  "half-open": 31_000,
  /** The Auth Service ends the watches, with each documented error. */
  "watch-end": 0,
  /** Some calls of any method are refused. */
  "auth-unavailable": 0,
  /** Some writes take effect and are answered with an error. */
  "auth-lost": 0,
  /** Some writes are refused as if somebody else had been first. */
  conflict: 0,
  /** A listing fails. */
  listing: 0,
  /** The plugin's identity is renewed. */
  renewal: 2_500,
  /** The certificate authority is rotated, the server's certificate with it. */
  rotation: 12_000,
  /** The plugin's role cannot list for a while. */
  "role-loss": 8_000,
  /** The chat platform answers 503 for a while. */
  "chat-down": 6_000,
  "chat-unavailable": 0,
  "chat-throttled": 0,
  "chat-throttled-silently": 0,
  "chat-cut": 0,
  "chat-lost": 0,
  "chat-garbled": 0,
  "chat-hanging": 4_000,
} as const satisfies Readonly<Record<string, number>>;

export type FaultKind = keyof typeof rests;

export const faultKinds = Object.keys(rests) as readonly FaultKind[];

export function restMs(kind: FaultKind): number {
  return rests[kind];
}
