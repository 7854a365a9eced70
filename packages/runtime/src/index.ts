export { readAsset, readBinaryAsset } from "./assets.ts";
export { type CliOptions, renderVersion, runCli, runCommandLine } from "./cli.ts";
export {
  type CommandFlag,
  type CommandInput,
  definePlugin,
  type MessengerDeps,
  type Plugin,
  type PluginCommand,
  type PluginDefinition,
  type Session,
  type SettingsOf,
  type SettingsShape,
} from "./define-plugin.ts";
export type { Environment } from "./environment.ts";
export { countFaults, type Fault, renderFaults } from "./fault.ts";
export { type LoadedConfig, type LoadResult, loadConfig } from "./load-config.ts";
export { createRedactor, type Redactor } from "./redactor.ts";
export { renderSettingsTable } from "./settings-table.ts";
export type { Terminal } from "./terminal.ts";
