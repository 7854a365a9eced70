import { createExplainer, type Explanation, explainGiven, PluginError } from "@access-plugins/core";
import { createTeleportClient } from "@access-plugins/teleport-client";
import { type Composition, compose, type RunOptions, reportFaults } from "../compose.ts";
import { escapeControlsInLines } from "../control-characters.ts";
import { loadRoutes } from "../load-config.ts";
import { createRedactor, type Redactor } from "../redactor.ts";
import { renderFailure } from "../render-failure.ts";
import { listenForShutdown } from "../signals.ts";
import { renderExplanation } from "./render-explanation.ts";
import { readRequestFile } from "./request-file.ts";
import { readRulesFile } from "./rules-file.ts";

/** What `explain` was asked. */
export interface ExplainWish {
  readonly id?: string;
  /** A request in a file: neither Teleport nor the platform is asked. */
  readonly file?: string;
  /** The rules that go with the file. */
  readonly rules?: string;
  /** Do not ask the platform. */
  readonly offline: boolean;
  readonly json: boolean;
}

/** Exit codes beside those of every command. */
const exitCodes = { nobody: 2, unknownRequest: 3 } as const;

/**
 * Prints who is told of a request and why. Resolves to the exit code: 0 when somebody is told, 2 when nobody is, 3 for a
 * request that nobody knows, 1 for any other error. Writes nothing anywhere.
 */
export async function runExplain(options: RunOptions, wish: ExplainWish): Promise<number> {
  const { file, id, rules } = wish;
  if (file !== undefined) return finish(options, wish, createRedactor(), () => explainFile(options, wish, file));
  if (id === undefined || rules !== undefined) {
    return finish(options, wish, createRedactor(), () => Promise.reject(toUsageFault(options, wish)));
  }
  const parts = await compose(options, { output: "stderr", ...(options.debug ? {} : { severity: "warn" }) });
  if (parts === undefined) return 1;
  return finish(options, wish, parts.redactor, () => askTeleport(options, id, wish, parts));
}

function toUsageFault({ plugin }: RunOptions, { id }: ExplainWish): PluginError {
  if (id !== undefined) {
    return new PluginError("invalid_argument", "--rules goes with --file only.", {
      fix: "Leave it out: the rules of a request that Teleport knows are those of Teleport.",
    });
  }
  return new PluginError("invalid_argument", "No Access Request is named.", {
    fix: `Name its id: ${plugin.name} explain <request-id>. Or a file that holds it: --file request.json`,
  });
}

async function askTeleport(
  { plugin }: RunOptions,
  id: string,
  wish: ExplainWish,
  parts: Composition,
): Promise<Explanation> {
  const { config, clock, log, messenger } = parts;
  const shutdown = listenForShutdown({ ...parts, source: process, exit: process.exit });
  const teleport = createTeleportClient(config.teleport, { clock, log });
  const explainer = createExplainer({
    pluginName: plugin.pluginName,
    routes: config.routes,
    teleport,
    messenger,
    askPlatform: !wish.offline,
    clock,
  });
  try {
    return await explainer.explain(id, shutdown.signal);
  } finally {
    teleport.close();
    shutdown.dispose();
  }
}

/** Of the configuration only the routes are needed: no secret has to be there. */
async function explainFile(options: RunOptions, wish: ExplainWish, file: string): Promise<Explanation | undefined> {
  const { plugin, configPath } = options;
  const { routes, faults } = await loadRoutes(plugin, configPath);
  if (routes === undefined) {
    reportFaults(options, faults);
    return undefined;
  }
  const request = await readRequestFile(file, wish.id);
  const rules = wish.rules === undefined ? undefined : await readRulesFile(wish.rules);
  return explainGiven(request, rules, { pluginName: plugin.pluginName, routes });
}

async function finish(
  { plugin, terminal }: RunOptions,
  { json }: ExplainWish,
  redactor: Redactor,
  work: () => Promise<Explanation | undefined>,
): Promise<number> {
  try {
    const explanation = await work();
    if (explanation === undefined) return 1;
    const text = json
      ? escapeControlsInLines(`${JSON.stringify(explanation, null, 2)}\n`)
      : renderExplanation(explanation);
    terminal.out(redactor.redact(text));
    return explanation.told ? 0 : exitCodes.nobody;
  } catch (thrown) {
    terminal.err(redactor.redact(renderFailure(plugin, thrown)));
    return PluginError.from(thrown).code === "not_found" ? exitCodes.unknownRequest : 1;
  }
}
