import type { ChaosReport } from "./run-chaos.ts";

/** Whether every promise was kept. */
export function isGood({ verdict, broken }: ChaosReport): boolean {
  return verdict.failures.length === 0 && broken.length === 0;
}

/** The report as lines for a terminal: one that says it all, and the journals of what went wrong. */
export function renderReport(app: string, report: ChaosReport): readonly string[] {
  const { options, verdict, struck } = report;
  const minutes = (options.durationMs / 60_000).toFixed(1);
  const strikes = Object.entries(struck).map(([kind, times]) => `${kind} ${times}`);
  const total = Object.values(struck).reduce((sum, times) => sum + times, 0);
  const settled = report.settled.map(({ ms }) => (ms / 1_000).toFixed(1)).join(" s and ");
  const count = (kind: string) => verdict.failures.filter((failure) => failure.kind === kind).length;
  return [
    `${isGood(report) ? "ok    " : "FAILED"} ${app}: seed ${options.seed}, ${minutes} min, ${options.replicas} replicas`,
    `       ${report.requests} requests, ${report.messages} messages, ${total} faults (${strikes.join(", ")})`,
    `       ${count("lost")} lost, ${count("stale")} stale, ${verdict.duplicates} duplicates where ${verdict.excuses} were excused; true after ${settled} s`,
    ...report.broken.map((text) => `       ${text}`),
    ...verdict.failures.map(({ kind, request, text }) => `       ${kind}: ${request}: ${text}`),
    ...[...report.journals].flatMap(([id, lines]) => ["", `journal of ${id}, seed ${options.seed}:`, ...lines]),
  ];
}
