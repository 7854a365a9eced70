/**
 * An Access Monitoring Rule as notifiers see it: Teleport's `accessmonitoringrules.v1.AccessMonitoringRule` without what
 * the Auth Service handles itself (states, desired state, automatic review).
 */
export interface AccessMonitoringRule {
  /** Unique in the cluster. */
  readonly name: string;
  /** Changes with every write of the rule on the server; empty if the server sends none. */
  readonly revision: string;
  /** Kinds the rule is about. */
  readonly subjects: readonly string[];
  /** A predicate in the condition language, as written. */
  readonly condition: string;
  /** Absent for rules that only review. */
  readonly notification?: RuleNotification;
  /** When the rule applies, judged by the creation of the request: inside of any of them. Empty means always. */
  readonly schedules: readonly RuleSchedule[];
}

export interface RuleNotification {
  /** Name of the plugin that is to notify, exactly. */
  readonly name: string;
  /** Raw recipients, as the plugin's own configuration would have them. */
  readonly recipients: readonly string[];
}

/** One named schedule of a rule (Teleport 18.2.8 and later). */
export interface RuleSchedule {
  readonly name: string;
  /** IANA name; empty means UTC. */
  readonly timezone: string;
  readonly shifts: readonly Shift[];
}

export interface Shift {
  /** English name of the day. */
  readonly weekday: string;
  /** `HH:MM` on the 24-hour clock; the minute itself belongs to the shift. */
  readonly start: string;
  /** `HH:MM` on the 24-hour clock, later than `start` on the same day; the minute itself belongs to the shift. */
  readonly end: string;
}
