import { Command, CommanderError } from "commander";
import { readGitRef } from "./assets.ts";
import type { CommandInput, Plugin, PluginCommandInfo } from "./define-plugin.ts";
import { translateParseError } from "./parse-errors.ts";
import { renderFailure } from "./render-failure.ts";
import { createProcessTerminal, type Terminal } from "./terminal.ts";

/** What a command line is run with; everything has the process as its default. */
export interface CliOptions {
  /** Without the executable and the script. */
  readonly argv?: readonly string[];
  readonly terminal?: Terminal;
}

/**
 * Runs one command line of a plugin and resolves to the exit code: 0, or 1 for every kind of failure, as the official
 * plugins have it; `explain` has more. Commands, flags, streams and texts are theirs too.
 */
export async function runCommandLine(plugin: Plugin, options: CliOptions = {}): Promise<number> {
  const terminal = options.terminal ?? createProcessTerminal();
  const state = { code: 0 };
  const program = createProgram(plugin, terminal, state);
  try {
    await program.parseAsync(options.argv ?? process.argv.slice(2), { from: "user" });
    return state.code;
  } catch (thrown) {
    // The parser has printed its own errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 1;
    terminal.err(renderFailure(plugin, thrown));
    return 1;
  }
}

/** The whole of an app's `main.ts`: runs the command line of this process and ends it with the right code. */
export async function runCli(plugin: Plugin): Promise<void> {
  // Not left to the event loop: an idle keep-alive connection would hold a stopped plugin.
  process.exit(await runCommandLine(plugin));
}

/** `teleport-x v1.2.3 git:abcdef node24.21.0`, the shape of the official line. */
export function renderVersion(plugin: Plugin): string {
  const gitRef = readGitRef();
  const parts = [plugin.name, `v${plugin.version}`, gitRef && `git:${gitRef}`, `node${process.versions.node}`];
  return parts.filter((part) => part).join(" ");
}

interface CliState {
  code: number;
}

function createProgram(plugin: Plugin, terminal: Terminal, state: CliState): Command {
  const program = new Command(plugin.name)
    .description(plugin.description)
    .usage("[<flags>] <command> [<args> ...]")
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(`${plugin.name}: error: ${translateParseError(text)}, try --help\n`),
    })
    .helpCommand("help [command]", "Show help.");
  const own = plugin.commands.map((command) => command.name);
  if (!own.includes("configure")) addConfigure(program, plugin, terminal);
  program
    .command("version")
    .description(`Prints ${plugin.name} version and exits.`)
    .action(() => terminal.out(`${renderVersion(plugin)}\n`));
  addStart(program, plugin, terminal, state);
  addExplain(program, plugin, terminal, state);
  for (const command of plugin.commands) addOwnCommand(program, plugin, command, terminal, state);
  return program;
}

function addConfigure(program: Command, plugin: Plugin, terminal: Terminal): void {
  program
    .command("configure")
    .description("Prints an example .TOML configuration file.")
    .action(() => terminal.out(plugin.exampleToml()));
}

function addStart(program: Command, plugin: Plugin, terminal: Terminal, state: CliState): void {
  const command = program.command("start").description(`Starts ${plugin.title}.`);
  addConfigFlags(command, plugin).action(async (flags: ConfigFlags) => {
    // Loaded only when needed: the other commands answer at once.
    const { runPlugin } = await import("./run-plugin.ts");
    state.code = await runPlugin({ plugin, terminal, configPath: flags.config, debug: flags.debug });
  });
}

function addExplain(program: Command, plugin: Plugin, terminal: Terminal, state: CliState): void {
  const command = program
    .command("explain")
    .description("Tells who is told of an Access Request, and why. Changes nothing.")
    .argument("[request-id]", "Id of the Access Request")
    .option(
      "-f, --file <path>",
      "The request as `tctl get access_request/<id> --format=json` prints it: nobody is asked",
    )
    .option(
      "--rules <path>",
      "The rules that go with --file, as `tctl get access_monitoring_rules --format=json` prints them",
    )
    .option("--offline", "Ask Teleport only, not the chat platform", false)
    .option("--json", "Print JSON", false);
  addConfigFlags(command, plugin).action(async (id: string | undefined, flags: ExplainFlags) => {
    const { runExplain } = await import("./explain/run-explain.ts");
    const { config: configPath, debug, ...wish } = flags;
    state.code = await runExplain(
      { plugin, terminal, configPath, debug },
      { ...wish, ...(id === undefined ? {} : { id }) },
    );
  });
}

interface ExplainFlags extends ConfigFlags {
  readonly file?: string;
  readonly rules?: string;
  readonly offline: boolean;
  readonly json: boolean;
}

function addOwnCommand(
  program: Command,
  plugin: Plugin,
  info: PluginCommandInfo,
  terminal: Terminal,
  state: CliState,
): void {
  const command = program.command(info.name).description(info.description);
  for (const { name, description } of info.args ?? []) command.argument(`<${name}>`, description);
  for (const { name, short, kind, required, description } of info.flags ?? []) {
    const flag = `${short === undefined ? "" : `-${short}, `}--${name}${kind === "value" ? ` <${name}>` : ""}`;
    if (required === true) command.requiredOption(flag, description);
    else command.option(flag, description);
  }
  if (info.run === undefined) addConfigFlags(command, plugin);
  command.action(async (...received: unknown[]) => {
    const input = toInput(info, command, received, terminal);
    state.code = await runOwnCommand(plugin, info, input, command.opts<ConfigFlags>(), terminal);
  });
}

async function runOwnCommand(
  plugin: Plugin,
  info: PluginCommandInfo,
  input: CommandInput,
  flags: ConfigFlags,
  terminal: Terminal,
): Promise<number> {
  if (info.run !== undefined) return info.run(input);
  const { runPluginCommand } = await import("./run-command.ts");
  return runPluginCommand({ plugin, terminal, configPath: flags.config, debug: flags.debug }, info.name, input);
}

interface ConfigFlags {
  readonly config: string;
  readonly debug: boolean;
}

function addConfigFlags(command: Command, plugin: Plugin): Command {
  return command
    .option("-c, --config <path>", "TOML config file path", plugin.defaultConfigPath)
    .option("-d, --debug", "Enable verbose logging to stderr", false)
    .option("--no-debug", "The opposite of --debug");
}

function toInput(
  info: PluginCommandInfo,
  command: Command,
  received: readonly unknown[],
  terminal: Terminal,
): CommandInput {
  const args = (info.args ?? []).map(({ name }, index) => [name, String(received[index])] as const);
  const values = command.opts<Record<string, unknown>>();
  const flags = (info.flags ?? []).flatMap(({ name }) => {
    const value = values[toOptionKey(name)];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    args: Object.fromEntries(args),
    flags: Object.fromEntries(flags),
    print: (line) => terminal.out(`${line}\n`),
    warn: (line) => terminal.err(`${line}\n`),
  };
}

/** How the parser names the option of a flag. */
function toOptionKey(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
