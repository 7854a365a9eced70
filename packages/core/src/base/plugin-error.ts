/**
 * Every code an error of this project can carry. Closed: `reconcile/failure-table.ts` decides from the code alone what
 * happens next, adapters only classify.
 */
export const errorCodes = [
  // Try again.
  "rate_limited",
  "unavailable",
  "timeout",
  "conflict",
  // The client as a whole is refused: nothing will work until somebody changes the credentials or their scopes.
  "unauthenticated",
  "forbidden",
  "missing_scope",
  // One recipient cannot be served until an operator changes something.
  "recipient_unknown",
  "recipient_forbidden",
  "app_not_installed",
  // The platform refuses the body.
  "content_rejected",
  // Final for one recipient or one message.
  "recipient_gone",
  "message_not_found",
  "message_locked",
  // Our own side.
  "invalid_config",
  "invalid_argument",
  "not_found",
  "already_exists",
  "not_implemented",
  "too_large",
  "aborted",
  "internal",
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** What is known about a failure besides its code. Every field holds facts, never a secret. */
export interface ErrorFacts {
  /** What was being done, in the words of the API concerned: `chat.postMessage`, `UpdatePluginData`. */
  readonly operation?: string;
  /** What the operator has to do, as a sentence. */
  readonly fix?: string;
  /** The recipient concerned, as configured. */
  readonly recipient?: string;
  /** How long the platform asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The rate-limit bucket concerned; only calls that name it have to wait. */
  readonly bucket?: string;
  /**
   * True when the call may have taken effect although it failed: a time-out, a connection cut after sending, a 5xx.
   * Absent means that the call had no effect.
   */
  readonly ambiguous?: boolean;
  /** The platform's own word for it, already bounded and free of secrets: `not_in_channel`, `ETIMEDOUT`. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** The one error class of the project. `message` says what is wrong and names the place; `fix` says what to do. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly code: ErrorCode;
  readonly operation: string | undefined;
  readonly fix: string | undefined;
  readonly recipient: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly bucket: string | undefined;
  readonly ambiguous: boolean;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.operation = facts.operation;
    this.fix = facts.fix;
    this.recipient = facts.recipient;
    this.retryAfterMs = facts.retryAfterMs;
    this.bucket = facts.bucket;
    this.ambiguous = facts.ambiguous ?? false;
    this.reason = facts.reason;
  }

  /**
   * The single door from "anything thrown" to our error. It never guesses: an abort becomes `aborted`, a deadline that
   * passed `timeout` (ambiguous, unless the facts say otherwise), everything that nobody classified `internal`.
   */
  static from(thrown: unknown, facts: ErrorFacts = {}): PluginError {
    if (thrown instanceof PluginError) return thrown;
    if (thrown instanceof Error && thrown.name === "AbortError") {
      return new PluginError("aborted", "The operation was stopped.", { ...facts, cause: thrown });
    }
    if (thrown instanceof Error && thrown.name === "TimeoutError") {
      return new PluginError("timeout", "The deadline passed.", { ambiguous: true, ...facts, cause: thrown });
    }
    return new PluginError("internal", toMessage(thrown), { ...facts, cause: thrown });
  }

  /** The same failure with more facts, for callers that know what the thrower could not. */
  with(facts: ErrorFacts): PluginError {
    return new PluginError(this.code, this.message, {
      ...definedFacts(this),
      ...facts,
      cause: facts.cause ?? this.cause,
    });
  }
}

/** Not everything that can be thrown has a text. */
function toMessage(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "object" || typeof thrown === "function"
    ? "Something that is no error was thrown."
    : String(thrown);
}

function definedFacts(error: PluginError): ErrorFacts {
  return {
    ambiguous: error.ambiguous,
    ...(error.operation === undefined ? {} : { operation: error.operation }),
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.recipient === undefined ? {} : { recipient: error.recipient }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.bucket === undefined ? {} : { bucket: error.bucket }),
    ...(error.reason === undefined ? {} : { reason: error.reason }),
  };
}
