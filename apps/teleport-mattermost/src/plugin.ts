import { createMattermostMessenger, mattermostConfigSchema } from "@access-plugins/mattermost";
import { definePlugin, readAsset } from "@access-plugins/runtime";
import manifest from "../package.json" with { type: "json" };

export const plugin = definePlugin({
  name: "teleport-mattermost",
  version: manifest.version,
  pluginName: "mattermost",
  title: "Teleport Access Mattermost Plugin",
  description: manifest.description,
  minServerVersion: "6.1.0-beta.1",
  exampleToml: () => readAsset("example.toml", import.meta.dirname),
  settings: { mattermost: mattermostConfigSchema },
  secrets: ["mattermost.token"],
  roleToRecipients: "optional",
  recipientsForAllRoles: "mattermost.recipients",
  createMessenger: ({ mattermost }, deps) =>
    createMattermostMessenger(mattermost, { ...deps, token: deps.secret("mattermost.token") }),
});
