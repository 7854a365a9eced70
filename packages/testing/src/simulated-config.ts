import type { SimulatedRecipient, SimulationOptions } from "./simulation.ts";

/** A plugin's configuration for a simulation: what all plugins share, around the platform's own tables. */
export function renderSimulatedConfig(
  { addr, identity, roles }: Pick<SimulationOptions, "addr" | "identity" | "roles">,
  toRaw: (recipient: SimulatedRecipient) => string,
  platform: string,
): string {
  const routes = Object.entries(roles).map(
    ([role, to]) => `${toToml(role)} = [${to.map((recipient) => toToml(toRaw(recipient))).join(", ")}]`,
  );
  return `[teleport]
addr = ${toToml(addr)}
identity = ${toToml(identity)}
refresh_identity = true
refresh_identity_interval = "2s"

[diagnostics]
listen_addr = "127.0.0.1:0"

${platform.trim()}

[role_to_recipients]
${routes.join("\n")}
`;
}

/** JSON strings are TOML basic strings, except for DEL, which no name here has. */
export function toToml(text: string): string {
  return JSON.stringify(text);
}
