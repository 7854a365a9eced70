import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { PluginError } from "../base/plugin-error.ts";
import { blockedRetryMs } from "./failure-table.ts";

/**
 * Shut while the platform refuses our client as a whole: no recipient is to blame, so nobody is marked as failed and
 * nothing is tried until the credentials change, or an hour has passed.
 */
export interface ClientGate {
  isOpen(): boolean;
  /** Shuts the gate; says so once. */
  close(error: PluginError): void;
  open(): void;
  /** Forgets its timer, for the end. */
  stop(): void;
  /** Why it is shut, as a sentence with its fix. */
  problem(): string | undefined;
}

export function createClientGate(clock: Clock, log: Log, onOpen: () => void): ClientGate {
  let reason: string | undefined;
  let cancel: (() => void) | undefined;

  function open(): void {
    if (reason === undefined) return;
    reason = undefined;
    cancel?.();
    log.info("Trying the chat platform again");
    onOpen();
  }

  return {
    isOpen: () => reason === undefined,
    close(error) {
      if (reason !== undefined) return;
      reason = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
      log.error("The chat platform refuses this client: nothing is sent until its credentials change", {
        code: error.code,
        operation: error.operation,
        reason: error.message,
        fix: error.fix,
      });
      cancel = clock.after(blockedRetryMs, open);
    },
    open,
    stop: () => cancel?.(),
    problem: () => reason,
  };
}
