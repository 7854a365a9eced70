import { backoffMs, deliveryBackoff } from "./base/backoff.ts";
import { sleep, systemClock } from "./base/clock.ts";
import { silentLog } from "./base/log.ts";
import { silentMeter } from "./base/meter.ts";
import { PluginError } from "./base/plugin-error.ts";
import { systemRandom } from "./base/random.ts";
import { createRateLimiter } from "./base/rate-limiter.ts";
import { createEnricher } from "./enrich/enricher.ts";
import { createLookUps } from "./enrich/lookups.ts";
import type { Call } from "./messenger.ts";
import type { Notifier, NotifierOptions } from "./notifier.ts";
import { createAbilitySwitch } from "./reconcile/ability-switch.ts";
import { createClientGate } from "./reconcile/client-gate.ts";
import { createPluginDataStore } from "./reconcile/plugin-data-store.ts";
import { createReconciler } from "./reconcile/reconciler.ts";
import { leaseKey } from "./reconcile/record.ts";
import type { ClusterView } from "./reconcile/request-view.ts";
import { composeReminders } from "./reminders/compose-reminders.ts";
import { createMonitoringRules } from "./routing/monitoring-rules.ts";
import { createRecipientDirectory } from "./routing/recipient-directory.ts";
import { createRouter } from "./routing/router.ts";
import type { ClusterInfo } from "./teleport.ts";
import { createCatchUp } from "./watch/catch-up.ts";
import { createRequestIndex } from "./watch/request-index.ts";
import { checkServerVersion } from "./watch/server-version.ts";
import { createWatchLoop } from "./watch/watch-loop.ts";

/** Teleport calls in flight at once, served fairly by requester. */
const concurrentTeleportCalls = 64;
/** What is under way when we are stopped may take so long before it is cut. */
const shutdownGraceMs = 12_000;

