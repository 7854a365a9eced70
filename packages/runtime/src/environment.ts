import { readTrustedCertificates } from "./certificate-trust.ts";
import type { FaultList } from "./fault.ts";
import { parseGoBool } from "./go-bool.ts";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface EnvironmentSettings {
  /** `TELEPORT_PLUGIN_FAIL_FAST`: end with an error instead of reconnecting. */
  readonly failFast: boolean;
  /** `SSL_CERT_FILE`: certificates to trust besides Node's own, in PEM. */
  readonly certificates: readonly string[];
}

const failFastName = "TELEPORT_PLUGIN_FAIL_FAST";

export async function readEnvironment(environment: Environment, faults: FaultList): Promise<EnvironmentSettings> {
  const text = environment[failFastName] ?? "";
  const failFast = text === "" ? false : parseGoBool(text);
  if (failFast === undefined) {
    const message = `failed to parse content '${text}' of the ${failFastName} environment variable`;
    faults.error([], message, `set ${failFastName} to "true" or "false", or unset it`);
  }
  const certificates = await readTrustedCertificates(environment["SSL_CERT_FILE"] ?? "", faults);
  return { failFast: failFast ?? false, certificates };
}
