import { PluginError } from "../base/plugin-error.ts";
import type { RateLimiter } from "../base/rate-limiter.ts";
import type { Call } from "../messenger.ts";
import type { PluginData, TeleportClient } from "../teleport.ts";
import { leaseKey, toChanges, toExpectations } from "./record.ts";

/** How a write ended. */
type Written =
  /** It stands. */
  | { readonly outcome: "written"; readonly data: PluginData }
  /** Somebody else was first: this is what stands there now. Nothing of ours was written. */
  | { readonly outcome: "changed"; readonly data: PluginData | undefined };

/** Our entry in the plugin data of Access Requests. Only compare-and-swap, never a blind write. */
export interface PluginDataStore {
  read(id: string, call: Call): Promise<PluginData | undefined>;
  /**
   * Replaces `before` by `next`. A refused expectation and an end that leaves the outcome open are no verdict: then it
   * reads, and the lease value that was to be written tells whether the write took place.
   */
  write(id: string, before: PluginData | undefined, next: PluginData, call: Call): Promise<Written>;
}

export function createPluginDataStore(
  teleport: TeleportClient,
  pluginName: string,
  limiter: RateLimiter,
): PluginDataStore {
  const addressOf = (resource: string) => ({ kind: "access_request" as const, resource, plugin: pluginName });

  function read(id: string, call: Call): Promise<PluginData | undefined> {
    return limiter.run([], call, () => teleport.getPluginData(addressOf(id), call.signal));
  }

  return {
    read,
    async write(id, before, next, call) {
      try {
        await limiter.run([], call, () =>
          teleport.updatePluginData(addressOf(id), toChanges(before, next), toExpectations(before), call.signal),
        );
        return { outcome: "written", data: merge(before, next) };
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (error.code !== "conflict" && !error.ambiguous) throw error;
        const data = await read(id, call);
        const ours = data?.[leaseKey] !== undefined && data[leaseKey] === next[leaseKey];
        return ours ? { outcome: "written", data } : { outcome: "changed", data };
      }
    },
  };
}

/** What stands in Teleport after the write: keys that no version of ours knows stay. */
function merge(before: PluginData | undefined, next: PluginData): PluginData {
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(toChanges(before, next))) {
    if (value === "") delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
