import { type Log, PluginError, type RateLimiter } from "@access-plugins/core";
import type { SecretStore } from "./secret-store.ts";

/**
 * A limiter that has secrets read again when the platform refuses the credentials: every HTTP call of a messenger
 * passes it, so here a token that has just been replaced is noticed first.
 */
export function refreshOnRefusal(
  limiter: RateLimiter,
  secrets: Pick<SecretStore, "generation" | "refreshAfterRefusal">,
  log: Log,
): RateLimiter {
  return {
    ...limiter,
    async run(buckets, call, request) {
      let generation = secrets.generation;
      try {
        return await limiter.run(buckets, call, () => {
          generation = secrets.generation;
          return request();
        });
      } catch (thrown) {
        const isRefusal = thrown instanceof PluginError && thrown.code === "unauthenticated";
        if (isRefusal) void secrets.refreshAfterRefusal(generation, log);
        throw thrown;
      }
    },
  };
}
