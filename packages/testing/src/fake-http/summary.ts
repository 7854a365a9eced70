import type { CallRecord } from "./call-journal.ts";

/** How many calls of each method ended how: what a bench asks again and again. */
export function summarizeCalls(calls: readonly CallRecord[]): Record<string, Record<string, number>> {
  const outcomes: Record<string, Record<string, number>> = {};
  for (const call of calls) {
    const outcome = call.outcome ?? (call.abandoned ? "abandoned" : "open");
    const counts = outcomes[call.method] ?? {};
    outcomes[call.method] = { ...counts, [outcome]: (counts[outcome] ?? 0) + 1 };
  }
  return outcomes;
}
