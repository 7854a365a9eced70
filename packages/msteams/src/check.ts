import { type Call, type Check, PluginError } from "@access-plugins/core";
import type { TokenService } from "./client/token-source.ts";
import type { TeamsParts } from "./parts.ts";
import { type Permission, permissions, toGrantFix } from "./permissions.ts";
import { tokenClaims } from "./wire.ts";

type CheckedParts = Pick<TeamsParts, "tokens" | "catalogue" | "config">;

/**
 * Signs in at both services, compares the granted permissions and looks for the app. A refusal is a finding, an
 * unreachable Microsoft throws.
 */
export async function* checkTeams(parts: CheckedParts, call: Call): AsyncGenerator<Check> {
  const token = await signIn(parts, "graph", call);
  if (typeof token !== "string") return yield token;
  yield { code: "token", level: "ok", message: `Signed in to Microsoft Graph as the app ${parts.config.app_id}.` };
  const other = await signIn(parts, "connector", call);
  if (typeof other !== "string") return yield other;
  yield { code: "token", level: "ok", message: "Signed in to the Bot Connector." };
  yield* comparePermissions(token);
  yield await findApp(parts, call);
}

async function signIn({ tokens }: CheckedParts, service: TokenService, call: Call): Promise<string | Check> {
  try {
    return await tokens.get(service, call);
  } catch (thrown) {
    return toFinding("token", thrown, ["unauthenticated"]);
  }
}

async function findApp({ catalogue }: CheckedParts, call: Call): Promise<Check> {
  try {
    const { id, name } = await catalogue.findApp(call);
    const message = `MS Teams app found in org app store${name === "" ? "" : ` as "${name}"`} (internal ID: ${id}).`;
    return { code: "app", level: "ok", message };
  } catch (thrown) {
    return toFinding("app", thrown, ["app_not_installed", "recipient_forbidden", "unauthenticated", "forbidden"]);
  }
}

function toFinding(code: string, thrown: unknown, refusals: readonly string[]): Check {
  const error = PluginError.from(thrown);
  if (!refusals.includes(error.code)) throw error;
  return { code, level: "error", message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

/** What the token grants is told by the token itself. One we cannot read says nothing: the calls will. */
function* comparePermissions(token: string): Generator<Check> {
  const granted = readRoles(token);
  if (granted === undefined) return;
  const missing = Object.values(permissions).filter((permission) => !isGranted(permission, granted));
  for (const permission of missing) yield toMissing(permission);
  if (missing.length === 0) {
    yield { code: "permissions", level: "ok", message: "The app has every permission needed." };
  }
}

function isGranted(permission: Permission, granted: readonly string[]): boolean {
  return [permission.name, ...permission.impliedBy].some((name) => granted.includes(name));
}

function toMissing(permission: Permission): Check {
  const message = `The app lacks the permission ${permission.name}: ${permission.without}.`;
  return { code: "permissions", level: "warning", message, fix: toGrantFix(permission) };
}

/** The application permissions in an access token of Graph; undefined when it is in no form we know. */
export function readRoles(token: string): readonly string[] | undefined {
  const [, claims = ""] = token.split(".");
  try {
    const read = tokenClaims.safeParse(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")));
    return read.success ? read.data.roles : undefined;
  } catch {
    return undefined;
  }
}
