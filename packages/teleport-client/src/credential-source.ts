import { type Clock, type Log, PluginError } from "@access-plugins/core";
import { createRepeatGuard } from "./identity/repeat-guard.ts";
import { type CredentialFiles, type Credentials, loadCredentials } from "./identity.ts";

/** How the plugin's credentials stand: for readiness, doctor and metrics. */
export interface CredentialStatus {
  /** The Teleport user we log in as; absent as long as no good credentials were read. */
  readonly user?: string;
  /** End of the certificate in use. */
  readonly expiresAt?: Date;
  /**
   * `missing`: none were ever read. `expired`: those in use have ended, no new connection can be made. `stale`: those
   * in use are good, but the files hold nothing usable. `problem` says why.
   */
  readonly state: "unread" | "good" | "stale" | "expired" | "missing";
  readonly problem?: PluginError;
}

/** Credentials that follow their files. */
export interface CredentialSource {
  /** The last good credentials, maybe expired by now; undefined before any were read. */
  readonly latest: Credentials | undefined;
  /**
   * Credentials for a new connection: read at the first call, and again when those in use have expired. Throws what
   * {@link loadCredentials} throws when there are no good ones.
   */
  get(): Promise<Credentials>;
  status(): CredentialStatus;
  /** Calls back whenever the files hold new, good credentials. Returns the way to unsubscribe. */
  subscribe(listener: (credentials: Credentials) => void): () => void;
  /** Stops reading. */
  close(): void;
}

export interface CredentialSourceOptions {
  readonly files: CredentialFiles;
  /** How often the files are read and compared by content. */
  readonly refreshIntervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Reads the files again and again, so that a renewed identity never needs a restart. Whatever is wrong with new
 * contents (half written, mismatched, expired), the old credentials stay in use; each distinct error is logged once,
 * then hourly.
 */
export function createCredentialSource(options: CredentialSourceOptions): CredentialSource {
  const { files, refreshIntervalMs, clock, log } = options;
  const listeners = new Set<(credentials: Credentials) => void>();
  const reported = createRepeatGuard(clock);
  const closed = new AbortController();
  let current: Credentials | undefined;
  let problem: PluginError | undefined;
  let reading: Promise<void> | undefined;
  let cancelTick = () => {};

  const isExpired = () => current !== undefined && clock.now() > current.expiresAt;

  function read(): Promise<void> {
    reading ??= loadCredentials(files, clock.now(), closed.signal)
      .then(accept, refuse)
      .finally(() => {
        reading = undefined;
        scheduleTick();
      });
    return reading;
  }

  function accept(next: Credentials): void {
    problem = undefined;
    reported.forget();
    const before = current;
    current = next;
    if (before?.fingerprint === next.fingerprint) return;
    const fields = { user: next.user, cluster: next.cluster, expiresAt: next.expiresAt.toISOString() };
    log.info(before === undefined ? "Teleport credentials read" : "Teleport credentials renewed", fields);
    if (before !== undefined) for (const listener of listeners) listener(next);
  }

  function refuse(thrown: unknown): void {
    if (closed.signal.aborted) return;
    problem = toProblem(PluginError.from(thrown));
    if (current === undefined || !reported.isNew(problem.message)) return;
    const fields = { fix: problem.fix, expiresAt: current.expiresAt.toISOString() };
    if (isExpired()) log.error(problem.message, fields);
    else log.warn(`${problem.message} The credentials read before stay in use.`, fields);
  }

  function toProblem(error: PluginError): PluginError {
    if (current === undefined || !isExpired() || error.code === "unauthenticated") return error;
    const message = `The Teleport credentials in use have expired, and no new ones can be read: ${error.message}`;
    return new PluginError("unauthenticated", message, { ...(error.fix ? { fix: error.fix } : {}), cause: error });
  }

  /** The moment of expiry is a tick, too: what is wrong shows when it happens. */
  function scheduleTick(): void {
    cancelTick();
    if (!closed.signal.aborted) cancelTick = clock.after(findWait(), () => void read());
  }

  function findWait(): number {
    if (current === undefined) return refreshIntervalMs;
    const left = current.expiresAt.getTime() - clock.now().getTime() + 1;
    if (left > 0) return Math.min(left, refreshIntervalMs);
    return problem === undefined ? 0 : refreshIntervalMs;
  }

  return {
    get latest() {
      return current;
    },
    async get() {
      if (current === undefined || isExpired()) await read();
      if (current !== undefined && !isExpired()) return current;
      throw problem ?? new PluginError("aborted", "The Teleport client is closed.");
    },
    status: () => toStatus(current, problem, isExpired()),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closed.abort();
      cancelTick();
      listeners.clear();
    },
  };
}

function toStatus(
  current: Credentials | undefined,
  problem: PluginError | undefined,
  expired: boolean,
): CredentialStatus {
  const why = problem === undefined ? {} : { problem };
  if (current === undefined) return { state: problem === undefined ? "unread" : "missing", ...why };
  const state = expired ? "expired" : problem === undefined ? "good" : "stale";
  return { state, user: current.user, expiresAt: current.expiresAt, ...why };
}
