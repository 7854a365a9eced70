import { PluginError } from "../base/plugin-error.ts";
import type { RequestMessage } from "../domain/request-message.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { takeStep } from "./calls.ts";
import type { Delivery } from "./delivery.ts";
import { type Attempts, afterFailure, type DeliveryStep, freshAttempts, mayHaveHappened } from "./progress.ts";
import { countRepeated } from "./repeats.ts";
import type { SessionContext } from "./session-context.ts";
import { replaceDelivery, type SessionState, setProgress } from "./session-state.ts";
import { mergePosted } from "./takeover.ts";

/** Makes the call of one step of a delivery and puts its result into the session's state; never throws. */
export type DeliveryCaller = (step: DeliveryStep, message: RequestMessage, call: Call) => Promise<void>;

export function createDeliveryCaller(
  state: SessionState,
  source: RequestSource,
  context: SessionContext,
): DeliveryCaller {
  /** What the call was about; undefined when the record of another writer has taken the place of ours meanwhile. */
  function findSame({ index }: DeliveryStep, started: Delivery): Delivery | undefined {
    const now = state.own.deliveries[index];
    return now !== undefined && now.raw === started.raw && toEntry(now) === toEntry(started) ? now : undefined;
  }

  function toEntry({ address }: Delivery): string {
    return address === undefined ? "" : context.messenger.stored.encode(address);
  }

  /** What a call did stays true, whoever's record we go on with. */
  function putOnTheirs(delivery: Delivery): void {
    state.own = mergePosted(state.own, [delivery], context.messenger.stored);
  }

  function doubted(delivery: Delivery): void {
    putOnTheirs({ ...delivery, unsure: true });
    state.dirty = true;
  }

  function succeeded(step: DeliveryStep, started: Delivery, change: (delivery: Delivery) => Delivery): void {
    if (findSame(step, started) === undefined) putOnTheirs(change(started));
    else state.own = replaceDelivery(state.own, step.index, change);
    setProgress(state, step.index, freshAttempts(step));
    // Who a recipient is can be found again: that alone is not worth a write.
    if (step.do !== "resolve") state.dirty = true;
    context.meter.count("notifications_total", { kind: step.do, outcome: "delivered" });
    if (step.do === "post") {
      const { address } = change(started);
      context.log.info("Successfully posted message", { request_id: source.id, ...address });
    }
  }

  function failed(step: DeliveryStep, started: Delivery, error: PluginError): void {
    const delivery = findSame(step, started);
    if (delivery === undefined) {
      if (step.do === "post" && mayHaveHappened(error)) doubted(started);
      return;
    }
    if (delivery.state === "omitted") return;
    const before = state.progress.get(step.index) ?? {};
    const after = afterFailure(step, delivery, before, error, context.clock.monotonic(), context.random);
    if (after.delivery !== delivery) {
      state.own = replaceDelivery(state.own, step.index, () => after.delivery);
      state.dirty = true;
    }
    state.progress.set(step.index, { ...after.progress, busy: true });
    context.meter.count("delivery_failures_total", { kind: step.do, code: error.code });
    if (after.verdict === "client") refused(step, error);
    tell(step, delivery, error, after.verdict, before);
  }

  /** A token that may not put signs on messages is good for everything else. */
  function refused(step: DeliveryStep, error: PluginError): void {
    if (step.do === "react" && error.code !== "unauthenticated") context.abilities.turnOff("react", error);
    else context.gate.close(error);
  }

  /** Once for what an operator has to mend; what mends itself only the first time it happens. */
  function tell(step: DeliveryStep, delivery: Delivery, error: PluginError, verdict: string, before: Attempts): void {
    if (verdict === "again" || verdict === "stopped" || verdict === "client") return;
    const tries = (before.attempts ?? 0) + (before.replyAttempts ?? 0) + (before.signAttempts ?? 0);
    const level = verdict === "retry" ? (tries === 0 ? "info" : "debug") : "warn";
    context.log[level](`Could not ${step.do}: ${error.message}`, {
      request_id: source.id,
      recipient: delivery.raw,
      code: error.code,
      consequence: verdict,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.code === "internal" ? { error } : {}),
    });
  }

  return async (step, message, call) => {
    const delivery = state.own.deliveries[step.index];
    if (delivery === undefined) return;
    const repeats = step.do === "post" && delivery.unsure === true;
    if (step.do === "edit") state.edited.add(step.index);
    try {
      const { messenger, directory } = context;
      const change = await takeStep(step, delivery, { messenger, directory, own: state.own, message, call });
      if (repeats) countRepeated(context.meter);
      succeeded(step, delivery, change);
    } catch (thrown) {
      const error = PluginError.from(thrown, { operation: step.do });
      if (repeats) countRepeated(context.meter, error);
      failed(step, delivery, error);
    }
  };
}
