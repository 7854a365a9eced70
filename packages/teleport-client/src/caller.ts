import { type Clock, PluginError } from "@access-plugins/core";
import { type Connection, createConnection } from "./connection.ts";
import type { CredentialSource } from "./credential-source.ts";
import { withDeadline } from "./deadline.ts";
import type { Dialer } from "./dial/dialer.ts";
import { toPluginError, toTimeout } from "./errors.ts";
import { explainLoss } from "./session.ts";

/** One method call. */
interface Call<T> {
  /** The method, as Teleport names it. */
  readonly operation: string;
  /** It changes something on the server. */
  readonly write?: boolean;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  run(connection: Connection, options: { readonly signal: AbortSignal }): Promise<T>;
}

/** Makes calls over one shared connection that is opened when needed. */
export interface Caller {
  /** Throws {@link PluginError} only; ends by its deadline at the latest. */
  call<T>(call: Call<T>, signal: AbortSignal): Promise<T>;
  /**
   * Another connection to the same server has been silent since this moment (monotonic milliseconds): if ours has not
   * been heard of since either, new calls take another one, or the first of them would wait for its deadline.
   */
  doubt(silentSince: number): void;
  /** Ends the connection and all calls. */
  close(): void;
}

/** How long a call may take, the connection it may have to open included. */
const callTimeoutMs = 10_000;

export interface CallerOptions {
  readonly source: CredentialSource;
  readonly dialer: Dialer;
  readonly clock: Clock;
}

export function createCaller({ source, dialer, clock }: CallerOptions): Caller {
  const closed = new AbortController();
  let current: Connection | undefined;
  let opening: Promise<Connection> | undefined;

  /**
   * After a renewal new calls log in anew; those in flight finish on the old session. An open session outlives its
   * certificate, so an expired one is no reason to give it up.
   */
  function findConnection(): Connection | Promise<Connection> {
    const latest = source.latest?.fingerprint;
    if (current?.session.usable && current.credentials.fingerprint === latest) return current;
    current?.session.retire();
    opening ??= open().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function open(): Promise<Connection> {
    const credentials = await source.get();
    current = createConnection(await dialer.dial(credentials, closed.signal), credentials);
    return current;
  }

  async function run<T>(call: Call<T>, signal: AbortSignal, progress: Progress): Promise<T> {
    const connection = await findConnection();
    signal.throwIfAborted();
    progress.sentOn = connection;
    return call.run(connection, { signal });
  }

  async function callOnce<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const { operation, write = false, timeoutMs = callTimeoutMs } = call;
    const progress: Progress = { sentOn: undefined };
    const startedAt = clock.monotonic();
    const onTimeout = () => {
      // Not a byte since this call began: the connection may be half-open, the next call takes another.
      if ((progress.sentOn?.session.lastReadAt ?? startedAt) < startedAt) progress.sentOn?.session.retire();
      return toTimeout(operation, timeoutMs);
    };
    try {
      return await withDeadline({ clock, ms: timeoutMs, onTimeout }, signal, (limit) => run(call, limit, progress));
    } catch (thrown) {
      const error = toPluginError(thrown, { operation, sentWrite: write && progress.sentOn !== undefined });
      throw await explainLoss(error, progress.sentOn?.session);
    }
  }

  return {
    call: callOnce,
    doubt(silentSince) {
      if ((current?.session.lastReadAt ?? silentSince) < silentSince) current?.session.retire();
    },
    close() {
      const reason = new PluginError("aborted", "The Teleport client is closed.");
      closed.abort(reason);
      current?.session.end(reason);
    },
  };
}

/** What a call that failed had done by then. */
interface Progress {
  sentOn: Connection | undefined;
}
