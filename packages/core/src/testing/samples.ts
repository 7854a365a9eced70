import type { AccessRequest, Review } from "../domain/access-request.ts";
import type { StoredAddress } from "../messenger.ts";
import type { Delivery, OwnState } from "../reconcile/delivery.ts";
import type { ClaimFacts } from "../reconcile/official-record.ts";

/** Addresses as two of the official plugins store them: `channel/message`. */
export const slashAddress: StoredAddress = {
  encode: (sent) => `${sent["channel"]}/${sent["id"]}`,
  decode(entry) {
    const [channel, id, ...rest] = entry.split("/");
    return channel && id && rest.length === 0 ? { channel, id } : undefined;
  },
  maxBytes: 80,
};

/** A pending request of nobody in particular. */
export function toRequest(fields: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id: "0195e3a1-6f3b-7c2d-9a10-3f1f6f1d2a77",
    user: "alice",
    roles: ["editor"],
    state: "pending",
    revision: "r1",
    reason: "",
    resolveReason: "",
    suggestedReviewers: [],
    resources: [],
    annotations: {},
    reviews: [],
    thresholds: [],
    roleThresholds: {},
    kind: "unspecified",
    ...fields,
  };
}

export function toReview(fields: Partial<Review> = {}): Review {
  return { author: "bob", state: "approved", reason: "", thresholdIndexes: [0], ...fields };
}

export function toFacts(fields: Partial<ClaimFacts> = {}): ClaimFacts {
  return {
    user: "alice",
    roles: ["editor"],
    resources: [],
    reason: "",
    annotations: {},
    suggestedReviewers: [],
    loginsByRole: {},
    ...fields,
  };
}

/** A recipient that waits to be told. */
export function toDelivery(fields: Partial<Delivery> = {}): Delivery {
  return { raw: "general", state: "waiting", replies: 0, ...fields };
}

export function toOwnState(deliveries: readonly Delivery[] = [], fields: Partial<OwnState> = {}): OwnState {
  return { nonce: "nonce", tier: "static", cut: 0, omitted: 0, deliveries, ...fields };
}
