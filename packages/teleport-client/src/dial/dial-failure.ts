import { type ErrorCode, type ErrorFacts, PluginError } from "@access-plugins/core";
import { isOwnCertificateRefused } from "./dial-fault.ts";
import { isNotApplicable, isRoutingOff } from "./route.ts";
import type { Attempt } from "./route-race.ts";

/** One error for all attempts to reach Teleport, with a line for each: what was tried, why it failed, what to do. */
export function toDialFailure(address: string, all: readonly Attempt[]): PluginError {
  const told = all.filter(isWorthTelling);
  const attempts = told.length === 0 ? all : told;
  const proxied = all.some(({ error }) => isRoutingOff(error));
  const decisive = findDecisive(attempts, proxied);
  // Those that tell as much may be about what the address is meant to be: the Auth Service, or a Proxy.
  const alike = attempts.filter(({ error }) => toRank(error, proxied) === toRank(decisive.error, proxied));
  const fixes = new Set(alike.flatMap(({ error }) => error.fix ?? []));
  const facts: ErrorFacts = {
    operation: "connect",
    reason: decisive.error.reason ?? decisive.error.code,
    cause: decisive.error,
    ...(fixes.size === 0 ? {} : { fix: [...fixes].join(" ") }),
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

/** False for a route that could not be the one at this address. */
export function isWorthTelling({ error }: Attempt): boolean {
  return !isNotApplicable(error);
}

/** The attempt that tells most. */
function findDecisive([first, ...rest]: readonly Attempt[], proxied: boolean): Attempt {
  if (first === undefined) throw new PluginError("internal", "There is no route to Teleport to try.");
  const rank = ({ error }: Attempt) => toRank(error, proxied);
  return rest.reduce((best, attempt) => (rank(attempt) < rank(best) ? attempt : best), first);
}

/**
 * A refusal by the server itself counts most, then a server we do not trust (unless it is a Proxy, which is not meant to
 * be trusted as the Auth Service), then what can never work.
 */
function toRank(error: PluginError, proxied: boolean): number {
  if (isOwnCertificateRefused(error)) return 0;
  if (error.code === "unauthenticated") return proxied ? 4 : 1;
  return error.code === "invalid_config" ? 2 : 3;
}

/** One attempt that may succeed later is enough to try again. */
function toCode(attempts: readonly Attempt[], decisive: Attempt): ErrorCode {
  if (isOwnCertificateRefused(decisive.error)) return "unauthenticated";
  return attempts.some(({ error }) => error.code === "unavailable") ? "unavailable" : decisive.error.code;
}
