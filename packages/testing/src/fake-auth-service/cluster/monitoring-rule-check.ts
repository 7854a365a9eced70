import type {
  AccessMonitoringRule,
  AccessMonitoringRuleSpec,
  TimeSchedule,
} from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { badParameter } from "../grpc/status-error.ts";
import { parseExpression } from "../predicates/expression.ts";

const WEEKDAY = /^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?$/i;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/**
 * Refuses what a server refuses to store. `strict` (18): the condition must parse; only its syntax is checked here, not
 * its names and types. Otherwise (15) it must not be empty, and a notification is needed.
 */
export function checkRule({ kind, version, metadata, spec }: AccessMonitoringRule, strict: boolean): void {
  if (kind !== "access_monitoring_rule") throw badParameter(`invalid kind for access monitoring rule: ${kind}`);
  if (version !== "v1") throw badParameter(`only supports version "v1", got "${version}"`);
  if (!metadata?.name) throw badParameter("accessMonitoringRule metadata name is missing");
  if (!spec) throw badParameter("accessMonitoringRule spec is missing");
  if (spec.subjects.length === 0) throw badParameter("accessMonitoringRule subject is missing");
  if (spec.condition === "") throw badParameter("accessMonitoringRule condition is missing");
  if (strict) checkCondition(spec.condition);
  checkActions(spec, strict);
  for (const [name, { time }] of Object.entries(spec.schedules)) checkSchedule(name, time);
}

function checkCondition(condition: string): void {
  try {
    parseExpression(condition);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badParameter(`accessMonitoringRule condition is invalid: ${reason}`);
  }
}

function checkActions(spec: AccessMonitoringRuleSpec, strict: boolean): void {
  const { notification, automaticReview, desiredState } = spec;
  if (desiredState !== "" && desiredState !== "reviewed") {
    throw badParameter(`accessMonitoringRule desired_state ${JSON.stringify(desiredState)} is not supported`);
  }
  const review = strict ? automaticReview : undefined;
  if (!notification && !review) throw badParameter("one of notification or automatic_review must be configured");
  if (notification?.name === "") throw badParameter("accessMonitoringRule notification plugin name is missing");
  if (!review) return;
  if (review.integration === "") throw badParameter("accessMonitoringRule automatic_review integration is missing");
  if (review.decision !== "APPROVED" && review.decision !== "DENIED") {
    throw badParameter(
      `accessMonitoringRule automatic_review decision ${JSON.stringify(review.decision)} is not supported`,
    );
  }
}

function checkSchedule(name: string, time: TimeSchedule | undefined): void {
  if (!time || time.shifts.length === 0)
    throw badParameter(`schedule ${JSON.stringify(name)} needs at least one shift`);
  for (const { weekday, start, end } of time.shifts) {
    if (!WEEKDAY.test(weekday)) throw badParameter(`schedule ${JSON.stringify(name)}: invalid weekday ${weekday}`);
    if (!CLOCK.test(start) || !CLOCK.test(end)) throw badParameter(`schedule ${JSON.stringify(name)}: times are HH:MM`);
    if (start >= end) throw badParameter(`schedule ${JSON.stringify(name)}: start time must be before end time`);
  }
}
