import type { Clock, Log, Messenger, ProxySettings, RateLimiter, Routes } from "@access-plugins/core";
import * as z from "zod";

/** The platform's part of a configuration file: one schema per top-level key. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;

/** What {@link SettingsShape} becomes once it is checked. */
export type SettingsOf<S extends SettingsShape> = z.output<z.ZodObject<S>>;

/** What a messenger is built from, beside its settings. */
export interface MessengerDeps {
  readonly log: Log;
  readonly clock: Clock;
  /** Every HTTP call goes through it. */
  readonly limiter: RateLimiter;
  /** HTTP proxies from the environment. */
  readonly proxy: ProxySettings;
  /**
   * The newest value of a setting listed in `secrets`, by its dotted key. Ask before each use and keep no copy: the
   * file behind it may be written anew at any time.
   */
  secret(key: string): () => string;
}

/** A configured plugin at work: what `onStart` and the commands of a platform get. */
export interface Session<Settings> {
  readonly settings: Settings;
  readonly routes: Routes;
  readonly messenger: Messenger;
  /** What the messenger was built from, for commands that need more of the platform than a messenger does. */
  readonly deps: MessengerDeps;
  readonly log: Log;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** A flag of a platform's own command: `--name value`, or a switch `--name`. */
export interface CommandFlag {
  readonly name: string;
  readonly description: string;
  /** One letter. */
  readonly short?: string;
  readonly kind: "value" | "switch";
  readonly required?: boolean;
}

/** What was written on the command line. */
export interface CommandInput {
  /** Positional arguments by name. */
  readonly args: Readonly<Record<string, string>>;
  /** Values and set switches (`"true"`) by name; what was not written is missing. */
  readonly flags: Readonly<Record<string, string>>;
  /** Prints one line on standard output. */
  print(line: string): void;
  /** Prints one line on standard error. */
  warn(line: string): void;
}

interface CommandShape {
  readonly name: string;
  readonly description: string;
  /** Positional arguments in order; all are required. */
  readonly args?: readonly { readonly name: string; readonly description: string }[];
  readonly flags?: readonly CommandFlag[];
}

/**
 * A command of one platform. `configure` replaces the common one. A command with `runWith` gets `--config` and
 * `--debug` and a session; one with `run` needs no configuration. Both resolve to the exit code and may throw a
 * `PluginError`, which is printed with its fix.
 */
export type PluginCommand<Settings> = CommandShape &
  (
    | { readonly run: (input: CommandInput) => Promise<number> }
    | { readonly runWith: (input: CommandInput, session: Session<Settings>) => Promise<number> }
  );

/** All that is special about one platform's plugin. */
export interface PluginDefinition<S extends SettingsShape> {
  /** Name of the executable. Its configuration is `/etc/<name>.toml` unless `--config` says otherwise. */
  readonly name: string;
  /** As released: `1.2.3`. */
  readonly version: string;
  /** Name in Teleport's plugin data and in Access Monitoring Rules. */
  readonly pluginName: string;
  /** Name in the first log line. */
  readonly title: string;
  /** One sentence, shown by `help`. */
  readonly description: string;
  /** Oldest Teleport version to work with, as a semantic version. */
  readonly minServerVersion: string;
  /** The commented example that `configure` prints. */
  readonly exampleToml: () => string;
  /** The platform's own top-level keys of the configuration. */
  readonly settings: S;
  /** Dotted keys of settings that are secrets: given as they are, or as the absolute path of a file. */
  readonly secrets: readonly string[];
  /** Whether `[role_to_recipients]` must be there and serve every role. */
  readonly roleToRecipients: "required" | "optional";
  /** Dotted key of a list of recipients that, when it is not empty, takes the place of the whole role map. */
  readonly recipientsForAllRoles?: string;
  readonly createMessenger: (settings: SettingsOf<S>, deps: MessengerDeps) => Messenger;
  /** Runs beside the notifier after each start; what it throws is logged and stops nothing. */
  readonly onStart?: (session: Session<SettingsOf<S>>) => Promise<void>;
  readonly commands?: readonly PluginCommand<SettingsOf<S>>[];
}

/** A {@link PluginDefinition} whose settings have been checked: nothing of their type is left to know. */
export interface BoundPlugin {
  createMessenger(deps: MessengerDeps): Messenger;
  onStart(session: UnboundSession): Promise<void>;
  /** Runs a platform's own command that needs a session. */
  runCommand(name: string, input: CommandInput, session: UnboundSession): Promise<number>;
}

/** A session before the settings are added to it. */
type UnboundSession = Omit<Session<never>, "settings">;

/** A platform's own command, for the command line. */
export interface PluginCommandInfo extends CommandShape {
  /** For a command without configuration; undefined when it needs a session. */
  readonly run: ((input: CommandInput) => Promise<number>) | undefined;
}

/** What {@link definePlugin} makes: a plugin the command line can start, without knowing its platform. */
export interface Plugin
  extends Pick<
    PluginDefinition<SettingsShape>,
    | "name"
    | "version"
    | "pluginName"
    | "title"
    | "description"
    | "minServerVersion"
    | "exampleToml"
    | "secrets"
    | "roleToRecipients"
    | "recipientsForAllRoles"
  > {
  readonly defaultConfigPath: string;
  /** The platform's own top-level keys. */
  readonly settings: SettingsShape;
  /** Checks the platform's settings; secrets in files have been replaced by their content. */
  bind(raw: Readonly<Record<string, unknown>>): BoundPlugin | { readonly issues: readonly z.core.$ZodIssue[] };
  readonly commands: readonly PluginCommandInfo[];
}

/** Makes a plugin of one platform's parts. The app adds nothing but `runCli(plugin)`. */
export function definePlugin<const S extends SettingsShape>(definition: PluginDefinition<S>): Plugin {
  const schema = z.object(definition.settings);
  return {
    ...definition,
    defaultConfigPath: `/etc/${definition.name}.toml`,
    commands: (definition.commands ?? []).map(toCommandInfo),
    bind(raw) {
      const result = schema.safeParse(raw);
      return result.success ? bindSettings(definition, result.data) : { issues: result.error.issues };
    },
  };
}

function toCommandInfo<Settings>(command: PluginCommand<Settings>): PluginCommandInfo {
  return { ...command, run: "run" in command ? command.run : undefined };
}

function bindSettings<S extends SettingsShape>(definition: PluginDefinition<S>, settings: SettingsOf<S>): BoundPlugin {
  return {
    createMessenger: (deps) => definition.createMessenger(settings, deps),
    onStart: async (session) => definition.onStart?.({ ...session, settings }),
    async runCommand(name, input, session) {
      const command = definition.commands?.find((one) => one.name === name);
      if (command === undefined || !("runWith" in command)) throw new Error(`no command ${name} that needs a session`);
      return command.runWith(input, { ...session, settings });
    },
  };
}
