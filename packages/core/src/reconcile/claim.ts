import type { Random } from "../base/random.ts";
import type { StoredAddress } from "../messenger.ts";
import type { Routing } from "../routing/recipient-router.ts";
import type { PluginData } from "../teleport.ts";
import { enrichmentBytes } from "./better-facts.ts";
import type { Delivery, OwnState } from "./delivery.ts";
import type { ClaimFacts } from "./official-record.ts";
import { encodeRecord, entryBudgetBytes, stateKey, toEntryBytes } from "./record.ts";

/** Teleport's limit for a resolve reason, every byte of it escaped by JSON. */
const longestReasonBytes = 6 * 4_096;
/** Counters and what else may grow by a few bytes. */
const spareBytes = 512;
/** A resolved id of up to 64 bytes, an error code, a digest and the punctuation around them and the address. */
const perDeliveryBytes = 260;

/**
 * Freezes a routing decision. The space every result will take is reserved here, before anything is posted:
 * recipients that do not fit are left out and counted.
 */
export function createClaim(
  routing: Routing,
  facts: ClaimFacts,
  stored: StoredAddress,
  random: Random,
  budget: number = entryBudgetBytes,
): OwnState {
  const empty: OwnState = { nonce: random.token(12), tier: routing.tier, cut: routing.cut, omitted: 0, deliveries: [] };
  const fixed = longestReasonBytes + enrichmentBytes + spareBytes;
  let used = toEntryBytes(toResolvedEntry(empty, facts, stored)) + fixed;
  const deliveries: Delivery[] = [];
  for (const raw of routing.recipients) {
    used += reservedBytes(raw, stored);
    if (used > budget) break;
    deliveries.push({ raw, state: "waiting", replies: 0 });
  }
  return { ...empty, omitted: routing.recipients.length - deliveries.length, deliveries };
}

/** Plugin data of others left less room than planned: half of the recipients that nobody has begun with go. */
export function shrinkClaim(own: OwnState): OwnState {
  const untouched = own.deliveries.filter(isUntouched);
  const dropped = new Set(untouched.slice(Math.floor(untouched.length / 2)));
  return {
    ...own,
    deliveries: own.deliveries.map((delivery) =>
      dropped.has(delivery) ? { ...delivery, state: "omitted" as const } : delivery,
    ),
  };
}

/** Whether {@link shrinkClaim} can still let somebody go. */
export function canShrink(own: OwnState): boolean {
  return own.deliveries.some(isUntouched);
}

/**
 * Keeps the space that the results of those not told yet will take, by blanks behind the state's JSON, where they mean
 * nothing: what fits now must go on fitting, whatever other plugins write. For few recipients it is not worth the bytes
 * unless Teleport has said that there is no room (`tight`).
 */
export function reserveSpace(entry: PluginData, own: OwnState, stored: StoredAddress, tight: boolean): PluginData {
  const untold = own.deliveries.filter(({ state, address }) => state === "waiting" && address === undefined);
  const bytes = untold.reduce((sum, { raw }) => sum + reservedBytes(raw, stored), 0);
  if (!tight && bytes < worthReserving) return entry;
  return { ...entry, [stateKey]: `${entry[stateKey] ?? ""}${blank.repeat(bytes)}` };
}

/** Whether an earlier write had to keep space in this way. */
export function isTight(entry: PluginData | undefined): boolean {
  return entry?.[stateKey]?.endsWith(blank) ?? false;
}

const blank = " ";
const worthReserving = 16 * 1024;

function isUntouched(delivery: Delivery): boolean {
  return delivery.state === "waiting" && delivery.address === undefined && !delivery.unsure;
}

/** The raw form stands in the state's JSON; the address both there and in `messages`. */
function reservedBytes(raw: string, stored: StoredAddress): number {
  return 2 * Buffer.byteLength(JSON.stringify(raw)) + 3 * stored.maxBytes + perDeliveryBytes;
}

/** The entry without recipients, resolved for the shortest of reasons. */
function toResolvedEntry(own: OwnState, facts: ClaimFacts, stored: StoredAddress) {
  const lease = { holder: "x".repeat(12), write: "x".repeat(8), durationMs: 38_000 };
  return encodeRecord({ facts, own: { ...own, status: "promoted" }, resolveReason: "x", lease }, stored);
}
