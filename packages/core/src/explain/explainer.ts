import type { Clock } from "../base/clock.ts";
import { openDeadline } from "../base/deadline.ts";
import { silentLog } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { Messenger, Recipient } from "../messenger.ts";
import type { Routes } from "../notifier.ts";
import { decodeRecord, type PluginRecord } from "../reconcile/record.ts";
import type { CompiledRule } from "../routing/compiled-rule.ts";
import type { ConditionFacts } from "../routing/condition/environment.ts";
import { type Decision, decideRouting } from "../routing/decision.ts";
import { createFactFinder } from "../routing/fact-finder.ts";
import { createMonitoringRules } from "../routing/monitoring-rules.ts";
import type { TeleportClient } from "../teleport.ts";
import { findListGap, type ListGap } from "../watch/list-permission.ts";
import { type ExplainInput, explain, toTiers } from "./explain.ts";
import type { Explanation, ExplanationNote } from "./explanation.ts";

/** Tells who is told of a request, and why, by the evaluation a notifier acts on. Reads only. */
export interface Explainer {
  /**
   * A request of the cluster. `not_found` for an id nobody knows and nothing is stored about; throws what keeps Teleport
   * from answering. What the role lacks beyond that is a note of the explanation.
   */
  explain(id: string, signal: AbortSignal): Promise<Explanation>;
}

export interface ExplainerOptions {
  readonly pluginName: string;
  readonly routes: Routes;
  readonly teleport: Pick<
    TeleportClient,
    | "ping"
    | "getAccessRequest"
    | "getPluginData"
    | "listAccessMonitoringRules"
    | "getUserTraits"
    | "findResources"
    | "getOwnRoles"
  >;
  readonly messenger: Pick<Messenger, "findRecipient" | "previewRecipient" | "stored">;
  /** Whether recipients are looked up on the platform. */
  readonly askPlatform: boolean;
  readonly clock: Clock;
}

/** One look-up on the platform may take so long. */
const lookUpMs = 10_000;

export function createExplainer(options: ExplainerOptions): Explainer {
  const { pluginName, routes, teleport, messenger, clock } = options;

  async function lookUp(raw: string, signal: AbortSignal): Promise<Recipient | PluginError> {
    const deadline = openDeadline(lookUpMs, signal, clock);
    const call = { signal: deadline.signal, lane: "explain", mayStart: () => true };
    try {
      return await (messenger.previewRecipient?.(raw, "any", call) ?? messenger.findRecipient(raw, "any", call));
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (signal.aborted) throw error;
      if (deadline.ended !== "deadline") return error;
      return new PluginError("timeout", "The platform did not answer in time.", { cause: thrown });
    } finally {
      deadline.close();
    }
  }

  async function ask(raws: readonly string[], answers: Answers, signal: AbortSignal): Promise<void> {
    if (!options.askPlatform) return;
    const missing = [...new Set(raws)].filter((raw) => raw !== "" && !answers.has(raw));
    await Promise.all(missing.map(async (raw) => answers.set(raw, await lookUp(raw, signal))));
  }

  /** First the tier that was chosen; the next one only if it would serve. */
  async function findAnswers(
    decision: Decision | undefined,
    record: PluginRecord | undefined,
    signal: AbortSignal,
  ): Promise<Answers> {
    const answers: Answers = new Map();
    const open = record?.kind === "known" ? record.own.deliveries.filter(({ state }) => state !== "sent") : [];
    await ask([...(decision?.routing.recipients ?? []), ...open.map(({ raw }) => raw)], answers, signal);
    if (decision === undefined) return answers;
    const next = toTiers(decision, answers).at(-1);
    await ask(next?.recipients ?? [], answers, signal);
    return answers;
  }

  async function finish(
    input: Omit<ExplainInput, "plugin" | "answers" | "stored">,
    signal: AbortSignal,
  ): Promise<Explanation> {
    const answers = await findAnswers(input.decision, input.record, signal);
    return explain({ ...input, plugin: pluginName, answers, stored: messenger.stored });
  }

  return {
    async explain(id, signal) {
      const notes: ExplanationNote[] = options.askPlatform ? [] : [platformNotAsked];
      const [request, record, listed] = await Promise.all([
        teleport.getAccessRequest(id, signal),
        readRecord(id, options, notes, signal),
        listRules(options, notes, signal),
      ]);
      if (request === undefined) {
        if (record?.kind !== "known") throw await toUnknown(id, teleport, signal);
        notes.push({ message: "The request itself is gone; this is what its plugin data still tells." });
        return finish({ id, record, notes }, signal);
      }
      const rules = compileRules(listed, pluginName);
      const facts = await createFactFinder({ teleport, log: silentLog }).find(rules, request, () => {}, signal);
      const decision = decideRouting(rules, facts, routes);
      return finish({ id, request, decision, notes, ...(record === undefined ? {} : { record }) }, signal);
    },
  };
}

