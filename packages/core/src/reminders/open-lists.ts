import type { Log } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { AccessList } from "../domain/access-list.ts";
import type { TeleportClient } from "../teleport.ts";
import { findWindowStart } from "./windows.ts";

/** An access list whose owners are to be reminded now. */
export interface OpenList {
  readonly list: AccessList & { readonly nextAudit: Date };
  readonly windowStart: Date;
  /** Users, those of nested lists among them. */
  readonly owners: readonly string[];
}

/** Finds what is to be reviewed. */
export interface OpenLists {
  /**
   * The lists that lie in a window now. None when the cluster has no access lists or does not let us see them: that is
   * said once, and once more when it is over. Throws what may pass by itself.
   */
  find(now: Date, signal: AbortSignal): Promise<readonly OpenList[]>;
}

export function createOpenLists(teleport: TeleportClient, log: Log): OpenLists {
  /** Why reminders are off, as it was said. */
  let off: PluginError["code"] | undefined;

  async function findAll(now: Date, signal: AbortSignal): Promise<readonly OpenList[]> {
    const open: OpenList[] = [];
    for await (const page of teleport.listAccessLists(signal)) {
      for (const list of page) {
        const windowStart = findWindowStart(list, now);
        const { nextAudit } = list;
        if (windowStart === undefined || nextAudit === undefined) continue;
        const owners = await findOwners(list, signal);
        if (owners.length > 0) open.push({ list: { ...list, nextAudit }, windowStart, owners });
      }
    }
    return open;
  }

  async function findOwners(list: AccessList, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await teleport.getAccessListOwners(list, signal);
    } catch (thrown) {
      // Deleted since it was listed.
      if (thrown instanceof PluginError && thrown.code === "not_found") return [];
      throw thrown;
    }
  }

  function turnOff(error: PluginError): void {
    if (off === error.code) return;
    off = error.code;
    if (error.code === "not_implemented") {
      log.info("This cluster has no access lists: nobody is reminded of their reviews");
      return;
    }
    log.warn("Reminders of access list reviews are off: the plugin's role may not list access lists", {
      code: error.code,
      reason: error.message,
      fix: "Add the rule access_list: [list, read] to the plugin's role, or switch the reminders off.",
    });
  }

  function turnOn(): void {
    if (off !== undefined) log.info("Reminders of access list reviews are on again");
    off = undefined;
  }

  return {
    async find(now, signal) {
      try {
        const open = await findAll(now, signal);
        turnOn();
        return open;
      } catch (thrown) {
        const error = PluginError.from(thrown);
        if (error.code !== "not_implemented" && error.code !== "forbidden") throw error;
        turnOff(error);
        return [];
      }
    },
  };
}
