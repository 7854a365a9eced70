import { isFinal, type MessageStatus } from "../domain/request-message.ts";
import type { PluginData } from "../teleport.ts";
import type { RequestSource, StoredEntry } from "../watch/request-index.ts";
import { mergeFacts } from "./better-facts.ts";
import { createClaim } from "./claim.ts";
import type { OwnState } from "./delivery.ts";
import { type ClaimFacts, toClaimFacts } from "./official-record.ts";
import { decodeRecord } from "./record.ts";
import type { Carry, SessionContext, SessionEnd } from "./session-context.ts";
import { mergePosted, takeOver } from "./takeover.ts";

/** What a session starts from. */
export interface Opened {
  readonly facts: ClaimFacts;
  readonly own: OwnState;
  readonly stored: PluginData | undefined;
  /** Somebody else's lease has to run out first, at this moment (monotonic milliseconds). */
  readonly foreignLeaseUntil?: number;
}

/** An entry of the official plugin without messages counts as abandoned after it stood unchanged for so long. */
const abandonedMs = 60_000;

/** Reads what is stored the way the protocol says; an end means that there is nothing to do for us now. */
export async function openRecord(
  entry: StoredEntry,
  source: RequestSource,
  context: SessionContext,
  carry: Carry | undefined,
  signal: AbortSignal,
): Promise<Opened | SessionEnd> {
  const record = decodeRecord(entry.data, context.messenger.stored);
  switch (record.kind) {
    case "none":
      return claimNew(source, context, entry.data, signal);
    case "bare":
      return claimAbandoned(entry, record.facts, source, context, signal);
    case "foreign":
      context.log.warn("Left alone: a newer version of this program wrote the state of this request", {
        request_id: source.id,
      });
      return {};
    case "known": {
      const { lease, facts } = record;
      // Neither seen nor proved to be gone nor decided: any act could be false.
      const view = source.view() ?? {};
      if (view.request === undefined && view.gone === undefined && record.own.status === undefined) return {};
      const others = lease !== undefined && lease.holder !== "" && lease.holder !== context.holder;
      const own = others ? takeOver(record.own) : record.own;
      const merged = mergePosted(own, carry?.posted ?? [], context.messenger.stored);
      return {
        facts,
        own: merged.nonce === "" ? { ...merged, nonce: context.random.token(12) } : merged,
        stored: entry.data,
        ...(others ? { foreignLeaseUntil: entry.leaseSince + lease.durationMs } : {}),
      };
    }
  }
}

async function claimNew(
  source: RequestSource,
  context: SessionContext,
  stored: PluginData | undefined,
  signal: AbortSignal,
): Promise<Opened | SessionEnd> {
  const view = source.view();
  if (view?.request === undefined) return {};
  const status = observedStatus(view);
  if (isFinal(status)) {
    context.meter.count("closed_before_told_total", { status });
    context.log.debug("Request was closed before anybody was told", { request_id: source.id, status });
    return {};
  }
  const routing = await context.router.route(view.request, signal);
  if (routing.recipients.length === 0) {
    context.meter.count("unroutable_requests_total");
    context.log.warn("No channel to post: no role of this request has recipients and no reviewer is suggested", {
      request_id: source.id,
    });
    return {};
  }
  const facts = toClaimFacts(view.request);
  const own = createClaim(routing, facts, context.messenger.stored, context.random);
  if (own.omitted > 0) {
    context.meter.count("recipients_omitted_total", {}, own.omitted);
    context.log.error("Some recipients are left out: one request has no space for so many", {
      request_id: source.id,
      omitted: own.omitted,
      fix: "Use channels instead of so many single recipients.",
    });
  }
  return { facts, own, stored };
}

/** The official plugin may still be at it: only a claim that stood still for a while is unfinished work. */
async function claimAbandoned(
  entry: StoredEntry,
  theirs: ClaimFacts,
  source: RequestSource,
  context: SessionContext,
  signal: AbortSignal,
): Promise<Opened | SessionEnd> {
  const view = source.view();
  if (view === undefined || isFinal(observedStatus(view))) return {};
  const remaining = entry.since + abandonedMs - context.clock.monotonic();
  if (remaining > 0) return { againInMs: remaining };
  context.meter.count("possible_duplicates_total", { cause: "bare_claim" });
  const opened = await claimNew(source, context, entry.data, signal);
  if (!("own" in opened)) return opened;
  return { ...opened, facts: mergeFacts(opened.facts, theirs), own: takeOver(opened.own) };
}

/** What was seen of the request itself, before the record has its say. */
export function observedStatus(view: NonNullable<ReturnType<RequestSource["view"]>>): MessageStatus {
  const state = view.request?.state ?? "pending";
  return state === "pending" ? (view.gone ?? "pending") : state;
}
