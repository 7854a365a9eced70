export { type MsteamsConfig, msteamsConfigSchema } from "./config.ts";
export { createMsteamsMessenger } from "./messenger.ts";
