import { backoffMs, deliveryBackoff } from "../base/backoff.ts";
import type { ErrorCode, PluginError } from "../base/plugin-error.ts";
import type { Random } from "../base/random.ts";

/**
 * What a failed call of a delivery leads to. `retry`: again with back-off. `client`: the whole client is refused,
 * everything waits until credentials change. `blocked`: an operator has to change something, tried again hourly.
 * `content`: once more as plain text, then blocked. `gone`: final for this message or recipient. `locked`: the message
 * can no longer be edited, the outcome follows as a reply. `again`: no call was made, plan anew. `stopped`: we stopped
 * it ourselves.
 */
export type Verdict = "retry" | "client" | "blocked" | "content" | "gone" | "locked" | "again" | "stopped";

const verdicts: Readonly<Record<ErrorCode, Verdict>> = {
  rate_limited: "retry",
  unavailable: "retry",
  timeout: "retry",
  conflict: "again",
  unauthenticated: "client",
  forbidden: "client",
  missing_scope: "client",
  recipient_unknown: "blocked",
  recipient_forbidden: "blocked",
  app_not_installed: "blocked",
  content_rejected: "content",
  too_large: "content",
  recipient_gone: "gone",
  message_not_found: "gone",
  message_locked: "locked",
  aborted: "stopped",
  // What follows is a fault of ours or of the configuration: it must neither spin nor silence other recipients.
  invalid_config: "blocked",
  invalid_argument: "blocked",
  not_found: "blocked",
  already_exists: "blocked",
  not_implemented: "blocked",
  internal: "blocked",
};

/** The one table that decides: adapters only classify. */
export function toVerdict(code: ErrorCode): Verdict {
  return verdicts[code];
}

/** How long a blocked recipient or a refused client waits before it is tried again by itself. */
export const blockedRetryMs = 60 * 60 * 1_000;

/**
 * As long as the platform asks; one that asks for no wait at all must not be called in a loop. When it throttles and does
 * not say for how long, the limiter paces the calls: who stayed away longer would leave the platform idle.
 */
export function toPause(attempts: number, error: PluginError, random: Random): number {
  const asked = error.retryAfterMs ?? 0;
  if (asked > 0) return asked;
  return backoffMs(error.code === "rate_limited" ? 0 : attempts - 1, deliveryBackoff, random);
}
