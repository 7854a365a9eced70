/** The calls of Mattermost's REST API we make, as they are named in errors and logs. */
export type Operation =
  | "GET system/ping"
  | "GET config/client"
  | "GET users/me"
  | "GET users/{id}"
  | "GET users/email"
  | "GET teams/channels"
  | "GET channels/{id}"
  | "GET channels/members/me"
  | "GET channels/posts"
  | "GET posts/{id}"
  | "POST channels/direct"
  | "POST posts"
  | "PUT posts/patch"
  | "POST reactions"
  | "DELETE posts/reactions";

/** What changes something for readers; all others may be repeated at will. */
const effectful: ReadonlySet<Operation> = new Set([
  "POST posts",
  "PUT posts/patch",
  "POST reactions",
  "DELETE posts/reactions",
]);

/** Whether a call that failed without an answer may have changed something. */
export function hasEffect(operation: Operation): boolean {
  return effectful.has(operation);
}

/**
 * The one rate-limit bucket: Mattermost counts every call of one remote address (and, with `VaryByUser`, of one user)
 * together, whatever it is about. The limiter is off by default, and nothing is slowed down before it refuses.
 */
export const serverBucket = "server";
