export { type SlackConfig, slackConfigSchema } from "./config.ts";
export { createSlackMessenger } from "./messenger.ts";
