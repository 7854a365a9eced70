import { type ErrorCode, type ErrorFacts, PluginError } from "@access-plugins/core";
import { isOwnCertificateRefused } from "./dial-fault.ts";
import type { Attempt } from "./route-race.ts";
import { routingDisabled } from "./tls-routing.ts";

/** One error for all attempts to reach Teleport, with a line for each: what was tried, why it failed, what to do. */
export function toDialFailure(address: string, attempts: readonly Attempt[]): PluginError {
  const decisive = findDecisive(attempts);
  const facts: ErrorFacts = {
    operation: "connect",
    reason: decisive.error.reason ?? decisive.error.code,
    cause: decisive.error,
    ...(decisive.error.fix === undefined ? {} : { fix: decisive.error.fix }),
  };
  const [only, ...more] = attempts;
  if (only !== undefined && more.length === 0) {
    const message = `Cannot connect to Teleport at "${address}" (${only.route.name} to ${only.route.target}): ${only.error.message}.`;
    return new PluginError(toCode(attempts, decisive), message, facts);
  }
  const lines = attempts.map(
    ({ route, error }) => `  ${route.name} to ${route.target}: ${error.message}. ${error.fix ?? ""}`,
  );
  const message = [`Cannot connect to Teleport at "${address}". Tried at once:`, ...lines].map((line) =>
    line.trimEnd(),
  );
  return new PluginError(toCode(attempts, decisive), message.join("\n"), facts);
}

/** The attempt that tells most. */
function findDecisive([first, ...rest]: readonly Attempt[]): Attempt {
  if (first === undefined) throw new PluginError("internal", "There is no route to Teleport to try.");
  return rest.reduce((best, attempt) => (toRank(attempt.error) < toRank(best.error) ? attempt : best), first);
}

/** A refusal by the server itself counts most, then what a Proxy said, then a server we do not trust. */
function toRank(error: PluginError): number {
  if (isOwnCertificateRefused(error)) return 0;
  if (error.reason === routingDisabled) return 1;
  if (error.code === "unauthenticated") return 2;
  return error.code === "invalid_config" ? 3 : 4;
}

/** One attempt that may succeed later is enough to try again. */
function toCode(attempts: readonly Attempt[], decisive: Attempt): ErrorCode {
  if (isOwnCertificateRefused(decisive.error)) return "unauthenticated";
  return attempts.some(({ error }) => error.code === "unavailable") ? "unavailable" : decisive.error.code;
}
