import { type ErrorCode, type ErrorFacts, PluginError } from "@access-plugins/core";
import { isOwnCertificateRefused } from "./dial-fault.ts";
import type { Attempt } from "./route-race.ts";

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

/** The attempt that tells most: a refused certificate, else one that time will not heal, else the first. */
function findDecisive(attempts: readonly Attempt[]): Attempt {
  const [first] = attempts;
  const refused = attempts.find(({ error }) => isOwnCertificateRefused(error));
  const decisive = refused ?? attempts.find(({ error }) => error.code === "invalid_config") ?? first;
  if (decisive === undefined) throw new PluginError("internal", "There is no route to Teleport to try.");
  return decisive;
}

/** One attempt that may succeed later is enough to try again. */
function toCode(attempts: readonly Attempt[], decisive: Attempt): ErrorCode {
  if (isOwnCertificateRefused(decisive.error)) return "unauthenticated";
  return attempts.some(({ error }) => error.code === "unavailable") ? "unavailable" : decisive.error.code;
}
