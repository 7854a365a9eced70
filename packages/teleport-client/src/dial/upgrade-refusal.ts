import { PluginError } from "@access-plugins/core";

/** Where a Proxy upgrades connections. */
export const upgradePath = "/webapi/connectionupgrade";

/** Bytes with pings between them, which keep load balancers from closing an idle connection. */
export const upgradeProtocol = "alpn-ping";

const refusedReason = "upgrade_refused";

/** What the server answered instead of upgrading the connection. */
export function upgradeRefused(answer: string, cause?: unknown): PluginError {
  return new PluginError("invalid_config", `the connection upgrade was refused (${upgradePath}: ${answer})`, {
    reason: refusedReason,
    cause,
    fix: "Let the load balancer pass the Upgrade header and web sockets on to the Proxy.",
  });
}

/** True when the server answered, but did not upgrade; false when there was no answer. */
export function isUpgradeRefused(thrown: unknown): boolean {
  return thrown instanceof PluginError && thrown.reason === refusedReason;
}
