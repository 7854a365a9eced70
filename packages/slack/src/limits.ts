/**
 * Names of the rate-limit buckets Slack keeps for us (https://docs.slack.dev/apis/web-api/rate-limits): one per method
 * and workspace, and for posting one per channel of about one message a second. A 429 does not say which one is full:
 * it is blamed on the narrowest, the last of a list, so that one busy channel never delays the others.
 */
export type Method =
  | "auth.test"
  | "users.lookupByEmail"
  | "users.info"
  | "chat.postMessage"
  | "chat.update"
  | "reactions.add"
  | "reactions.remove";

/** The buckets of a call that is counted by its method alone. */
export function methodBuckets(method: Method): readonly string[] {
  return [method];
}

/** The buckets of a post or a reply to one channel. */
export function postBuckets(channel: string): readonly string[] {
  return ["chat.postMessage", `chat.postMessage:${channel}`];
}
