import { backoffMs, storeBackoff } from "../base/backoff.ts";
import { PluginError } from "../base/plugin-error.ts";
import type { Call } from "../messenger.ts";
import type { PluginData } from "../teleport.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { mergeFacts } from "./better-facts.ts";
import { canShrink, isTight, reserveSpace, shrinkClaim } from "./claim.ts";
import { countOmitted } from "./delivery.ts";
import { toVerdict } from "./failure-table.ts";
import type { Lease } from "./lease.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import { adopt, decodeRecord, encodeRecord } from "./record.ts";
import type { SessionContext } from "./session-context.ts";
import { forgetAttempts, type SessionState } from "./session-state.ts";
import { mergeNotice, mergePosted } from "./takeover.ts";

/** Stores a session's state, one write at a time, and keeps its lease by doing so. */
export interface SessionWriter {
  readonly lease: LeaseKeeper;
  writing(): boolean;
  /** A write must not start before this moment (monotonic milliseconds); 0 when it may. */
  notBefore(): number;
  /** Starts one write with the state as it is now; `release` gives the lease up with it. */
  start(lease: { readonly release: true } | { readonly waitMs: number }): void;
}

/** How long to wait when Teleport refuses our writes: an operator has to look at our role. */
const refusedMs = 5 * 60_000;
/** When it refuses our credentials: they are renewed by whoever renews them, and soon. */
const renewalMs = 10_000;
/** Lost races in a row after which the request goes back into the queue. */
const mostTries = 10;

