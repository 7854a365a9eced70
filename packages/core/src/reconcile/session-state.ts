import type { AccessRequest } from "../domain/access-request.ts";
import type { MessageStatus, RequestMessage } from "../domain/request-message.ts";
import type { PluginData } from "../teleport.ts";
import type { RequestSource } from "../watch/request-index.ts";
import type { Delivery, OwnState } from "./delivery.ts";
import { countOmitted, isLive } from "./delivery.ts";
import { type ClaimFacts, splitMessages, toOfficialTag } from "./official-record.ts";
import { type Opened, observedStatus } from "./open-record.ts";
import { decide } from "./outcome.ts";
import type { Wanted } from "./plan.ts";
import type { Attempts } from "./progress.ts";
import { settleStatus } from "./record.ts";
import { toRequestMessage, toShown } from "./request-view.ts";
import type { Carry, SessionContext, SessionEnd } from "./session-context.ts";
import { mergeNotice } from "./takeover.ts";

/** What one session knows, in memory; the only mutable thing of it. */
export interface SessionState {
  facts: ClaimFacts;
  own: OwnState;
  /** Our entry as it stands in Teleport. */
  stored: PluginData | undefined;
  readonly progress: Map<number, Attempts>;
  /** Deliveries whose message was edited, or is just being, since the last write that stands. */
  readonly edited: Set<number>;
  /** `own` holds something that is not stored yet. */
  dirty: boolean;
  draining: boolean;
  /** Look-ups for what messages show only in raw form are under way. */
  enriching: boolean;
  /** When asking again may bring more, in milliseconds after the session. */
  enrichAgainMs: number;
  /** First posts wait for them until then, in monotonic milliseconds. */
  postNotBefore: number;
  /** Set when the session has to end as soon as its calls are done. */
  ending: SessionEnd | undefined;
  /** The last look. */
  seen: Sight | undefined;
}

export function createSessionState(opened: Opened, carry: Carry | undefined): SessionState {
  const { facts, own, stored } = opened;
  const progress = carry?.nonce === own.nonce ? new Map(carry.progress) : new Map<number, Attempts>();
  return {
    facts,
    own: mergeNotice(own, carry?.nonce === own.nonce ? carry.notice : undefined),
    stored,
    progress,
    edited: new Set(),
    // What an earlier session did and could not store is stored first of all.
    dirty: (carry?.posted.length ?? 0) > 0,
    draining: false,
    enriching: false,
    enrichAgainMs: Number.POSITIVE_INFINITY,
    postNotBefore: 0,
    ending: undefined,
    seen: undefined,
  };
}

/** What has to be shown now; settles the status for good when a final one is seen. */
export function look(state: SessionState, source: RequestSource, context: SessionContext): Sight {
  const view = source.view() ?? {};
  const status = settleStatus(observedStatus(view), state.own.status);
  if (status !== "pending" && status !== state.own.status) {
    state.own = decide(state.own, status, context.abilities.all());
    state.dirty = true;
  }
  const omitted = countOmitted(state.own);
  const { seen, facts } = state;
  if (seen?.request === view.request && seen?.status === status && seen.omitted === omitted && seen.facts === facts)
    return seen;
  const request = view.request === undefined ? {} : { request: view.request };
  const message = toRequestMessage(
    { id: source.id, facts, status, ...request, resolveReason: state.stored?.["resolve_reason"] ?? "" },
    state.own,
    context.cluster(),
  );
  const shows = toShown(message);
  const wanted = { shows, complete: view.request !== undefined, reviews: view.request?.reviews.length ?? 0 };
  state.seen = { ...request, status, omitted, facts, message, wanted };
  return state.seen;
}

/** One look, and what it rests on: a session looks often, and most of the time nothing has changed. */
interface Sight {
  readonly request?: AccessRequest;
  readonly status: MessageStatus;
  readonly omitted: number;
  readonly facts: ClaimFacts;
  readonly message: RequestMessage;
  readonly wanted: Wanted;
}

export function replaceDelivery(own: OwnState, index: number, change: (delivery: Delivery) => Delivery): OwnState {
  return { ...own, deliveries: own.deliveries.map((delivery, at) => (at === index ? change(delivery) : delivery)) };
}

/** Whether the decision about the final state stands in Teleport: only then may messages show it. */
export function statusIsStored(state: SessionState): boolean {
  const { status } = state.own;
  // A word we do not know, on a request that is open, is no decision.
  return status === undefined || (state.stored?.["resolution"] ?? "") === toOfficialTag(status);
}

/**
 * Messages that were posted and are not stored yet, or may have been; and those that were edited, as showing what nobody
 * knows: if the record is somebody else's by now, our edit may have come after theirs.
 */
function unstoredMessages(state: SessionState, context: SessionContext): Delivery[] {
  const stored = new Set(splitMessages(state.stored ?? {}));
  return state.own.deliveries.flatMap((delivery, index) => {
    if (!isLive(delivery) || delivery.address === undefined) return state.dirty && delivery.unsure ? [delivery] : [];
    const { shows: _, ...rest } = delivery;
    if (state.edited.has(index)) return [rest];
    return stored.has(context.messenger.stored.encode(delivery.address)) ? [] : [delivery];
  });
}

/** What the next session of this request has to know. */
export function toCarry(state: SessionState, context: SessionContext): Carry {
  // Omitted deliveries are not stored: the indexes of the next session would be others.
  const kept = state.own.deliveries.some((delivery) => delivery.state === "omitted") ? [] : [...state.progress];
  const progress = new Map(kept.map(([index, { busy: _busy, ...rest }]) => [index, rest]));
  const { nonce, notice } = state.own;
  const posted = unstoredMessages(state, context);
  return { nonce, progress, posted, ...(notice === undefined || !state.dirty ? {} : { notice }) };
}

export function setProgress(state: SessionState, index: number, change: Attempts): void {
  state.progress.set(index, { ...state.progress.get(index), ...change });
}

/** Another record has taken the place of ours: its waits are none of ours, but calls that are under way still are. */
export function forgetAttempts({ progress }: SessionState): void {
  for (const [index, { busy }] of progress) {
    if (busy) progress.set(index, { busy });
    else progress.delete(index);
  }
}

/** How many calls are under way. */
export function countBusy(state: SessionState): number {
  return [...state.progress.values()].filter((progress) => progress.busy).length;
}
