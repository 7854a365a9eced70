import { randomUUID } from "node:crypto";
import {
  type AccessMonitoringRule,
  AccessMonitoringRuleSchema,
} from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { clone, create } from "@bufbuild/protobuf";
import { type EventFanout, toDeletion, toPutBytes } from "./event-fanout.ts";

const KIND = "access_monitoring_rule";

/** A rule as tests write it. */
export interface RuleSpec {
  readonly name: string;
  /** A predicate over `access_request` and `user`; stored as it is. */
  readonly condition: string;
  /** Default `["access_request"]`. */
  readonly subjects?: readonly string[];
  /** The plugin the rule is for, and whom it shall tell. */
  readonly notification?: { readonly name: string; readonly recipients: readonly string[] };
  readonly automaticReview?: { readonly integration: string; readonly decision: "APPROVED" | "DENIED" };
  /** By name; `timezone` is an IANA name, empty is UTC. */
  readonly schedules?: Readonly<
    Record<
      string,
      { readonly timezone?: string; readonly shifts: readonly { weekday: string; start: string; end: string }[] }
    >
  >;
}

/** All rules of the cluster. Writing assigns a new revision and tells the watches. */
export interface MonitoringRuleStore {
  get(name: string): AccessMonitoringRule | undefined;
  all(): Iterable<AccessMonitoringRule>;
  put(rule: AccessMonitoringRule): AccessMonitoringRule;
  /** Brings a rule of an earlier run back as it was; nobody is told. */
  restore(rule: AccessMonitoringRule): void;
  /** False when there is none. */
  delete(name: string): boolean;
}

export function createMonitoringRuleStore(fanout: EventFanout): MonitoringRuleStore {
  const rules = new Map<string, AccessMonitoringRule>();
  return {
    get: (name) => rules.get(name),
    all: () => rules.values(),
    restore: (rule) => void rules.set(rule.metadata?.name ?? "", rule),
    put(given) {
      const rule = clone(AccessMonitoringRuleSchema, given);
      const name = rule.metadata?.name ?? "";
      if (rule.metadata) rule.metadata.revision = randomUUID();
      rules.set(name, rule);
      const bytes = toPutBytes({ case: "AccessMonitoringRule", value: rule });
      fanout.publish({ kind: KIND, name, operation: "PUT", bytes });
      return rule;
    },
    delete(name) {
      if (!rules.delete(name)) return false;
      fanout.publish(toDeletion(KIND, "v1", name));
      return true;
    },
  };
}

/** The rule as the wire has it. */
export function toRuleMessage(rule: RuleSpec): AccessMonitoringRule {
  const schedules = Object.entries(rule.schedules ?? {}).map(([name, { timezone = "", shifts }]) => {
    const time = { timezone, shifts: shifts.map((shift) => ({ ...shift })) };
    return [name, { time }] as const;
  });
  return create(AccessMonitoringRuleSchema, {
    kind: KIND,
    version: "v1",
    metadata: { name: rule.name },
    spec: {
      subjects: [...(rule.subjects ?? ["access_request"])],
      condition: rule.condition,
      schedules: Object.fromEntries(schedules),
      ...(rule.notification
        ? { notification: { name: rule.notification.name, recipients: [...rule.notification.recipients] } }
        : {}),
      ...(rule.automaticReview ? { automaticReview: { ...rule.automaticReview }, desiredState: "reviewed" } : {}),
    },
  });
}
