export { type MattermostConfig, mattermostConfigSchema } from "./config.ts";
export { createMattermostMessenger } from "./messenger.ts";
