import { abortable } from "../base/abortable.ts";
import type { Log } from "../base/log.ts";
import type { AccessMonitoringRule } from "../domain/access-monitoring-rule.ts";
import { type CompiledRule, compileRule, type RuleFault } from "./compiled-rule.ts";
import type { JudgedRule } from "./rule-router.ts";

/**
 * The Access Monitoring Rules meant for this plugin, kept current by the watch. Rules for other plugins or other kinds are
 * ignored. Each revision is compiled once; a broken one is logged once, with its name and the place of the fault.
 */
export interface MonitoringRules {
  /** A PUT event. A rule that no longer applies to this plugin is dropped. */
  put(rule: AccessMonitoringRule): void;
  /** A DELETE event. */
  delete(name: string): void;
  /**
   * Begins a listing. Call it after the watch's INIT and before the first page is asked for: what events say from then on
   * is newer than any page. A listing that was begun earlier and not completed is void from then on.
   */
  beginListing(): RuleListing;
  /** A watch began: what changed before it is not known until a listing is complete, and no request may be routed. */
  distrust(): void;
  /** The rules as they are known have to do, because they cannot be listed. */
  makeDo(): void;
  isKnown(): boolean;
  /** Resolves when the rules are known; throws `aborted` with the signal. */
  untilKnown(signal: AbortSignal): Promise<void>;
  /** The rules that apply, broken ones too, in the order of their names. */
  all(): readonly CompiledRule[];
  /** Logs what kept rules from being judged, each kind of fault once for each revision of a rule. */
  report(judged: readonly JudgedRule[], requestId: string): void;
}

/** One run through all pages. */
export interface RuleListing {
  add(page: readonly AccessMonitoringRule[]): void;
  /** All pages are there: rules on none of them are gone. Without pages this empties the cache. */
  complete(): void;
}

export interface MonitoringRulesOptions {
  /** Rules apply whose notification has exactly this name. */
  readonly pluginName: string;
  readonly log: Log;
}

interface Entry {
  /** What tells two versions apart. */
  readonly version: string;
  readonly rule: CompiledRule;
  /** Kinds of faults already logged. */
  readonly reported: Set<RuleFault["because"]>;
}

const subject = "access_request";

export function createMonitoringRules({ pluginName, log }: MonitoringRulesOptions): MonitoringRules {
  let entries: ReadonlyMap<string, Entry> = new Map();
  let sorted: readonly CompiledRule[] = [];
  let known: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  let current: object | undefined;
  /** Names that events were about since the current listing began. */
  const touched = new Set<string>();

  function replace(changed: ReadonlyMap<string, Entry>): void {
    entries = changed;
    sorted = [...changed.values()].map(({ rule }) => rule).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function trust(): void {
    known?.resolve();
    known = undefined;
  }

  function applies({ notification, subjects }: AccessMonitoringRule): boolean {
    return notification?.name === pluginName && subjects.includes(subject);
  }

  function toEntry(rule: AccessMonitoringRule): Entry {
    const version = rule.revision || JSON.stringify(rule);
    const before = entries.get(rule.name);
    if (before?.version === version) return before;
    const compiled = compileRule(rule);
    if (compiled.broken !== undefined) {
      const { name, revision, broken: reason } = compiled;
      log.warn("An Access Monitoring Rule is broken and never matches", { rule: name, revision, reason });
    }
    return { version, rule: compiled, reported: new Set(["broken"]) };
  }

  function merge(listed: ReadonlyMap<string, AccessMonitoringRule>): void {
    const newer = [...entries].filter(([name]) => touched.has(name));
    const older = [...listed.values()]
      .filter((rule) => !touched.has(rule.name))
      .map((rule) => [rule.name, toEntry(rule)] as const);
    replace(new Map([...newer, ...older]));
  }

  return {
    put(rule) {
      touched.add(rule.name);
      const others = [...entries].filter(([name]) => name !== rule.name);
      replace(new Map(applies(rule) ? [...others, [rule.name, toEntry(rule)]] : others));
    },
    delete(name) {
      touched.add(name);
      replace(new Map([...entries].filter(([each]) => each !== name)));
    },
    beginListing() {
      const listed = new Map<string, AccessMonitoringRule>();
      const listing: RuleListing = {
        add(page) {
          for (const rule of page) if (applies(rule)) listed.set(rule.name, rule);
        },
        complete() {
          if (current !== listing) return;
          current = undefined;
          merge(listed);
          trust();
        },
      };
      current = listing;
      touched.clear();
      return listing;
    },
    distrust() {
      // A listing that runs belongs to what was before.
      current = undefined;
      known ??= Promise.withResolvers<void>();
    },
    makeDo: trust,
    isKnown: () => known === undefined,
    async untilKnown(signal) {
      if (known !== undefined) await abortable(known.promise, signal);
    },
    all: () => sorted,
    report(judged, requestId) {
      for (const { rule, verdict } of judged) {
        if (verdict.outcome !== "failed") continue;
        const { because, reason } = verdict;
        const entry = entries.get(rule);
        if (entry === undefined || entry.reported.has(because)) continue;
        entry.reported.add(because);
        const { revision } = entry.rule;
        log.warn("An Access Monitoring Rule could not be judged and did not match", {
          rule,
          revision,
          request_id: requestId,
          reason,
        });
      }
    },
  };
}
