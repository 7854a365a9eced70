import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { PluginError } from "../base/plugin-error.ts";
import { blockedRetryMs } from "./failure-table.ts";

/** What a platform may refuse to our client while everything else works. */
type OptionalAbility = "react" | "notify";

/** Switches off what our client may not do, without holding up the rest. */
export interface AbilitySwitch {
  isOn(ability: OptionalAbility): boolean;
  /** Off for an hour, or until somebody asks to try again; said once. */
  turnOff(ability: OptionalAbility, error: PluginError): void;
  /** Everything on again: an operator may have mended it. */
  reset(): void;
}

const consequences: Readonly<Record<OptionalAbility, string>> = {
  react: "Status reactions are off",
  notify: "Requesters are not told about the outcome",
};

export function createAbilitySwitch(clock: Clock, log: Log): AbilitySwitch {
  const offUntil = new Map<OptionalAbility, number>();
  const said = new Set<OptionalAbility>();
  return {
    isOn: (ability) => (offUntil.get(ability) ?? 0) <= clock.monotonic(),
    turnOff(ability, error) {
      offUntil.set(ability, clock.monotonic() + blockedRetryMs);
      if (said.has(ability)) return;
      said.add(ability);
      log.warn(`${consequences[ability]}: ${error.message}`, { code: error.code, fix: error.fix });
    },
    reset() {
      offUntil.clear();
      said.clear();
    },
  };
}
