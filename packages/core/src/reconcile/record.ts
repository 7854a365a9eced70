import type { MessageStatus } from "../domain/request-message.ts";
import type { SentMessage, StoredAddress } from "../messenger.ts";
import type { PluginData } from "../teleport.ts";
import { isImprovement } from "./better-facts.ts";
import type { Delivery, OwnState } from "./delivery.ts";
import { isLive } from "./delivery.ts";
import { decodeLease, encodeLease, type Lease } from "./lease.ts";
import {
  type ClaimFacts,
  decodeClaim,
  decodeReviewsCount,
  encodeClaim,
  fromOfficialTag,
  officialKeys,
  splitMessages,
  toOfficialTag,
} from "./official-record.ts";
import { decodeOwnState, encodeOwnState } from "./own-state.ts";

/** Our two keys beside the official ones; the official plugins ignore them. */
export const leaseKey = "access_plugins_lease";
export const stateKey = "access_plugins_state";

/** The most our entry may take; Teleport gives all plugins of a request 1,000,000 bytes together. */
export const entryBudgetBytes = 300_000;

/** What an entry means. */
export type PluginRecord =
  /** No entry. */
  | { readonly kind: "none" }
  /** The official plugin's claim without messages: perhaps still being worked on. */
  | { readonly kind: "bare"; readonly facts: ClaimFacts; readonly lease?: Lease }
  /** Our own key in a version we do not know: hands off. */
  | { readonly kind: "foreign" }
  | { readonly kind: "known"; readonly facts: ClaimFacts; readonly own: OwnState; readonly lease?: Lease };

export function decodeRecord(data: PluginData | undefined, stored: StoredAddress): PluginRecord {
  if (data === undefined || Object.keys(data).length === 0) return { kind: "none" };
  const facts = decodeClaim(data);
  const lease = decodeLease(data[leaseKey]);
  const held = lease === undefined ? {} : { lease };
  const state = data[stateKey];
  if (state !== undefined) {
    const own = decodeOwnState(state);
    return own === undefined ? { kind: "foreign" } : { kind: "known", facts, own: adopt(own, data, stored), ...held };
  }
  if (splitMessages(data).length === 0 && fromOfficialTag(data["resolution"]) === undefined) {
    return { kind: "bare", facts, ...held };
  }
  const empty: OwnState = { nonce: "", tier: "adopted", cut: 0, omitted: 0, deliveries: [] };
  return { kind: "known", facts, own: adopt(empty, data, stored), ...held };
}

/**
 * Takes in what the official plugin did to an entry: messages we do not know were sent by it, a `resolution` of its own
 * is what all its messages show, a higher `reviews_count` was posted below all of them.
 */
export function adopt(own: OwnState, data: PluginData, stored: StoredAddress): OwnState {
  const resolved = fromOfficialTag(data["resolution"]);
  const reviews = decodeReviewsCount(data);
  const news = resolved !== undefined && data["resolution"] !== toOfficialTag(own.status ?? "pending");
  const shows = { status: resolved ?? "pending", reviews } as const;
  const strangers = findStrangers(own.deliveries, data, stored).map(
    (address): Delivery => ({ raw: "", state: "sent", address, shows, replies: reviews }),
  );
  const { notice: _notice, sign: _sign, ...rest } = own;
  return {
    // With a resolution of its own the requester counts as told, and signs are none of ours to put there.
    ...(news ? { ...rest, status: settleDecision(resolved, own.status) } : own),
    deliveries: [
      ...own.deliveries.map((delivery) => {
        if (!isLive(delivery)) return delivery;
        const replies = Math.max(delivery.replies, reviews);
        return news ? { ...delivery, replies, shows } : { ...delivery, replies };
      }),
      ...strangers,
    ],
  };
}

/** The official plugin saw a decision where we saw only the end of the request: the decision came first, so it holds. */
function settleDecision(resolved: MessageStatus, decided: MessageStatus | undefined): MessageStatus {
  return decided === "expired" || decided === "removed" || decided === "closed"
    ? resolved
    : settleStatus(resolved, decided);
}

