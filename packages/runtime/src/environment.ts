import type { FaultList } from "./fault.ts";
import { parseGoBool } from "./go-bool.ts";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface EnvironmentSettings {
  /** `TELEPORT_PLUGIN_FAIL_FAST`: end with an error instead of reconnecting. */
  readonly failFast: boolean;
}

const failFastName = "TELEPORT_PLUGIN_FAIL_FAST";

export function readEnvironment(environment: Environment, faults: FaultList): EnvironmentSettings {
  const text = environment[failFastName] ?? "";
  const failFast = text === "" ? false : parseGoBool(text);
  if (failFast === undefined) {
    const message = `failed to parse content '${text}' of the ${failFastName} environment variable`;
    faults.error([], message, `set ${failFastName} to "true" or "false", or unset it`);
  }
  return { failFast: failFast ?? false };
}
