import type { NotifierOptions, Routes } from "@access-plugins/core";
import * as z from "zod";
import { toCanonicalKeys } from "./canonical-keys.ts";
import { commonSettingsShape, roleMapSchema } from "./common-settings.ts";
import { readDocument } from "./config-source.ts";
import type { BoundPlugin, Plugin } from "./define-plugin.ts";
import { type Environment, type EnvironmentSettings, readEnvironment } from "./environment.ts";
import { createFaultList, type Fault, type FaultList } from "./fault.ts";
import { isReadableByEverybody } from "./file-access.ts";
import { type IssueContext, reportIssues } from "./issue-faults.ts";
import type { ListenAddress } from "./listen-address.ts";
import { checkLogOutput, type LogSettings } from "./log-settings.ts";
import type { Redactor } from "./redactor.ts";
import { type RoleMap, readRoleMap, roleMapKey } from "./role-map.ts";
import { readSecrets, withValueAt } from "./secret-settings.ts";
import { createSecretStore, type Secret, type SecretStore } from "./secret-store.ts";
import { describeSettings, type SettingNode } from "./settings-tree.ts";
import { checkTeleportTable, type TeleportSettings, toTeleportSettings } from "./teleport-settings.ts";
import type { TomlDocument } from "./toml-document.ts";
import { isTomlTable, type TomlTable, valueAt } from "./toml-value.ts";

/** A whole configuration, checked: everything a plugin is built from. */
export interface LoadedConfig {
  readonly teleport: TeleportSettings;
  readonly log: LogSettings;
  readonly routes: Routes;
  readonly messages: Required<Pick<NotifierOptions, "notifyRequester" | "statusReactions" | "accessListReminders">>;
  /** Where health and metrics are served; undefined: nowhere. */
  readonly diagnostics: ListenAddress | undefined;
  readonly environment: EnvironmentSettings;
  readonly secrets: SecretStore;
  readonly platform: BoundPlugin;
}

/** A configuration with its warnings, or no configuration and all faults at once. */
export interface LoadResult {
  readonly config: LoadedConfig | undefined;
  readonly faults: readonly Fault[];
}

const commonSchema = z.object(commonSettingsShape);
const routingSchema = z.object({ routing: commonSettingsShape.routing });

/** Everything that may be written into the configuration of this plugin. */
export function describeConfig(plugin: Plugin): SettingNode {
  return describeSettings(z.object({ ...plugin.settings, ...commonSettingsShape, [roleMapKey]: roleMapSchema }));
}

/**
 * Reads and checks the configuration file, the files it names and the environment, and reports every fault at once.
 * Secrets are given to the redactor before anything about them is said. Changes nothing on disk.
 */
export async function loadConfig(
  plugin: Plugin,
  path: string,
  redactor: Redactor,
  environment: Environment = process.env,
): Promise<LoadResult> {
  const document = await readDocument(plugin, path);
  if (!("root" in document)) return { config: undefined, faults: [document] };
  const faults = createFaultList(document.positionOf);
  const config = await checkDocument({ plugin, path, document, redactor, environment, faults });
  const found = faults.list();
  return found.some(({ level }) => level === "error")
    ? { config: undefined, faults: found }
    : { config, faults: found };
}

/** Who is told, read from a configuration that may lack everything else: no secret and no file it names is looked at. */
export async function loadRoutes(
  plugin: Plugin,
  path: string,
): Promise<{ readonly routes: Routes | undefined; readonly faults: readonly Fault[] }> {
  const document = await readDocument(plugin, path);
  if (!("root" in document)) return { routes: undefined, faults: [document] };
  const faults = createFaultList(document.positionOf);
  const tree = describeConfig(plugin);
  const root = toCanonicalKeys(document.root, tree, faults);
  const roleToRecipients = readRoles(plugin, root, faults);
  const result = routingSchema.safeParse(root);
  if (!result.success) reportIssues(result.error.issues, { root, tree, secrets: plugin.secrets, faults });
  const found = faults.list();
  const isWrong = !result.success || found.some(({ level }) => level === "error");
  return { routes: isWrong ? undefined : toRoutes(roleToRecipients, result.data.routing), faults: found };
}

