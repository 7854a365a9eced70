import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import { type Clock, PluginError } from "@access-plugins/core";
import type { GrpcTransportOptions } from "@connectrpc/connect-node";
import { readByEvents } from "./answer-reader.ts";
import { toDialError } from "./dial/dial-fault.ts";
import { authServerName } from "./dial/route.ts";
import { startKeepAlive } from "./keep-alive.ts";

/**
 * One HTTP/2 connection to the Auth Service, as connect-node wants it. It never reconnects: who needs a new one opens a
 * new one, so that GOAWAY, renewal and a cut mean one thing everywhere.
 */
export interface Session extends NonNullable<GrpcTransportOptions["sessionManager"]> {
  /** False once new calls have to go elsewhere. */
  readonly usable: boolean;
  /** Why no new calls are possible any more; resolves as soon as that is known, never rejects. */
  readonly over: Promise<PluginError>;
  /** When something was last read from the server, on the monotonic clock. */
  readonly lastReadAt: number;
  /** Opens a stream for one call, for whoever reads its events; `request` is connect-node's way. */
  post(path: string, headers: OutgoingHttpHeaders): ClientHttp2Stream;
  /** No new calls; those in flight may finish. */
  retire(): void;
  /** Ends it with all that is in flight. */
  end(reason: PluginError): void;
}

/** What is in flight when a session retires has a deadline of its own, well below this. */
const retireMs = 90_000;
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 4 * streamWindowBytes;
/** In MiB. Node counts what was received and not read yet; a page of requests may be large. */
const sessionMemoryMib = 128;

/**
 * Starts HTTP/2 on a TLS connection and waits for the server's SETTINGS: only they prove that it took our certificate.
 * Takes the socket over in any case.
 */
export async function openSession(socket: TLSSocket, clock: Clock, signal: AbortSignal): Promise<Session> {
  const http2 = connect(`https://${authServerName}`, {
    createConnection: () => socket,
    maxSessionMemory: sessionMemoryMib,
    settings: { enablePush: false, initialWindowSize: streamWindowBytes },
  });
  const session = createSession(http2, socket, clock);
  const settled = Promise.withResolvers<void>();
  const onAbort = () => session.end(PluginError.from(signal.reason));
  http2.once("remoteSettings", () => settled.resolve());
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const fault = await Promise.race([settled.promise, session.over]);
  signal.removeEventListener("abort", onAbort);
  if (fault !== undefined) throw fault;
  return session;
}

/** A session that ended knows why; the calls it took down do not. Other errors stay as they are. */
export async function explainLoss(error: PluginError, session: Session | undefined): Promise<PluginError> {
  if (error.code !== "unavailable" || session === undefined || session.usable) return error;
  const { code, message, fix } = await session.over;
  return new PluginError(code, `${error.operation} got no answer from Teleport: ${message}.`, {
    operation: error.operation ?? "",
    ambiguous: error.ambiguous,
    cause: error,
    ...(fix === undefined ? {} : { fix }),
  });
}

function createSession(http2: ClientHttp2Session, socket: TLSSocket, clock: Clock): Session {
  const over = Promise.withResolvers<PluginError>();
  let usable = true;
  let greeted = false;
  let lastReadAt = clock.monotonic();
  let stopTimer = () => {};

  const noteRead = () => {
    lastReadAt = clock.monotonic();
  };
  const stop = (reason: PluginError) => {
    usable = false;
    over.resolve(reason);
  };
  const end = (reason: PluginError) => {
    stop(reason);
    stopTimer();
    http2.destroy(reason, constants.NGHTTP2_CANCEL);
    // An error of the TLS layer after the handshake leaves the socket open.
    socket.destroy();
  };

  http2.once("connect", () => {
    // Node tells of the connection even when it was given up meanwhile.
    if (http2.destroyed) return;
    http2.setLocalWindowSize(sessionWindowBytes);
    stopTimer = startKeepAlive(http2, clock, { answer: noteRead, silence: (why) => end(lost(why)) });
  });
  http2.once("remoteSettings", () => {
    greeted = true;
  });
  http2.on("goaway", (code) => stop(lost(`the server said good-bye (GOAWAY ${code})`)));
  http2.on("error", (error) => end(toDialError(error, "auth")));
  http2.once("close", () => end(greeted ? lost("the connection was closed") : closedUngreeted()));
  socket.on("error", (error) => end(toDialError(error, "auth")));

  return {
    authority: `https://${authServerName}`,
    get usable() {
      return usable && !http2.closed && !http2.destroyed;
    },
    over: over.promise,
    get lastReadAt() {
      return lastReadAt;
    },
    async request(method, path, headers, options) {
      return readByEvents(openStream(http2, { ...headers, ":method": method, ":path": path }, options, noteRead));
    },
    post: (path, headers) => openStream(http2, { ...headers, ":method": "POST", ":path": path }, {}, noteRead),
    notifyResponseByteRead: noteRead,
    retire() {
      if (!usable) return;
      const replaced = lost("the connection was replaced by a new one");
      stop(replaced);
      stopTimer();
      stopTimer = clock.after(retireMs, () => end(replaced));
      http2.close();
    },
    end,
  };
}

function openStream(
  http2: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  options: ClientSessionRequestOptions,
  onResponse: () => void,
): ClientHttp2Stream {
  const stream = http2.request(headers, options);
  let answered = false;
  stream.once("response", () => {
    answered = true;
    onResponse();
  });
  // When the connection just ends, Node closes its streams as if all were well, and connect-node would go on waiting.
  stream.once("close", () => {
    const silent = !answered && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    if (silent) stream.emit("error", lost("the connection was closed"));
  });
  return stream;
}

/** Some servers hang up on a certificate they do not take, without a word. */
function closedUngreeted(): PluginError {
  const text = "the server closed the connection right after the TLS handshake";
  return new PluginError("unavailable", text, {
    fix: "If this repeats, it may refuse the plugin's certificate: see Teleport's own log.",
  });
}

function lost(why: string): PluginError {
  return new PluginError("unavailable", why);
}
