/** What accompanies every call into an adapter. */
export interface Call {
  /** Ends the call; adapters pass it on to every request they make. */
  readonly signal: AbortSignal;
  /** Whose work this is (the requester): the limiter serves lanes in turn, so nobody floods the others out. */
  readonly lane: string;
  /** Asked when the limiter admits each HTTP call: false means that our lease no longer allows a new one. */
  mayStart(): boolean;
}