/** Addresses in `messages` that are none of ours, each once: the other program may write the same one in other bytes. */
function findStrangers(deliveries: readonly Delivery[], data: PluginData, stored: StoredAddress): SentMessage[] {
  const known = new Set(deliveries.flatMap(({ address }) => (address ? [stored.encode(address)] : [])));
  return splitMessages(data)
    .map((entry) => stored.decode(entry))
    .filter((address) => address !== undefined)
    .filter((address) => {
      const entry = stored.encode(address);
      if (known.has(entry)) return false;
      known.add(entry);
      return true;
    });
}

/** What an entry has to hold; keys without a value are left out. */
export interface RecordContent {
  readonly facts: ClaimFacts;
  readonly own: OwnState;
  readonly resolveReason: string;
  readonly lease: Lease;
}

export function encodeRecord(content: RecordContent, stored: StoredAddress): PluginData {
  const { own } = content;
  const tag = own.status === undefined ? "" : toOfficialTag(own.status);
  const count = countReplies(own.deliveries);
  const all: Record<string, string> = {
    ...encodeClaim(content.facts),
    reviews_count: count === 0 ? "" : String(count),
    resolution: tag,
    resolve_reason: tag === "" ? "" : content.resolveReason,
    messages: own.deliveries.flatMap(({ address }) => (address ? [stored.encode(address)] : [])).join(","),
    [stateKey]: encodeOwnState(own),
    [leaseKey]: encodeLease(content.lease),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** The replies that every live message has: more must not be claimed, the official plugin would never post them. */
function countReplies(deliveries: readonly Delivery[]): number {
  const counts = deliveries.filter(isLive).map((delivery) => delivery.replies);
  return counts.length === 0 ? 0 : Math.min(...counts);
}

/** The keys of `next` that differ from what is stored, "" for those that have to go. */
export function toChanges(before: PluginData | undefined, next: PluginData): Record<string, string> {
  const changes: Record<string, string> = {};
  const decidedAnew = before?.["resolution"] !== next["resolution"] && next["resolution"] !== undefined;
  for (const key of [...officialKeys, stateKey, leaseKey]) {
    const [was, is] = [before?.[key] ?? "", next[key] ?? ""];
    // The reason belongs to the decision: an overriding DENIED without a reason must not keep that of the approval.
    const kept = key === "resolve_reason" && decidedAnew ? false : isKept(key, was, is);
    if (was !== is && !kept) changes[key] = is;
  }
  return changes;
}

/**
 * What an older or newer plugin wrote about the request itself stays as it is: we only ever add to it, or put names in
 * the place of raw forms. `reviews_count`
 * never goes down, though a recipient told late may have fewer replies: the official plugin would post them all again.
 */
function isKept(key: string, was: string, is: string): boolean {
  if (was === "" || key === leaseKey || key === stateKey || key === "messages") return false;
  if (is === "" || (claimOnly.has(key) && !isImprovement(key, was, is))) return true;
  return key === "reviews_count" && Number(was) > Number(is);
}

const claimOnly = new Set([
  "user",
  "roles",
  "resources",
  "request_reason",
  "system_annotations",
  "suggested_reviewers",
  "logins_by_role",
  "max_duration",
]);

/**
 * Every key a decision rests on, with the value it was read with. On a first write that is every key of the record, so
 * that an entry of the official plugin is never overwritten.
 */
export function toExpectations(before: PluginData | undefined): Record<string, string> {
  const keys =
    before === undefined
      ? [...officialKeys, stateKey, leaseKey]
      : ["messages", "resolution", "reviews_count", stateKey, leaseKey];
  return Object.fromEntries(keys.map((key) => [key, before?.[key] ?? ""]));
}

/** Size of an entry as Teleport counts it: JSON in UTF-8. */
export function toEntryBytes(data: PluginData): number {
  return Buffer.byteLength(JSON.stringify(data));
}

/**
 * Which status holds: what was observed, unless a final one was decided before. A final state never returns to pending
 * and a deletion never changes it; only APPROVED may still become DENIED, because Teleport allows that.
 */
export function settleStatus(observed: MessageStatus, decided: MessageStatus | undefined): MessageStatus {
  if (decided === undefined || decided === "pending") return observed;
  return decided === "approved" && observed === "denied" ? "denied" : decided;
}
