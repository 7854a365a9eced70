import { describe, expect, it } from "vitest";
import { runChaos } from "./testing/chaos-run.ts";

const places = ["a", "b", "c"];

describe("seeded chaos: after the faults everything comes true", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const replicas = 1 + (seed % 3);
    const withSearch = seed % 2 === 0;
    it(`seed ${seed}, ${replicas} replicas, ${withSearch ? "a platform with a search" : "a platform without"}`, async () => {
      const report = await runChaos({ seed, requests: 25, places, replicas, withSearch, odds: 0.12 });
      const context = report.journal.join("\n");
      expect(report.ended, context).toEqual([]);
      expect(report.lost, context).toEqual([]);
      expect(report.stale, context).toEqual([]);
      expect(report.untold, context).toEqual([]);
      expect(report.falseSigns, context).toEqual([]);
      expect(report.duplicates).toBeLessThanOrEqual(withSearch ? 0 : report.ambiguous);
    }, 60_000);
  }
});