/** Builds a notifier. Nothing happens before `run`. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { pluginName, teleport, messenger } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? silentLog;
  const meter = options.meter ?? silentMeter;
  const index = createRequestIndex(clock, (data) => data[leaseKey]);
  const started = Promise.withResolvers<void>();
  started.promise.catch(() => {});
  let cluster: ClusterView = { name: "" };
  let storeProblem: string | undefined;

  const gate = createClientGate(clock, log, retryAll);
  const directory = createRecipientDirectory({ messenger, clock });
  const lookUps = createLookUps({ teleport, clock, log });
  const switches = createAbilitySwitch(clock, log);
  const able = {
    reply: messenger.reply !== undefined,
    findPosted: messenger.findPosted !== undefined,
    react: messenger.react !== undefined && (options.statusReactions ?? true),
    notify: messenger.notify !== undefined && (options.notifyRequester ?? true),
  };
  const rules = createMonitoringRules({ pluginName, log });
  const router = createRouter({ rules, teleport, routes: options.routes, clock, log });
  const limiter = createRateLimiter({ clock, concurrency: concurrentTeleportCalls });
  const holder = random.token(9);
  const reconciler = createReconciler(index, {
    store: createPluginDataStore(teleport, pluginName, limiter),
    messenger,
    directory,
    gate,
    abilities: {
      all: () => ({
        ...able,
        react: able.react && switches.isOn("react"),
        notify: able.notify && switches.isOn("notify"),
      }),
      turnOff: switches.turnOff,
    },
    enricher: createEnricher(lookUps),
    clock,
    random,
    log,
    meter,
    holder,
    cluster: () => cluster,
    router,
    storeRefused(problem) {
      storeProblem = problem;
    },
  });
  const catchUp = createCatchUp({
    teleport,
    pluginName,
    index,
    rules,
    mark: reconciler.mark,
    clock,
    log,
  });
  const loop = createWatchLoop({
    teleport,
    index,
    catchUp,
    rules,
    mark: reconciler.mark,
    onReady() {
      const { ready } = status();
      if (ready) started.resolve();
    },
    failFast: options.failFast ?? false,
    clock,
    random,
    log,
    meter,
  });

  const reminders = composeReminders({
    enabled: options.accessListReminders ?? true,
    pluginName,
    teleport,
    messenger,
    directory,
    gate,
    limiter,
    holder,
    webUrl: () => cluster.webUrl,
    graceMs: shutdownGraceMs,
    clock,
    random,
    log,
    meter,
  });

  function retryAll(): void {
    reconciler.retryAll();
    reminders.runNow();
  }

  function status() {
    const problems = [...loop.problems(), ...[gate.problem(), storeProblem].filter((problem) => problem !== undefined)];
    return { ready: problems.length === 0, problems, openRequests: index.countOpen() };
  }

  /** At the start what may pass by itself is tried again, visibly; what cannot ends the start. */
  async function untilItWorks<T>(what: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await attempt();
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (!["unavailable", "timeout", "rate_limited"].includes(error.code)) throw error;
        const pause = error.retryAfterMs ?? 250 + backoffMs(tries, deliveryBackoff, random);
        log.warn(`${what} failed; trying again`, {
          code: error.code,
          reason: error.message,
          ...(error.fix === undefined ? {} : { fix: error.fix }),
          retry_in_ms: Math.round(pause),
        });
        await sleep(clock, pause, signal);
      }
    }
  }

  async function connect(signal: AbortSignal): Promise<void> {
    log.debug("Checking Teleport server version");
    const info = await untilItWorks("Connecting to Teleport", signal, () => teleport.ping(signal));
    if (options.minServerVersion !== undefined) checkServerVersion(info.serverVersion, options.minServerVersion);
    cluster = toClusterView(info);
    log.info("Connected to Teleport", { cluster: info.clusterName, version: info.serverVersion });
  }

  async function checkPlatform(signal: AbortSignal): Promise<void> {
    log.debug("Starting API health check");
    await untilItWorks("The health check of the chat platform", signal, () => runChecks(signal));
    log.debug("API health check finished ok");
  }

  async function runChecks(signal: AbortSignal): Promise<void> {
    const call: Call = { signal, lane: "", mayStart: () => true };
    const faults: { message: string; fix: string }[] = [];
    for await (const check of messenger.check(call)) {
      if (check.level === "error") faults.push({ message: check.message, fix: check.fix ?? "" });
      if (check.level === "warning") log.warn(check.message, { check: check.code, fix: check.fix });
      if (check.level === "ok") log.debug(check.message, { check: check.code });
    }
    if (faults.length === 0) return;
    throw new PluginError("unauthenticated", faults.map(({ message }) => message).join(" "), {
      operation: "check",
      fix: faults
        .map(({ fix }) => fix)
        .filter((fix) => fix !== "")
        .join(" "),
    });
  }

  return {
    async run(signal) {
      const ended = new AbortController();
      let reminding: Promise<void> | undefined;
      try {
        await connect(signal);
        await checkPlatform(signal);
        reminding = reminders.run(AbortSignal.any([signal, ended.signal]));
        await loop.run(signal);
      } catch (thrown) {
        started.reject(thrown);
        if (!signal.aborted) throw thrown;
      } finally {
        gate.stop();
        ended.abort();
        await Promise.all([reconciler.stop(shutdownGraceMs), reminding]);
        started.reject(new PluginError("aborted", "The notifier was stopped."));
      }
    },
    status,
    ready: () => started.promise,
    retryNow() {
      lookUps.forgetFailures();
      switches.reset();
      gate.open();
      retryAll();
    },
  };
}

/** The web UI has a page for each request only with advanced workflows, and only a cluster with a Proxy has a web UI. */
function toClusterView(info: ClusterInfo): ClusterView {
  if (!info.advancedAccessWorkflows || info.proxyPublicAddr === "") return { name: info.clusterName };
  const address = info.proxyPublicAddr.includes("://") ? info.proxyPublicAddr : `https://${info.proxyPublicAddr}`;
  return { name: info.clusterName, webUrl: address.replace(/\/+$/u, "").replace(/^(https:.*):443$/u, "$1") };
}
