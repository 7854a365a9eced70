import { PluginError } from "../base/plugin-error.ts";
import type { RateLimiter } from "../base/rate-limiter.ts";
import type { Call } from "../messenger.ts";
import type { PluginData, PluginDataKind, TeleportClient } from "../teleport.ts";
import { leaseKey, toChanges, toExpectations } from "./record.ts";

/** How a write ended. */
type Written =
  /** It stands. */
  | { readonly outcome: "written"; readonly data: PluginData }
  /** Somebody else was first: this is what stands there now. Nothing of ours was written. */
  | { readonly outcome: "changed"; readonly data: PluginData | undefined };

/** How entries on one kind of resource are compared and changed. */
export interface EntryForm {
  readonly kind: PluginDataKind;
  /** The keys to write, "" for those that have to go. */
  toChanges(before: PluginData | undefined, next: PluginData): Record<string, string>;
  /** Every key the decision rests on, with the value it was read with. */
  toExpectations(before: PluginData | undefined): Record<string, string>;
}

/** Entries of Access Requests. */
const requestEntries: EntryForm = { kind: "access_request", toChanges, toExpectations };

/** Our entry in the plugin data of resources of one kind. Only compare-and-swap, never a blind write. */
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
  form: EntryForm = requestEntries,
): PluginDataStore {
  const addressOf = (resource: string) => ({ kind: form.kind, resource, plugin: pluginName });

  function read(id: string, call: Call): Promise<PluginData | undefined> {
    return limiter.run([], call, () => teleport.getPluginData(addressOf(id), call.signal));
  }

  return {
    read,
    async write(id, before, next, call) {
      const changes = form.toChanges(before, next);
      try {
        await limiter.run([], call, () =>
          teleport.updatePluginData(addressOf(id), changes, form.toExpectations(before), call.signal),
        );
        return { outcome: "written", data: merge(before, changes) };
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
function merge(before: PluginData | undefined, changes: PluginData): PluginData {
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (value === "") delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
