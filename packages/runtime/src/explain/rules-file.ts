import type { AccessMonitoringRule } from "@access-plugins/core";
import { z } from "zod";
import { listOf, optionalText, readResources } from "./json-file.ts";

const shift = z.object({ weekday: z.string(), start: z.string(), end: z.string() });
const schedule = z.object({ time: z.object({ timezone: optionalText, shifts: listOf(shift) }).nullish() });

/** Teleport's `access_monitoring_rule` v1 without what the Auth Service handles itself, by its names in JSON. */
const ruleSchema = z.object({
  metadata: z.object({ name: z.string().min(1), revision: optionalText }),
  spec: z.object({
    subjects: listOf(z.string()),
    condition: optionalText,
    notification: z.object({ name: optionalText, recipients: listOf(z.string()) }).nullish(),
    schedules: z.record(z.string(), schedule).nullish(),
  }),
});

/**
 * Reads rules from a file as `tctl get access_monitoring_rules --format=json` prints them: a list, or a single one. Throws
 * `invalid_argument`.
 */
export async function readRulesFile(path: string): Promise<readonly AccessMonitoringRule[]> {
  const madeBy = "tctl get access_monitoring_rules --format=json > rules.json";
  const rules = await readResources({ path, kind: "access_monitoring_rule", schema: ruleSchema, madeBy });
  return rules.map(toRule);
}

function toRule({ metadata, spec }: z.output<typeof ruleSchema>): AccessMonitoringRule {
  return {
    name: metadata.name,
    revision: metadata.revision,
    subjects: spec.subjects,
    condition: spec.condition,
    ...(spec.notification == null ? {} : { notification: spec.notification }),
    schedules: Object.entries(spec.schedules ?? {}).map(([name, { time }]) => ({
      name,
      timezone: time?.timezone ?? "",
      shifts: time?.shifts ?? [],
    })),
  };
}
