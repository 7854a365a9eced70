/**
 * Names of the rate-limit buckets. Microsoft counts per app and tenant
 * (https://learn.microsoft.com/graph/throttling-limits, https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit):
 * Graph by kind of call (30 a second, 60 for channels), and 1 a second for what belongs to one chat; the connector
 * 30 a second in all and 7 a second for each conversation. A 429 does not say which of them is full: it is blamed on the
 * narrowest, the last of a list, so that one busy conversation never delays the others.
 */
export type Operation =
  | "token"
  | "graph.getUser"
  | "graph.getApp"
  | "graph.getInstalledApps"
  | "graph.getTeamApps"
  | "graph.getChat"
  | "graph.installApp"
  | "graph.uninstallApp"
  | "graph.batch"
  | "connector.post"
  | "connector.edit";

/** Buckets of a call that is counted by its kind alone. */
export function operationBuckets(operation: Operation): readonly string[] {
  return [operation];
}

/** Buckets of a call about one person, team or chat. */
export function objectBuckets(operation: Operation, id: string): readonly string[] {
  return [operation, `${operation}:${id}`];
}

/** Buckets of a message: posts and edits of one conversation are counted together. */
export function conversationBuckets(conversation: string): readonly string[] {
  return ["connector", `connector:${conversation}`];
}
