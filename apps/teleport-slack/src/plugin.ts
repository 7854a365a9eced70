import { definePlugin, readAsset } from "@access-plugins/runtime";
import { createSlackMessenger, slackConfigSchema } from "@access-plugins/slack";
import manifest from "../package.json" with { type: "json" };

export const plugin = definePlugin({
  name: "teleport-slack",
  version: manifest.version,
  pluginName: "slack",
  title: "Teleport Access Slack Plugin",
  description: manifest.description,
  minServerVersion: "6.1.0-beta.1",
  exampleToml: () => readAsset("example.toml", import.meta.dirname),
  settings: { slack: slackConfigSchema },
  secrets: ["slack.token"],
  roleToRecipients: "required",
  createMessenger: ({ slack }, deps) => createSlackMessenger(slack, { ...deps, token: deps.secret("slack.token") }),
});
