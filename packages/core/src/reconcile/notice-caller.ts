import { PluginError } from "../base/plugin-error.ts";
import type { RequestMessage } from "../domain/request-message.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import type { RequesterNotice } from "./delivery.ts";
import { sendNotice } from "./notice-call.ts";
import { afterNoticeFailure } from "./notice-progress.ts";
import { requesterIndex } from "./plan.ts";
import { countRepeated } from "./repeats.ts";
import type { SessionContext } from "./session-context.ts";
import { type SessionState, setProgress } from "./session-state.ts";

/** Tells the requester the outcome and puts the result into the session's state; never throws. */
export type NoticeCaller = (message: RequestMessage, call: Call) => Promise<void>;

export function createNoticeCaller(state: SessionState, source: RequestSource, context: SessionContext): NoticeCaller {
  const { messenger, directory, meter, log } = context;

  /** What this call was about may have been overridden by another outcome meanwhile. */
  function become(notice: RequesterNotice): void {
    if (state.own.notice?.status !== notice.status) return;
    state.own = { ...state.own, notice };
    state.dirty = true;
  }

  function failed(notice: RequesterNotice, error: PluginError): void {
    const before = state.progress.get(requesterIndex) ?? {};
    const after = afterNoticeFailure(notice, before, error, context.clock.monotonic(), context.random);
    if (after.notice !== notice) become(after.notice);
    state.progress.set(requesterIndex, { ...after.progress, busy: true });
    meter.count("delivery_failures_total", { kind: "notify", code: error.code });
    if (error.code === "unauthenticated") context.gate.close(error);
    else if (after.verdict === "client") context.abilities.turnOff("notify", error);
    else tell(error, after.notice, before.attempts ?? 0);
  }

  /** Many requesters have no account there under their name: nothing that an operator has to look at. */
  function tell(error: PluginError, notice: RequesterNotice, tries: number): void {
    const first = notice.state === "waiting" && tries === 0 && error.code !== "aborted";
    const level = error.code === "internal" ? "warn" : first ? "info" : "debug";
    log[level](`Could not tell the requester: ${error.message}`, {
      request_id: source.id,
      code: error.code,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.code === "internal" ? { error } : {}),
    });
  }

  return async (message, call) => {
    const { notice } = state.own;
    if (notice === undefined) return;
    const repeats = notice.unsure === true && messenger.findPosted === undefined;
    try {
      await sendNotice(notice, { messenger, directory, own: state.own, message, call });
      if (repeats) countRepeated(meter);
      const { unsure: _unsure, ...sent } = notice;
      become({ ...sent, state: "told" });
      setProgress(state, requesterIndex, { attempts: 0, notBefore: 0 });
      meter.count("notifications_total", { kind: "notify", outcome: "delivered" });
      log.debug("Told the requester the outcome", { request_id: source.id, status: notice.status });
    } catch (thrown) {
      const error = PluginError.from(thrown, { operation: "notify" });
      if (repeats) countRepeated(meter, error);
      failed(notice, error);
    }
  };
}
