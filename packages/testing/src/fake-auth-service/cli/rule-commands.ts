import { AccessMonitoringRulesService } from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { toRuleMessage } from "../cluster/monitoring-rule-store.ts";
import type { Session } from "./session.ts";

export interface RuleFlags {
  readonly plugin: string;
  readonly recipients: readonly string[];
  readonly condition: string;
}

export async function createRule(session: Session, name: string, flags: RuleFlags): Promise<undefined> {
  const notification = { name: flags.plugin, recipients: flags.recipients };
  const rule = toRuleMessage({ name, condition: flags.condition, notification });
  await session.call(AccessMonitoringRulesService.method.createAccessMonitoringRule, { rule });
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
