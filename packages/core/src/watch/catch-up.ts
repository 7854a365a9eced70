import { type Clock, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { MonitoringRules } from "../routing/monitoring-rules.ts";
import type { PluginData, TeleportClient } from "../teleport.ts";
import { findListProblem } from "./list-permission.ts";
import type { RequestIndex } from "./request-index.ts";

/** Finds what was missed while nobody watched, and marks it. */
export interface CatchUp {
  /**
   * After an INIT, or for a sweep: lists all requests and marks those that differ. The first time, and then not more
   * often than every 30 minutes, it also reads all our entries in one call. Returns what keeps the result from being
   * complete, as a sentence.
   */
  run(stream: number, signal: AbortSignal): Promise<string | undefined>;
}

export interface CatchUpOptions {
  readonly teleport: TeleportClient;
  readonly pluginName: string;
  readonly index: RequestIndex;
  readonly rules: MonitoringRules;
  mark(id: string): void;
  readonly clock: Clock;
  readonly log: Log;
}

const fullJoinEveryMs = 30 * 60_000;
/** How long requests wait for rules that cannot be listed. */
const rulesPatienceMs = 60_000;
/** Between the two looks that prove a request to be gone. */
const secondLookMs = 10_000;

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { teleport, pluginName, index, rules, mark, clock, log } = options;
  let joinedAt: number | undefined;
  let rulesFailingSince: number | undefined;
  let rulesRefused = false;
  let warned = false;

  /**
   * What keeps absence from proving anything. A server that does not serve the question is nothing an operator can mend:
   * said once, it does not make us unready, but nothing is closed by absence.
   */
  async function askProof(signal: AbortSignal): Promise<{ readonly proves: boolean; readonly problem?: string }> {
    try {
      const problem = findListProblem(await teleport.getOwnRoles(signal));
      return problem === undefined ? { proves: true } : { proves: false, problem };
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (error.code !== "not_implemented") throw error;
      warnOnce(error);
      return { proves: false };
    }
  }

  function warnOnce(error: PluginError): void {
    const what =
      "Teleport does not tell which roles we hold: requests that end while we are disconnected cannot be noticed";
    if (!warned) log.warn(what, { reason: error.message });
    warned = true;
  }

  /** Before the requests: a request that is new to us is routed by the rules that hold now. Gives what is wrong. */
  async function listRules(signal: AbortSignal): Promise<string | undefined> {
    const listing = rules.beginListing();
    try {
      for await (const page of teleport.listAccessMonitoringRules(pluginName, signal)) listing.add(page);
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (error.code !== "forbidden") return makeDo(error);
      warnOfRules(error);
    }
    rulesFailingSince = undefined;
    listing.complete();
    return undefined;
  }

  /** A listing that fails on and on must not keep everybody from being told: the rules known so far have to do. */
  function makeDo(error: PluginError): string {
    const now = clock.monotonic();
    rulesFailingSince ??= now;
    if (error.code === "aborted" || now - rulesFailingSince < rulesPatienceMs) throw error;
    rules.makeDo();
    return `Access Monitoring Rules could not be listed, so those known so far decide: ${error.message}`;
  }

  function warnOfRules(error: PluginError): void {
    if (rulesRefused) return;
    rulesRefused = true;
    log.warn("Access Monitoring Rules are off: this plugin may not list them", {
      reason: error.message,
      fix: "Give its role the verbs list and read on access_monitoring_rule.",
    });
  }

  /** What `onChange` is not told of before the next page fails, no later listing would tell. */
  async function listAll(stream: number, signal: AbortSignal, onChange: (id: string) => void): Promise<Set<string>> {
    const seen = new Set<string>();
    for await (const page of teleport.listAccessRequests(signal)) {
      for (const request of page) {
        seen.add(request.id);
        if (index.list(request, stream)) onChange(request.id);
      }
    }
    return seen;
  }

  /** Another replica may have acted on what we did not see. */
  function readAgain(id: string): void {
    index.distrust(id);
    mark(id);
  }

  /** One call for all our entries; they are joined in memory, and only what differs gets a session that acts. */
  async function join(signal: AbortSignal): Promise<void> {
    const moment = index.moment();
    const data = await readAllEntries(signal);
    if (data === undefined) {
      for (const id of index.ids()) index.distrust(id);
    } else {
      for (const id of index.ids()) if (!data.has(id)) index.store(id, undefined, moment);
      for (const [id, entry] of data) index.store(id, entry, moment);
    }
    joinedAt = clock.monotonic();
    for (const id of index.ids()) mark(id);
  }

  /** Undefined when the answer is too large: then every request reads its own. */
  async function readAllEntries(signal: AbortSignal): Promise<ReadonlyMap<string, PluginData> | undefined> {
    try {
      return await teleport.getAllPluginData("access_request", pluginName, signal);
    } catch (thrown) {
      if (PluginError.from(thrown).code !== "too_large") throw thrown;
      log.warn(
        "All plugin data together is too large for one answer: reading it request by request. Requests that were deleted while this plugin was down cannot be found this way.",
      );
      return undefined;
    }
  }

  /** Gone needs proof: two looks some time apart, with the permission to see everything before and after. */
  async function proveVanished(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const first = await stillMissing(ids, signal);
    if (first.length === 0) return;
    await sleep(clock, secondLookMs, signal);
    const second = await stillMissing(first, signal);
    if (!(await askProof(signal)).proves) return;
    for (const id of second) {
      if (!index.has(id) || index.isGone(id)) continue;
      log.info("A request ended while nobody watched", { request_id: id });
      index.vanish(id);
      mark(id);
    }
  }

  async function stillMissing(ids: readonly string[], signal: AbortSignal): Promise<string[]> {
    const missing: string[] = [];
    for (const id of ids) {
      if ((await teleport.getAccessRequest(id, signal)) === undefined) missing.push(id);
    }
    return missing;
  }

  return {
    async run(stream, signal) {
      const rulesProblem = await listRules(signal);
      const { proves, problem } = await askProof(signal);
      const full = joinedAt === undefined || clock.monotonic() - joinedAt >= fullJoinEveryMs;
      // A full join marks everything by itself, and until it is done it is tried again.
      const seen = await listAll(stream, signal, full ? () => {} : readAgain);
      if (full) await join(signal);
      if (!proves) return problem;
      const vanished = [...index.expected()].filter((id) => !seen.has(id) && !index.touched(id, stream));
      void proveVanished(vanished, signal).catch((thrown: unknown) => {
        log.debug("Could not look again for requests that are no longer listed", {
          reason: PluginError.from(thrown).message,
        });
      });
      return rulesProblem;
    },
  };
}
