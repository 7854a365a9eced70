import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { Routes } from "../notifier.ts";
import type { TeleportClient } from "../teleport.ts";
import type { ConditionFacts, LookedUp, Traits } from "./condition/environment.ts";
import type { MonitoringRules } from "./monitoring-rules.ts";
import { type Routing, routeStatic } from "./recipient-router.ts";
import { findNeededData, routeByRules } from "./rule-router.ts";

/** Decides who is told of a new request. */
export interface Router {
  /**
   * The first tier that yields recipients. Waits until the rules are known; throws what keeps a look-up that a rule needs
   * from being answered just now, because a decision is frozen and must not rest on half of the facts.
   */
  route(request: AccessRequest, signal: AbortSignal): Promise<Routing>;
  /** The static tier, for when the platform knows nobody of the rules' recipients. */
  routeStatic(request: AccessRequest): Routing;
}

export interface RouterOptions {
  readonly rules: MonitoringRules;
  /** Resolves when the rules have been listed, or are known to be off. */
  rulesKnown(): Promise<void>;
  readonly teleport: Pick<TeleportClient, "getUserTraits">;
  readonly routes: Routes;
  readonly log: Log;
}

/** Waits as long as somebody wants the answer. */
function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(PluginError.from(signal.reason));
  return new Promise((resolve, reject) => {
    const stop = () => reject(PluginError.from(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Answers that will be the same next time: the rules that need the data do not match then, others do. */
const lasting: ReadonlySet<string> = new Set(["forbidden", "not_found", "not_implemented"]);

export function createRouter(options: RouterOptions): Router {
  const { rules, teleport, routes, log } = options;
  let traitsRefused = false;

  function fixed(request: AccessRequest): Routing {
    const routing = routeStatic(request, routes);
    for (const reviewer of routing.invalid) {
      log.warn("Failed to notify a suggested reviewer with an invalid email address", {
        request_id: request.id,
        reviewer,
      });
    }
    return routing;
  }

  async function findTraits(request: AccessRequest, signal: AbortSignal): Promise<LookedUp<Traits>> {
    try {
      return { value: await teleport.getUserTraits(request.user, signal) };
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (!lasting.has(error.code)) throw error;
      if (error.code === "forbidden" && !traitsRefused) {
        traitsRefused = true;
        log.warn("Missing permissions to read user.traits: rules about traits do not match", {
          fix: "Give the plugin's role the verb read on user, as the preset role access-plugin has.",
        });
      }
      return { unavailable: error.message };
    }
  }

  async function findFacts(request: AccessRequest, signal: AbortSignal): Promise<ConditionFacts> {
    const needed = findNeededData(rules.all(), request);
    return { request, ...(needed.has("traits") ? { traits: await findTraits(request, signal) } : {}) };
  }

  return {
    async route(request, signal) {
      await abortable(options.rulesKnown(), signal);
      if (rules.all().length === 0) return fixed(request);
      const routing = routeByRules(rules.all(), await findFacts(request, signal));
      rules.report(routing.failed, request.id);
      if (routing.recipients.length === 0) return fixed(request);
      log.debug("Access Monitoring Rules chose the recipients", {
        request_id: request.id,
        rules: routing.matched.map(({ rule }) => rule),
      });
      return { tier: "rules", recipients: routing.recipients, cut: 0, invalid: [] };
    },
    routeStatic: fixed,
  };
}
