import { resolve } from "node:path";
import { PluginError } from "@access-plugins/core";
import type { CommandInput, PluginCommand } from "@access-plugins/runtime";
import { createAppPackage } from "../package/app-package.ts";
import { createFolder } from "../package/folder.ts";
import { explainNextSteps } from "../package/next-steps.ts";
import { renderRole } from "../package/role.ts";
import { fillIn } from "../package/toml-template.ts";
import type { TeamsSession } from "../settings.ts";

interface ConfigureDeps {
  readonly exampleToml: () => string;
  readonly version: () => string;
}

/** Writes everything that setting the plugin up takes: the app for Teams, the role for Teleport, the configuration. */
export function configureCommand({ exampleToml, version }: ConfigureDeps): PluginCommand<TeamsSession["settings"]> {
  return {
    name: "configure",
    description: "Generates configuration files: the Teams app, the Teleport role and the plugin's configuration.",
    args: [{ name: "dir", description: "Path to target directory" }],
    flags: [
      { name: "appID", kind: "value", required: true, description: "MS App ID" },
      {
        name: "appSecret",
        kind: "value",
        description: "MS App Secret; other users of this machine can see it: prefer --appSecretFile",
      },
      {
        name: "appSecretFile",
        kind: "value",
        description: "Path of a file with the MS App Secret, to be named in the configuration",
      },
      { name: "tenantID", kind: "value", required: true, description: "MS App Tenant ID" },
    ],
    async run(input) {
      const ids = readFlags(input);
      const folder = await createFolder(resolve(input.args["dir"] ?? ""));
      const app = createAppPackage({ appId: ids.appID });
      const toml = fillIn(exampleToml(), { ...ids.settings, teams_app_id: app.teamsAppId });
      input.print(version());
      input.print("");
      input.print(`[1] Created target directory: ${folder.path}`);
      await folder.write("teleport-msteams.toml", toml);
      await folder.write("teleport-msteams-role.yaml", renderRole());
      input.print("[2] Generated configuration files");
      for (const [name, content] of Object.entries(app.files)) await folder.write(name, content);
      input.print("[3] Copied assets");
      await folder.write("app.zip", app.zip);
      input.print("[4] Created app.zip");
      input.print("");
      input.print(`TeamsAppID: ${app.teamsAppId}`);
      input.print("");
      for (const line of explainNextSteps(folder.path, ids.appID)) input.print(line);
      return 0;
    },
  };
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

function readFlags({ flags, warn }: CommandInput) {
  const { appID = "", tenantID = "", appSecret, appSecretFile } = flags;
  if (!guid.test(appID)) throw refuse(`--appID "${appID}" is no GUID`, "give the application (client) id of the bot");
  if (tenantID === "") throw refuse("--tenantID is empty", "give the id of your Entra tenant");
  if ((appSecret === undefined) === (appSecretFile === undefined)) {
    throw refuse(
      appSecret === undefined
        ? "required flag(s) '--appSecret' not provided"
        : "--appSecret and --appSecretFile exclude each other",
      "give the secret's file with --appSecretFile (better), or the secret itself with --appSecret",
    );
  }
  if (appSecret !== undefined) {
    warn(
      "warning: --appSecret can be seen by other users of this machine and stays in the shell's history; prefer --appSecretFile",
    );
  }
  if (appSecret?.startsWith("/")) {
    throw refuse(
      "--appSecret begins with / and would be taken for a path",
      "give the secret in a file with --appSecretFile",
    );
  }
  const secret = appSecretFile === undefined ? (appSecret ?? "") : resolve(appSecretFile);
  return { appID, settings: { app_id: appID, tenant_id: tenantID, app_secret: secret } };
}

function refuse(message: string, fix: string): PluginError {
  return new PluginError("invalid_argument", message, { fix });
}