export function createSessionWriter(
  state: SessionState,
  source: RequestSource,
  context: SessionContext,
  call: Call,
  ring: () => void,
): SessionWriter {
  const { clock, random, store, log } = context;
  const lease = createLeaseKeeper(context.holder, clock, random);
  let writing = false;
  let tries = 0;
  let notBefore = 0;
  /** Teleport has no room for all we would store: other plugins share it. */
  let tight = isTight(state.stored);
  let withReason = true;
  let leftOut = 0;

  function encode(next: Lease): PluginData {
    const { facts, own } = state;
    const { stored } = context.messenger;
    const entry = encodeRecord({ facts, own, resolveReason: withReason ? reasonNow() : "", lease: next }, stored);
    return reserveSpace(entry, own, stored, tight);
  }

  function reasonNow(): string {
    return source.view()?.request?.resolveReason ?? state.stored?.["resolve_reason"] ?? "";
  }

  async function write(next: Lease): Promise<void> {
    const sentAt = clock.monotonic();
    const settled = [...state.edited].filter((index) => !state.progress.get(index)?.busy);
    state.dirty = false;
    try {
      const result = await store.write(source.id, state.stored, encode(next), call);
      if (result.outcome === "changed") changed(result.data);
      else stands(result.data, next, sentAt, settled);
    } catch (thrown) {
      state.dirty = true;
      failed(PluginError.from(thrown));
    } finally {
      writing = false;
      ring();
    }
  }

  function stands(data: PluginData, next: Lease, sentAt: number, settled: readonly number[]): void {
    keep(data);
    for (const index of settled) state.edited.delete(index);
    lease.won(next, sentAt);
    context.storeRefused(undefined);
    tellLeftOut();
    tries = 0;
    notBefore = 0;
  }

  function keep(data: PluginData | undefined): void {
    state.stored = data;
    source.remember(data);
  }

  /** Somebody wrote in between: take in what they did, and try again unless the request is theirs now. */
  function changed(data: PluginData | undefined): void {
    keep(data);
    state.dirty = true;
    tries += 1;
    notBefore = clock.monotonic() + random.next() * 50 * tries;
    context.meter.count("plugin_data_conflicts_total");
    const record = decodeRecord(data, context.messenger.stored);
    const holder = record.kind === "known" || record.kind === "bare" ? (record.lease?.holder ?? "") : "";
    if (record.kind === "foreign" || record.kind === "bare") {
      end(0, "Another program claimed this request");
    } else if (holder !== "" && holder !== context.holder) {
      const wait = (record.kind === "known" ? (record.lease?.durationMs ?? 0) : 0) + random.next() * 1_000;
      end(wait, "Another replica works on this request");
    } else {
      if (record.kind === "known") {
        state.facts = mergeFacts(state.facts, record.facts);
        takeIn(record.own, holder, data ?? {});
      }
      if (tries >= mostTries) end(1_000 + random.next() * 1_000, "Too many conflicting writes; back into the queue");
    }
  }

  /** Our own delayed write; or the record of somebody who has let go of it, or of an earlier claim of ours. */
  function takeIn(theirs: SessionState["own"], holder: string, data: PluginData): void {
    if (holder === context.holder && theirs.nonce === state.own.nonce) {
      state.own = adopt(state.own, data, context.messenger.stored);
      return;
    }
    if (theirs.nonce !== state.own.nonce) forgetAttempts(state);
    const { deliveries, notice, nonce } = state.own;
    const merged = mergePosted(theirs, deliveries, context.messenger.stored);
    state.own = theirs.nonce === nonce ? mergeNotice(merged, notice) : merged;
  }

  function end(againInMs: number, why: string): void {
    lease.lost();
    log.debug(why, { request_id: source.id });
    if (againInMs > 0) source.remember("unread");
    state.ending = { againInMs: Math.max(1, againInMs) };
  }

  function failed(error: PluginError): void {
    if (error.code === "aborted") stopped();
    else if (error.code === "not_found") dataGone();
    else if (error.code === "too_large" && makeRoom()) tight = true;
    else notStored(error);
  }

  /** Cut at a stop: whoever comes next finds the lease as it stands. */
  function stopped(): void {
    lease.lost();
    state.ending = {};
  }

  function notStored(error: PluginError): void {
    const verdict = toVerdict(error.code);
    log.warn("Storing what was done failed", { request_id: source.id, code: error.code, reason: error.message });
    if (verdict === "retry" || verdict === "again") {
      tries += 1;
      notBefore = clock.monotonic() + backoffMs(tries, storeBackoff, random);
      return;
    }
    const problem = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
    context.storeRefused(problem);
    lease.lost();
    state.ending = { againInMs: error.code === "unauthenticated" ? renewalMs : refusedMs };
  }

  /** The request and its plugin data are gone: what was not closed by now cannot be found again. */
  function dataGone(): void {
    const open = state.own.deliveries.filter((delivery) => delivery.state === "sent").length;
    if (open > 0) context.meter.count("unfinished_messages_total", {}, open);
    log.warn("The request and its plugin data are gone; its messages can no longer be kept true", {
      request_id: source.id,
      messages: open,
    });
    lease.lost();
    state.dirty = false;
    source.remember(undefined);
    state.ending = {};
  }

  /** Recipients nobody has begun with go first, then the reason of the decision, which the messages show anyway. */
  function makeRoom(): boolean {
    if (canShrink(state.own)) shrink();
    else if (withReason && reasonNow() !== "") withReason = false;
    else return false;
    source.remember("unread");
    return true;
  }

  function shrink(): void {
    const before = countOmitted(state.own);
    state.own = shrinkClaim(state.own);
    leftOut += countOmitted(state.own) - before;
  }

  /** Once it fits: halving takes several tries. */
  function tellLeftOut(): void {
    if (leftOut === 0) return;
    context.meter.count("recipients_omitted_total", {}, leftOut);
    log.error("Teleport has no space for all recipients of this request: some are left out", {
      request_id: source.id,
      omitted: leftOut,
      fix: "Other plugins fill the plugin data of this request (1,000,000 bytes for all of them): use channels instead of so many single recipients.",
    });
    leftOut = 0;
  }

  return {
    lease,
    writing: () => writing,
    notBefore: () => notBefore,
    start(how) {
      writing = true;
      void write("release" in how ? lease.release() : lease.next(how.waitMs));
    },
  };
}
