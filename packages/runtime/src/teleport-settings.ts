import type { CredentialFiles } from "@access-plugins/teleport-client";
import * as z from "zod";
import type { FaultList } from "./fault.ts";
import { findReadProblem, isReadableByEverybody } from "./file-access.ts";
import { parseGoDuration } from "./go-duration.ts";
import type { TomlTable } from "./toml-value.ts";

const defaultAddr = "localhost:3025";

/** The `[teleport]` table as it is written. */
export const teleportSettingsSchema = z
  .object({
    addr: z.string().optional().meta({
      description: "Address of the Teleport Proxy Service (port 443 or 3080) or Auth Service (port 3025)",
      default: defaultAddr,
    }),
    auth_server: z.string().optional().describe("Deprecated name of `addr`; used when `addr` is not set"),
    identity: z.string().optional().describe("Path of the identity file, made by tbot or `tctl auth sign`"),
    refresh_identity: z
      .boolean()
      .default(false)
      .describe("Kept for the official file format: a renewed identity file is always read again"),
    refresh_identity_interval: z
      .string()
      .default("1m")
      .transform(toInterval)
      .describe("How often the identity file is looked at, as a Go duration such as `1m` or `1h30m`"),
    client_key: z.string().optional().describe("Path of the private key (PEM), in place of `identity`"),
    client_crt: z.string().optional().describe("Path of the client certificate (PEM), in place of `identity`"),
    root_cas: z
      .string()
      .optional()
      .describe("Path of Teleport's certificate authorities (PEM), in place of `identity`"),
  })
  .describe("Connection to Teleport");

/** How to reach Teleport and as whom, checked. */
export interface TeleportSettings {
  readonly addr: string;
  readonly credentials: CredentialFiles;
  readonly refreshIntervalMs: number;
}

const defaultIntervalMs = 60_000;

function toInterval(text: string, context: z.core.$RefinementCtx<string>): number {
  const result = parseGoDuration(text);
  if ("ms" in result && result.ms >= 0) return result.ms === 0 ? defaultIntervalMs : result.ms;
  const message = "ms" in result ? `the duration "${text}" is negative` : result.problem;
  const fix = 'write a duration with units in quotes, such as "1m", "90s" or "1h30m"';
  context.issues.push({ code: "custom", message, params: { fix }, input: text });
  return z.NEVER;
}

/** Turns the table, already of the right types, into what the client needs. */
export function toTeleportSettings(settings: z.output<typeof teleportSettingsSchema>): TeleportSettings {
  const { identity, client_key: clientKey, client_crt: clientCrt, root_cas: rootCas } = settings;
  const credentials =
    clientKey && clientCrt && rootCas ? { clientKey, clientCrt, rootCas } : { identity: identity ?? "" };
  return {
    addr: settings.addr || settings.auth_server || defaultAddr,
    credentials,
    refreshIntervalMs: settings.refresh_identity_interval,
  };
}

const trio = ["client_key", "client_crt", "root_cas"] as const;
const identityFix = "set `identity` to the path of the identity file";

/**
 * The rules between the keys of `[teleport]` and the files they name, with the official texts. Works on the table as
 * written, so that they are told together with every other fault.
 */
export async function checkTeleportTable(table: TomlTable, faults: FaultList): Promise<void> {
  const isSet = (key: string) => table[key] !== undefined && table[key] !== "" && table[key] !== false;
  const report = (key: string, message: string, fix: string) => faults.error(["teleport", key], message, fix);
  const given = trio.filter(isSet);
  const missing = trio.filter((key) => !isSet(key));
  if (given.length > 0 && missing.length > 0) {
    const message = `configuration setting(s) ${quote(given)} are provided but setting(s) ${quote(missing)} are missing`;
    report(given[0] ?? "", message, `set ${quote(missing)} too, or use \`identity\` alone`);
  }
  if (isSet("identity") && given.length === trio.length) {
    const others = "all the `client_crt`, `client_key` and `root_cas` settings";
    report(
      "identity",
      `configuration setting \`identity\` is mutually exclusive with ${others}`,
      "remove one or the other",
    );
  }
  if (isSet("refresh_identity") && !isSet("identity")) {
    report("refresh_identity", "`refresh_identity` requires that `identity` be set", `${identityFix}, or remove it`);
  }
  if (!isSet("identity") && given.length === 0) {
    report("identity", "missing connection credentials: no credentials configured in [teleport]", identityFix);
  }
  warnOfAuthServer(table, faults);
  await Promise.all(["identity", ...trio].map((key) => checkFile(table[key], key, faults)));
}

function warnOfAuthServer({ addr, auth_server: authServer }: TomlTable, faults: FaultList): void {
  if (!authServer) return;
  const message = "Configuration setting `auth_server` is deprecated, consider to change it to `addr`";
  const fix = addr ? "remove it: `addr` is set and wins" : "rename `auth_server` to `addr`";
  faults.warn(["teleport", "auth_server"], message, fix);
}

async function checkFile(path: unknown, key: string, faults: FaultList): Promise<void> {
  if (typeof path !== "string" || path === "") return;
  const problem = await findReadProblem(path);
  if (problem !== undefined) {
    faults.error(["teleport", key], `\`teleport.${key}\`: ${path}: ${problem.message}`, problem.fix);
  } else if (key !== "client_crt" && key !== "root_cas" && (await isReadableByEverybody(path))) {
    const message = `\`teleport.${key}\`: ${path} holds a private key and is readable by every user of this machine`;
    faults.warn(["teleport", key], message, `chmod o-rwx ${path}`);
  }
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(", ");
}
