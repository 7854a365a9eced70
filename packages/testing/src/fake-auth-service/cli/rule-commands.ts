import { AccessMonitoringRulesService } from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { InvalidArgumentError } from "commander";
import { toRuleMessage } from "../cluster/monitoring-rule-store.ts";
import type { Session } from "./session.ts";

export interface RuleFlags {
  readonly plugin: string;
  readonly recipients: readonly string[];
  readonly condition: string;
  readonly schedule?: string;
}

export async function createRule(session: Session, name: string, flags: RuleFlags): Promise<undefined> {
  const notification = { name: flags.plugin, recipients: flags.recipients };
  const schedules = flags.schedule === undefined ? {} : { schedules: { schedule: toSchedule(flags.schedule) } };
  const rule = toRuleMessage({ name, condition: flags.condition, notification, ...schedules });
  await session.call(AccessMonitoringRulesService.method.createAccessMonitoringRule, { rule });
}

function toSchedule(text: string) {
  const [, timezone, weekday, start, end] = /^(\S+) (\S+) (\S+)-(\S+)$/u.exec(text) ?? [];
  if (timezone === undefined || weekday === undefined || start === undefined || end === undefined) {
    throw new InvalidArgumentError(`${text} is no schedule: write "ZONE DAY HH:MM-HH:MM".`);
  }
  return { timezone, shifts: [{ weekday, start, end }] };
}

export async function deleteRule(session: Session, name: string): Promise<undefined> {
  await session.call(AccessMonitoringRulesService.method.deleteAccessMonitoringRule, { name });
}

/** One line each: name, plugin, recipients, condition. */
export async function listRules(session: Session): Promise<string> {
  const { rules } = await session.call(AccessMonitoringRulesService.method.listAccessMonitoringRules, {});
  return rules
    .map(({ metadata, spec }) =>
      [metadata?.name, spec?.notification?.name, spec?.notification?.recipients.join(","), spec?.condition].join("\t"),
    )
    .join("\n");
}
