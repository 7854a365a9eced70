import { type Clock, createRateLimiter, type Log, type Messenger, systemClock } from "@access-plugins/core";
import { trustCertificates } from "./certificate-trust.ts";
import type { MessengerDeps, Plugin } from "./define-plugin.ts";
import { countFaults, type Fault, renderFaults } from "./fault.ts";
import { type LoadedConfig, loadConfig } from "./load-config.ts";
import type { LogSettings } from "./log-settings.ts";
import { type LogSink, openLogSink } from "./log-sink.ts";
import { createLogger } from "./logger.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import { refreshOnRefusal } from "./refresh-on-refusal.ts";
import type { Terminal } from "./terminal.ts";

/** How a command that needs the configuration is run. */
export interface RunOptions {
  readonly plugin: Plugin;
  readonly terminal: Terminal;
  readonly configPath: string;
  /** Log everything, with stacks. */
  readonly debug: boolean;
}

/** The parts every such command is made of. */
export interface Composition {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly sink: LogSink;
  readonly redactor: Redactor;
  readonly deps: MessengerDeps;
  readonly messenger: Messenger;
}

/**
 * Loads the configuration and builds the parts. Undefined when the configuration has errors: all of them have been
 * printed then. `logging` takes the place of what the configuration says: a command must not empty the log file of the
 * plugin that runs beside it.
 */
export async function compose(
  options: RunOptions,
  logging: Partial<LogSettings> = {},
): Promise<Composition | undefined> {
  const { plugin, configPath, debug } = options;
  const redactor = createRedactor();
  const { config, faults } = await loadConfig(plugin, configPath, redactor);
  if (config === undefined) {
    reportFaults(options, faults, redactor);
    return undefined;
  }
  trustCertificates(config.environment.certificates);
  const settings = { ...config.log, ...logging };
  const sink = openLogSink(settings.output);
  const log = createLogger({ ...settings, debug, sink, redactor });
  for (const fault of faults) logWarning(log, configPath, fault);
  const clock = systemClock;
  const limiter = refreshOnRefusal(createRateLimiter({ clock }), config.secrets, log);
  const { proxy } = config.environment;
  for (const url of [proxy.http, proxy.https])
    redactor.add(url === "" ? "" : decodeURIComponent(new URL(url).password));
  const deps = { log, clock, limiter, proxy, secret: config.secrets.reader };
  return { config, clock, log, sink, redactor, deps, messenger: config.platform.createMessenger(deps) };
}

/** Prints everything that is wrong with the configuration. */
export function reportFaults(
  { terminal, configPath }: RunOptions,
  faults: readonly Fault[],
  redactor: Redactor = createRedactor(),
): void {
  const text = renderFaults(configPath || "--config", faults);
  const end = `Terminating with fatal error: ${countFaults(faults)} in the configuration`;
  terminal.err(redactor.redact(`${text}\n${end}\n`));
}

function logWarning(log: Log, path: string, { message, fix, position }: Fault): void {
  const place = position === undefined ? path : `${path}:${position.line}:${position.column}`;
  log.warn(message, { place, fix });
}