/** The rules for this plugin. */
function compileRules(given: readonly AccessMonitoringRule[], pluginName: string): readonly CompiledRule[] {
  const rules = createMonitoringRules({ pluginName, log: silentLog });
  for (const rule of given) rules.put(rule);
  return rules.all();
}

/**
 * A request that is given, with the rules as far as they are known. Nobody is asked, so rules about data that only
 * Teleport knows do not match. Pure.
 */
export function explainGiven(
  request: AccessRequest,
  rules: readonly AccessMonitoringRule[] | undefined,
  { pluginName, routes }: Pick<ExplainerOptions, "pluginName" | "routes">,
): Explanation {
  const facts: ConditionFacts = { request, traits: offline, labels: offline };
  const decision = decideRouting(compileRules(rules ?? [], pluginName), facts, routes);
  const notes = [platformNotAsked, ...toGivenNotes(rules, pluginName)];
  return explain({ id: request.id, plugin: pluginName, request, decision, answers: new Map(), notes });
}

type Answers = Map<string, Recipient | PluginError>;

const platformNotAsked: ExplanationNote = {
  message: "The chat platform was not asked whether it knows the recipients.",
};

const offline = { unavailable: "Teleport is not asked when the request comes from a file" };

function toGivenNotes(rules: readonly AccessMonitoringRule[] | undefined, pluginName: string): ExplanationNote[] {
  if (rules === undefined) {
    return [
      {
        message: "Access Monitoring Rules are not known, so they are left out; those that match come before the roles.",
        fix: "Give them with --rules: tctl get access_monitoring_rules --format=json > rules.json",
      },
    ];
  }
  const others = rules.filter(({ notification }) => notification !== undefined && notification.name !== pluginName);
  return others.map(({ name, notification }) => ({
    message: `The rule "${name}" is meant for the plugin "${notification?.name}", not for "${pluginName}".`,
  }));
}

async function readRecord(
  id: string,
  { pluginName, teleport, messenger }: ExplainerOptions,
  notes: ExplanationNote[],
  signal: AbortSignal,
): Promise<PluginRecord | undefined> {
  const address = { kind: "access_request", resource: id, plugin: pluginName } as const;
  try {
    return decodeRecord(await teleport.getPluginData(address, signal), messenger.stored);
  } catch (thrown) {
    notes.push(toRefusal(thrown, "What was decided when the request was first seen is not known"));
    return undefined;
  }
}

async function listRules(
  { pluginName, teleport }: ExplainerOptions,
  notes: ExplanationNote[],
  signal: AbortSignal,
): Promise<readonly AccessMonitoringRule[]> {
  const rules: AccessMonitoringRule[] = [];
  try {
    for await (const page of teleport.listAccessMonitoringRules(pluginName, signal)) rules.push(...page);
  } catch (thrown) {
    notes.push(toRefusal(thrown, "Access Monitoring Rules are off, for the running plugin as well"));
    return [];
  }
  return rules;
}

/** A permission that is missing is told; anything else ends the explanation. */
function toRefusal(thrown: unknown, consequence: string): ExplanationNote {
  const error = PluginError.from(thrown);
  if (error.code !== "forbidden") throw error;
  const { message, fix } = error;
  return { message: `${consequence}: ${message}`, ...(fix === undefined ? {} : { fix }) };
}

/** Teleport shows an empty list to who may not list: only with the permission absence means anything. */
async function toUnknown(
  id: string,
  teleport: ExplainerOptions["teleport"],
  signal: AbortSignal,
): Promise<PluginError> {
  const [{ clusterName }, gap] = await Promise.all([teleport.ping(signal), findGap(teleport, signal)]);
  if (gap !== undefined) {
    const { message, fix } = gap;
    return new PluginError("forbidden", `Whether there is an Access Request ${id} is not shown to us. ${message}.`, {
      fix,
    });
  }
  return new PluginError("not_found", `The Teleport cluster ${clusterName} has no Access Request ${id}.`, {
    fix: "Check the id with `tctl requests ls`, and that this is the right cluster. Requests that have expired are gone.",
  });
}

/** Old servers do not tell which roles we hold: then nothing speaks against the answer they gave. */
async function findGap(teleport: ExplainerOptions["teleport"], signal: AbortSignal): Promise<ListGap | undefined> {
  try {
    return findListGap(await teleport.getOwnRoles(signal));
  } catch (thrown) {
    const error = PluginError.from(thrown);
    if (error.code !== "not_implemented") throw error;
    return undefined;
  }
}
