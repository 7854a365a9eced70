import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { PluginError } from "../base/plugin-error.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { Routes } from "../notifier.ts";
import { decideRouting } from "./decision.ts";
import { createFactFinder, type FactFinderOptions } from "./fact-finder.ts";
import { createLookUpPatience } from "./look-up-patience.ts";
import type { MonitoringRules } from "./monitoring-rules.ts";
import { type Routing, routeStatic, type StaticRouting } from "./recipient-router.ts";

/** Decides who is told of a new request. */
export interface Router {
  /**
   * The first tier that yields recipients. Waits until the rules are known; throws what keeps a look-up that a rule needs
   * from being answered just now, because a decision is frozen and must not rest on half of the facts. After a minute of
   * such failures the rules that need it do not match: somebody has to be told.
   */
  route(request: AccessRequest, signal: AbortSignal): Promise<Routing>;
  /** The static tier, for when the platform knows nobody of the rules' recipients. */
  routeStatic(request: AccessRequest): Routing;
}

export interface RouterOptions {
  readonly rules: MonitoringRules;
  readonly teleport: FactFinderOptions["teleport"];
  readonly routes: Routes;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a decision waits for a look-up that fails again and again. */
const patienceMs = 60_000;

export function createRouter({ rules, teleport, routes, clock, log }: RouterOptions): Router {
  const facts = createFactFinder({ teleport, log });
  const patience = createLookUpPatience(clock, patienceMs);

  function decideWithout(request: AccessRequest, error: PluginError): void {
    if (!patience.isOver(request.id)) throw error;
    log.warn("Teleport does not answer what a rule needs to know: deciding without it who is told", {
      request_id: request.id,
      code: error.code,
      reason: error.message,
    });
  }

  function warnOfReviewers(request: AccessRequest, { reviewers }: StaticRouting): void {
    for (const { reviewer, outcome } of reviewers) {
      if (outcome !== "invalid") continue;
      log.warn("Failed to notify a suggested reviewer with an invalid email address", {
        request_id: request.id,
        reviewer,
      });
    }
  }

  return {
    async route(request, signal) {
      await rules.untilKnown(signal);
      // The same rules for both steps: one that arrives in between may need facts that nobody looked up.
      const known = rules.all();
      const found = await facts.find(known, request, (error) => decideWithout(request, error), signal);
      const { routing, byRules, byRoles } = decideRouting(known, found, routes);
      patience.forget(request.id);
      rules.report(byRules.judged, request.id);
      if (routing === byRoles) warnOfReviewers(request, byRoles);
      else log.debug("Access Monitoring Rules chose the recipients", { request_id: request.id });
      return routing;
    },
    routeStatic(request) {
      const routing = routeStatic(request, routes);
      warnOfReviewers(request, routing);
      return routing;
    },
  };
}
