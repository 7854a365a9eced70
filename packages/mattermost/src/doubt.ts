import { type Call, type ErrorCode, PluginError } from "@access-plugins/core";
import type { MattermostClient } from "./client.ts";
import { unhealthy } from "./errors.ts";
import { pingAnswer } from "./wire.ts";

/** Verdicts that would stop a message, a recipient or everything for long. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  "unauthenticated",
  "forbidden",
  "recipient_unknown",
  "recipient_forbidden",
  "message_not_found",
]);

/**
 * Runs `work` and believes a lasting refusal only when it comes again after the server has called itself healthy: a
 * Mattermost without its database answers 401, 403 and 404 to valid calls. `work` must be harmless to repeat after a
 * refusal.
 */
export async function believed<T>(client: MattermostClient, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isDoubtful(thrown)) throw thrown;
    await assertHealthy(client, call);
    return work();
  }
}

/** Throws `unavailable` while the server has no database, and what the call itself throws. */
export async function assertHealthy(client: MattermostClient, call: Call): Promise<void> {
  const operation = "GET system/ping";
  const { database_status } = await client.call({ operation, send: (api) => api.ping(true), answer: pingAnswer }, call);
  // The official client asks for status 200 in any case (`use_rest_semantics`); without it a sick server answers 500.
  if (database_status === "UNHEALTHY") throw unhealthy(operation);
}

/** Only what a server said can be a lie: an error without an operation is our own finding. */
function isDoubtful(thrown: unknown): boolean {
  return thrown instanceof PluginError && thrown.operation !== undefined && lasting.has(thrown.code);
}
