import type { ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { ClientIdentity } from "../connection/client-identity.ts";
import type { Connection } from "../connection/tls-listener.ts";

/** What a method knows about its call besides the request. */
export interface CallContext {
  readonly identity: ClientIdentity;
  /** `address:port` of the client. */
  readonly peer: string;
  /** Aborts when the client cancelled or its connection is gone. */
  readonly signal: AbortSignal;
}

/** A unary or server-streaming call of grpc-js. */
export type AnyCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

/** Who calls is known from the connection: grpc-js names it by the peer's address. */
export function toCallContext(call: AnyCall, findConnection: (peer: string) => Connection | undefined): CallContext {
  const peer = call.getPeer();
  let gone: AbortController | undefined;
  return {
    identity: findConnection(peer)?.identity ?? nobody,
    peer,
    // Made on demand: few calls wait for anything, and thousands of controllers are felt.
    get signal() {
      if (!gone) {
        const controller = new AbortController();
        gone = controller;
        if (call.cancelled) controller.abort(CLIENT_GONE);
        else call.once("cancelled", () => controller.abort(CLIENT_GONE));
      }
      return gone.signal;
    },
  };
}

const nobody: ClientIdentity = { user: "", roles: [], expires: 0, certificate: "none" };
const CLIENT_GONE = "the call is over";
