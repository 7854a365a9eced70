import type { ChaosReport } from "./run-chaos.ts";
import type { Recovery } from "./turns.ts";

/** What is promised of a process that loses Teleport: when it notices, and how soon it is ready after that. */
const noticedWithinMs = 30_000;
const readyWithinMs = 10_000;

/** Whether every promise was kept. */
export function isGood({ verdict, broken }: ChaosReport): boolean {
  return verdict.failures.length === 0 && broken.length === 0;
}

/** Whether every fault in turn was noticed and recovered from as soon as is promised. */
export function isTimely({ recoveries }: Pick<ChaosReport, "recoveries">): boolean {
  return recoveries.every(({ noticedMs, readyMs }) => noticedMs <= noticedWithinMs && readyMs <= readyWithinMs);
}

/** The report as lines for a terminal: one that says it all, and the journals of what went wrong. */
export function renderReport(app: string, report: ChaosReport): readonly string[] {
  const { options, verdict, struck } = report;
  const minutes = (report.wentWrongMs / 60_000).toFixed(1);
  const strikes = Object.entries(struck).map(([kind, times]) => `${kind} ${times}`);
  const total = Object.values(struck).reduce((sum, times) => sum + times, 0);
  const settled = report.settled.map(({ ms }) => (ms / 1_000).toFixed(1)).join(" s and ");
  const count = (kind: string) => verdict.failures.filter((failure) => failure.kind === kind).length;
  return [
    `${isGood(report) && isTimely(report) ? "ok    " : "FAILED"} ${app}: seed ${options.seed}, ${minutes} min, ${options.replicas} replicas`,
    `       ${report.requests} requests, ${report.messages} messages, ${total} faults (${strikes.join(", ")})`,
    `       ${count("lost")} lost, ${count("stale")} stale, ${verdict.duplicates} duplicates where ${verdict.excuses} were excused; true after ${settled} s`,
    ...renderRecoveries(report.recoveries),
    ...report.broken.map((text) => `       ${text}`),
    ...verdict.failures.map(({ kind, request, text }) => `       ${kind}: ${request}: ${text}`),
    ...[...report.journals].flatMap(([id, lines]) => ["", `journal of ${id}, seed ${options.seed}:`, ...lines]),
  ];
}

/** One line for each kind: the middle and the worst. */
function renderRecoveries(recoveries: readonly Recovery[]): string[] {
  return [...Map.groupBy(recoveries, ({ fault }) => fault)].map(([fault, all]) => {
    const noticed = renderSpread(all.map(({ noticedMs }) => noticedMs));
    const ready = renderSpread(all.map(({ readyMs }) => readyMs));
    return `       ${fault}, ${all.length} times: noticed after ${noticed}, ready again after another ${ready}`;
  });
}

function renderSpread(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const seconds = (at: number) => ((sorted[at] ?? 0) / 1_000).toFixed(2);
  return `${seconds(Math.floor(sorted.length / 2))} s (worst ${seconds(sorted.length - 1)} s)`;
}
