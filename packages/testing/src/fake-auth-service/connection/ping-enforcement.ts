import { channel } from "node:diagnostics_channel";
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";

/** Teleport allows one client PING a minute, also on connections without streams. */
const MIN_INTERVAL_MS = 60_000;
/** grpc-go forgives two. */
const MAX_STRIKES = 2;

/** Closes connections of clients that ping too often, as grpc-go's keepalive enforcement does. */
export interface PingEnforcement {
  /** The server sends an answer or event: the next PING is not judged. */
  noteSent(peer: string): void;
  close(): void;
}

export interface PingEnforcementOptions {
  /** The listening port: other services in this process are none of our business. */
  port(): number;
  /** Milliseconds on a clock that never jumps. */
  monotonic(): number;
}

interface PingState {
  lastPing: number;
  strikes: number;
  forgiven: boolean;
}

/**
 * grpc-js has no such enforcement and keeps its HTTP/2 sessions to itself. Node announces every stream of an HTTP/2
 * server on a diagnostics channel; its session is where PING frames show up.
 */
export function createPingEnforcement({ port, monotonic }: PingEnforcementOptions): PingEnforcement {
  const seen = new WeakSet<ServerHttp2Session>();
  const states = new Map<string, PingState>();
  const streams = channel("http2.server.stream.start");

  const onStream = (message: unknown) => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream;
    if (!session || seen.has(session as ServerHttp2Session) || session.socket.localPort !== port()) return;
    watch(session as ServerHttp2Session);
  };
  const watch = (session: ServerHttp2Session) => {
    seen.add(session);
    const peer = `${session.socket.remoteAddress}:${session.socket.remotePort}`;
    const state: PingState = { lastPing: Number.NEGATIVE_INFINITY, strikes: 0, forgiven: true };
    states.set(peer, state);
    session.on("close", () => states.delete(peer));
    session.on("ping", () => {
      if (isTooMuch(state, monotonic())) expel(session);
    });
  };
  streams.subscribe(onStream);
  return {
    noteSent(peer) {
      const state = states.get(peer);
      if (state) state.forgiven = true;
    },
    close: () => void streams.unsubscribe(onStream),
  };
}

function isTooMuch(state: PingState, now: number): boolean {
  const tooSoon = now - state.lastPing < MIN_INTERVAL_MS;
  state.lastPing = now;
  if (state.forgiven) {
    state.forgiven = false;
    state.strikes = 0;
    return false;
  }
  if (tooSoon) state.strikes += 1;
  return state.strikes > MAX_STRIKES;
}

/** GOAWAY first, so that the client learns why, then the connection ends with all its streams. */
function expel(session: ServerHttp2Session): void {
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 2 ** 31 - 1, Buffer.from("too_many_pings"));
  setImmediate(() => session.destroy());
}
