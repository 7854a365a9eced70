import { PluginError, type RateLimiter } from "@access-plugins/core";

/**
 * A limiter that calls back when the platform refuses the credentials: every HTTP call of a messenger passes it, so
 * here a token that has just been replaced is noticed first.
 */
export function refreshOnRefusal(limiter: RateLimiter, onRefused: () => void): RateLimiter {
  return {
    ...limiter,
    async run(buckets, call, request) {
      try {
        return await limiter.run(buckets, call, request);
      } catch (thrown) {
        if (thrown instanceof PluginError && thrown.code === "unauthenticated") onRefused();
        throw thrown;
      }
    },
  };
}