interface Input {
  readonly plugin: Plugin;
  readonly path: string;
  readonly document: TomlDocument;
  readonly redactor: Redactor;
  readonly environment: Environment;
  readonly faults: FaultList;
}

/** Reports every fault; undefined when there are errors that leave nothing to work with. */
async function checkDocument(input: Input): Promise<LoadedConfig | undefined> {
  const { plugin, path, document, redactor, environment, faults } = input;
  const tree = describeConfig(plugin);
  const written = toCanonicalKeys(document.root, tree, faults);
  const { root, secrets, unreadable } = await readSecrets(written, plugin.secrets, faults);
  for (const { value } of secrets.values()) redactor.add(value);
  const context = { root, tree, secrets: plugin.secrets, faults };
  const common = checkCommon(context);
  const platform = checkPlatform(plugin, context, unreadable);
  const roleToRecipients = readRoles(plugin, root, faults);
  const settings = await readEnvironment(environment, faults);
  await checkFiles(path, root, secrets, faults);
  if (common === undefined || platform === undefined) return undefined;
  return {
    teleport: toTeleportSettings(common.teleport),
    log: common.log,
    routes: toRoutes(roleToRecipients, common.routing),
    messages: {
      notifyRequester: common.messages.notify_requester,
      statusReactions: common.messages.status_reactions,
      accessListReminders: common.access_lists.reminders,
    },
    diagnostics: common.diagnostics.listen_addr,
    environment: settings,
    secrets: createSecretStore(secrets, {
      onValue: (value) => redactor.add(value),
      findProblem: (key, value) => findSecretProblem(plugin, root, key, value),
    }),
    platform,
  };
}

function toRoutes(roleToRecipients: RoleMap, routing: z.output<typeof routingSchema>["routing"]): Routes {
  return { roleToRecipients, maxSuggestedReviewers: routing.max_suggested_reviewers };
}

function checkCommon(context: IssueContext) {
  const result = commonSchema.safeParse(context.root);
  if (result.success) return result.data;
  reportIssues(result.error.issues, context);
  return undefined;
}

/** The role map, or the platform's own list in its place. */
function readRoles(plugin: Plugin, root: TomlTable, faults: FaultList): RoleMap {
  const map = readRoleMap(root[roleMapKey], plugin.roleToRecipients === "required", faults);
  const key = plugin.recipientsForAllRoles;
  const recipients = key === undefined ? undefined : valueAt(root, key.split("."));
  // Anything else than a list has been reported by the platform's schema.
  if (!Array.isArray(recipients) || recipients.length === 0) return map;
  if (Object.keys(map).length > 0) {
    faults.warn([roleMapKey], `\`${roleMapKey}\` is not used: \`${key}\` takes its place`, "remove one of the two");
  }
  return { "*": recipients.filter((recipient) => typeof recipient === "string") };
}

function checkPlatform(plugin: Plugin, context: IssueContext, unreadable: readonly string[]): BoundPlugin | undefined {
  const bound = plugin.bind(context.root);
  if (!("issues" in bound)) return bound;
  // Of a secret whose file cannot be read, that has been said.
  const issues = bound.issues.filter((issue) => !unreadable.includes(issue.path.join(".")));
  reportIssues(issues, context);
  return undefined;
}

async function checkFiles(
  path: string,
  root: TomlTable,
  secrets: ReadonlyMap<string, Secret>,
  faults: FaultList,
): Promise<void> {
  const { teleport, log } = root;
  if (isTomlTable(teleport)) await checkTeleportTable(teleport, faults);
  if (isTomlTable(log)) await checkLogOutput(log["output"], faults);
  const holdsSecret = [...secrets.values()].some(({ file }) => file === undefined);
  if (holdsSecret && (await isReadableByEverybody(path))) {
    faults.warn([], "the file holds a secret and is readable by every user of this machine", `chmod o-rwx ${path}`);
  }
}

/** What the platform's schema says of a new secret, with everything else unchanged. */
function findSecretProblem(plugin: Plugin, root: TomlTable, key: string, value: string): string | undefined {
  const bound = plugin.bind(withValueAt(root, key.split("."), value));
  return "issues" in bound ? bound.issues.map((issue) => issue.message).join("; ") : undefined;
}
