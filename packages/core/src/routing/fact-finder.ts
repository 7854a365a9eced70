import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { TeleportClient } from "../teleport.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { ConditionFacts, LookedUp, Traits } from "./condition/environment.ts";
import type { ConditionData } from "./condition/variables.ts";
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
  readonly teleport: Pick<TeleportClient, "getUserTraits">;
  readonly log: Log;
}

const lasting: ReadonlySet<string> = new Set(["forbidden", "not_found", "not_implemented"]);

export function createFactFinder({ teleport, log }: FactFinderOptions): FactFinder {
  const refused = new Set<ConditionData>();

  /** Said once for each kind of data, however many requests it concerns. */
  function warnOnce(data: ConditionData): void {
    if (refused.has(data)) return;
    refused.add(data);
    const { message, fix } = refusals[data];
    log.warn(message, { fix });
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
      if (error.code === "forbidden") warnOnce(data);
      return { unavailable: error.message.replace(/\.$/u, "") };
    }
  }

  return {
    async find(rules, request, onFailure, signal) {
      const needed = findNeededData(rules, request);
      const findTraits = (): Promise<Traits> => teleport.getUserTraits(request.user, signal);
      return {
        request,
        ...(needed.has("traits") ? { traits: await lookUp("traits", findTraits, onFailure) } : {}),
      };
    },
  };
}

/** What a missing permission means, and what mends it. */
const refusals: Readonly<Record<ConditionData, { readonly message: string; readonly fix: string }>> = {
  traits: {
    message: "Missing permissions to read user.traits: rules about traits do not match",
    fix: "Give the plugin's role the verb read on user, as the preset role access-plugin has.",
  },
  labels: {
    message: "Missing permissions to read the labels of requested resources: rules about labels do not match",
    fix: "Give the plugin's role the verbs list and read on the kinds of resources that are requested (node, app_server, …) and preview_as_roles for reviewing them.",
  },
};
