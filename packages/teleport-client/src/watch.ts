import { type Clock, PluginError, type WatchEvent, type WatchKind } from "@access-plugins/core";
import { type Connection, createConnection } from "./connection.ts";
import { toConfirmedKinds, toWatchEvent } from "./convert.ts";
import type { CredentialSource } from "./credential-source.ts";
import { toAbortError, withDeadline } from "./deadline.ts";
import type { Dialer } from "./dial/dialer.ts";
import { toPluginError } from "./errors.ts";
import { type Event, Operation } from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { startProbe } from "./probe.ts";
import { explainLoss } from "./session.ts";

export interface WatchOptions {
  readonly source: CredentialSource;
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** The watch's connection fell silent: nothing has come from it since this moment (monotonic milliseconds). */
  onSilence(since: number): void;
}

/** Credentials, connection (which has a limit of its own, see dial/dialer.ts) and handshake; then the first event. */
const connectMs = 32_000;
const initMs = 15_000;
const operation = "WatchEvents";

/**
 * One watch on a session of its own, see `TeleportClient.watch`. Besides the server, three things end or interrupt it:
 * the end of the session (GOAWAY included), a probe on the same session that stays unanswered, new credentials.
 */
export async function* watchEvents(
  options: WatchOptions,
  kinds: readonly WatchKind[],
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void, undefined> {
  const stop = new AbortController();
  const scope = AbortSignal.any([signal, stop.signal]);
  let connection: Connection | undefined;
  try {
    connection = await connect(options, scope);
    const stream = connection.auth.watchEvents(
      { Kinds: kinds.map((Kind) => ({ Kind })), AllowPartialSuccess: true },
      { signal: scope },
    );
    const events = stream[Symbol.asyncIterator]();
    const init = await readInit(events, kinds, options.clock, scope);
    const mailbox = createMailbox<WatchEvent>();
    feed(mailbox, connection, options, scope);
    void pump(events, kinds, mailbox, connection);
    yield init;
    for (;;) yield await mailbox.take();
  } catch (thrown) {
    throw await toWatchError(thrown, connection);
  } finally {
    stop.abort(new PluginError("aborted", "the watch was left"));
  }
}

/** A connection that ends with `scope`. */
async function connect({ source, dialer, clock }: WatchOptions, scope: AbortSignal): Promise<Connection> {
  const onTimeout = () =>
    new PluginError("unavailable", `There was no connection to Teleport within ${connectMs / 1000} s.`);
  return withDeadline({ clock, ms: connectMs, onTimeout }, scope, async (limit) => {
    const credentials = await source.get();
    const session = await dialer.dial(credentials, limit);
    const end = () => session.end(toAbortError(scope.reason));
    if (limit.aborted) end();
    scope.addEventListener("abort", end, { once: true });
    return createConnection(session, credentials);
  });
}

async function readInit(
  events: AsyncIterator<Event>,
  kinds: readonly WatchKind[],
  clock: Clock,
  scope: AbortSignal,
): Promise<WatchEvent> {
  const onTimeout = () => new PluginError("unavailable", `Teleport did not start the watch within ${initMs / 1000} s.`);
  const first = await withDeadline({ clock, ms: initMs, onTimeout }, scope, () => events.next());
  if (first.done) throw new PluginError("unavailable", "Teleport ended the watch before it began.");
  if (first.value.Type !== Operation.INIT) {
    throw new PluginError("unavailable", "Teleport began the watch with something else than INIT.");
  }
  // A server that says nothing knows no partial success: it accepted all kinds or would have refused.
  const confirmed = toConfirmedKinds(first.value);
  return {
    type: "init",
    confirmed: confirmed === undefined ? kinds : kinds.filter((kind) => confirmed.includes(kind)),
  };
}

/** Everything that ends or interrupts a watch from our side. */
function feed(mailbox: Mailbox<WatchEvent>, connection: Connection, options: WatchOptions, scope: AbortSignal): void {
  const { session, credentials } = connection;
  const { source, clock } = options;
  const onRenewal = () => {
    release();
    void mailbox.put({ type: "superseded" });
  };
  const release = source.subscribe(onRenewal);
  if (source.latest?.fingerprint !== credentials.fingerprint) onRenewal();
  const stopProbe = startProbe(connection, clock, (silence, since) => {
    options.onSilence(since);
    session.end(silence);
  });
  void session.over.then((why) => {
    release();
    stopProbe();
    mailbox.fail(scope.aborted ? toAbortError(scope.reason) : toLoss(why));
    // After a GOAWAY the old stream would linger.
    session.end(why);
  });
}

function toLoss({ code, message, fix }: PluginError): PluginError {
  return new PluginError(code, `The watch lost its connection to Teleport: ${message}.`, {
    operation,
    ...(fix === undefined ? {} : { fix }),
  });
}

async function pump(
  events: AsyncIterator<Event>,
  kinds: readonly WatchKind[],
  mailbox: Mailbox<WatchEvent>,
  connection: Connection,
): Promise<void> {
  try {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const event = toWatchEvent(next.value);
      if (event !== undefined && kinds.includes(event.kind)) await mailbox.put(event);
    }
    mailbox.fail(new PluginError("unavailable", "Teleport ended the watch.", { operation }));
  } catch (thrown) {
    mailbox.fail(await toWatchError(thrown, connection));
  }
}

async function toWatchError(thrown: unknown, connection: Connection | undefined): Promise<PluginError> {
  if (thrown instanceof PluginError && thrown.operation === operation) return thrown;
  const error = await explainLoss(toPluginError(thrown, { operation, sentWrite: false }), connection?.session);
  // Here it is not an answer that is too large, but the server that dropped a slow reader.
  return error.code === "too_large"
    ? new PluginError("unavailable", error.message, { operation, cause: error })
    : error;
}
