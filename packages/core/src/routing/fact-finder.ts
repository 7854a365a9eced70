import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import { type AccessRequest, toResourceText } from "../domain/access-request.ts";
import type { TeleportClient } from "../teleport.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { ConditionFacts, Labels, LookedUp, Traits } from "./condition/environment.ts";
import { type ConditionData, dataNames } from "./condition/variables.ts";
import { findNeededData } from "./rule-router.ts";

/** Looks up what conditions are about beyond the request itself. */
export interface FactFinder {
  /**
   * What these rules need to know of this request, and nothing else. An answer that will be the same next time (no
   * permission, no such user) makes the data unavailable; of any other failure `onFailure` decides, by throwing or not.
   */
  find(
    rules: readonly CompiledRule[],
    request: AccessRequest,
    onFailure: (error: PluginError) => void,
    signal: AbortSignal,
  ): Promise<ConditionFacts>;
}

export interface FactFinderOptions {
  readonly teleport: Pick<TeleportClient, "getUserTraits" | "findResources">;
  readonly log: Log;
}

const lasting: ReadonlySet<string> = new Set(["forbidden", "not_found", "not_implemented"]);

export function createFactFinder({ teleport, log }: FactFinderOptions): FactFinder {
  const refusals = new Set<string>();

  /** Said once for each permission that is missing, however many requests it concerns. */
  function warnOnce(data: ConditionData, { message, fix }: PluginError): void {
    const refusal = `${data}: ${message}`;
    if (refusals.has(refusal)) return;
    refusals.add(refusal);
    log.warn(`Missing permissions to read ${dataNames[data]}: rules that refer to them do not match`, {
      reason: message,
      fix,
    });
  }

  async function lookUp<T>(
    data: ConditionData,
    find: () => Promise<T>,
    onFailure: (error: PluginError) => void,
  ): Promise<LookedUp<T>> {
    try {
      return { value: await find() };
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (error.code === "aborted") throw error;
      if (!lasting.has(error.code)) onFailure(error);
      if (error.code === "forbidden") warnOnce(data, error);
      return { unavailable: error.message.replace(/\.$/u, "") };
    }
  }

  function findTraits({ user }: AccessRequest, signal: AbortSignal): Promise<Traits> {
    return teleport.getUserTraits(user, signal);
  }

  /** All or nothing: of a resource that is not shown nobody knows which labels it has. */
  async function findLabels({ resources }: AccessRequest, signal: AbortSignal): Promise<readonly Labels[]> {
    const found = await teleport.findResources(resources, signal);
    const labels = resources.map((id) => found.get(toResourceText(id))?.labels).filter((one) => one !== undefined);
    if (labels.length === resources.length) return labels;
    throw new PluginError(
      "not_found",
      `Teleport shows only ${labels.length} of ${resources.length} requested resources: the others are gone, of another ` +
        "cluster, of a kind that cannot be listed, or seen by no role that the plugin's role may preview",
    );
  }

  return {
    async find(rules, request, onFailure, signal) {
      const needed = findNeededData(rules, request);
      const [traits, labels] = await Promise.all([
        needed.has("traits") ? lookUp("traits", () => findTraits(request, signal), onFailure) : undefined,
        needed.has("labels") ? lookUp("labels", () => findLabels(request, signal), onFailure) : undefined,
      ]);
      return { request, ...(traits === undefined ? {} : { traits }), ...(labels === undefined ? {} : { labels }) };
    },
  };
}
