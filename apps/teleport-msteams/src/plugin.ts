import { createMsteamsMessenger } from "@access-plugins/msteams";
import { definePlugin, readAsset, renderVersion } from "@access-plugins/runtime";
import manifest from "../package.json" with { type: "json" };
import { configureCommand } from "./commands/configure.ts";
import { uninstallCommand } from "./commands/uninstall.ts";
import { validateCommand } from "./commands/validate.ts";
import { toMessengerDeps } from "./messenger-deps.ts";
import { preload } from "./preload.ts";
import { settings } from "./settings.ts";

const exampleToml = () => readAsset("example.toml", import.meta.dirname);
const version = (): string => renderVersion(plugin);

export const plugin = definePlugin({
  name: "teleport-msteams",
  version: manifest.version,
  pluginName: "msteams",
  title: "Teleport MS Teams Plugin",
  description: manifest.description,
  minServerVersion: "8.0.0",
  exampleToml,
  settings,
  secrets: ["msapi.app_secret", "msapi.certificate_password"],
  roleToRecipients: "required",
  createMessenger: ({ msapi }, deps) => createMsteamsMessenger(msapi, toMessengerDeps(deps)),
  onStart: async (session) => (session.settings.preload ? preload(session) : undefined),
  commands: [configureCommand({ exampleToml, version }), validateCommand(version), uninstallCommand],
});
