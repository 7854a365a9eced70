import type { StoredAddress } from "../messenger.ts";
import type { Delivery, OwnState } from "./delivery.ts";

/**
 * What a dead holder left behind: it may have been in the middle of a post for everybody it had not told yet, so each
 * of these has to be searched for, or may be told twice. A blocked recipient counts only when its place is known: then
 * it was being tried again.
 */
export function takeOver(own: OwnState): OwnState {
  return {
    ...own,
    deliveries: own.deliveries.map((delivery) => (mayBePosting(delivery) ? { ...delivery, unsure: true } : delivery)),
  };
}

function mayBePosting({ state, to }: Delivery): boolean {
  return state === "waiting" || (state === "blocked" && to !== undefined);
}

/**
 * Puts messages we posted, but could not store, onto a record somebody else wrote meanwhile. One that the record still
 * waits for becomes told; one it has told itself becomes a further message, so that it is kept true as well.
 */
export function mergePosted(theirs: OwnState, posted: readonly Delivery[], stored: StoredAddress): OwnState {
  const deliveries = [...theirs.deliveries];
  const known = new Set(deliveries.flatMap(({ address }) => (address ? [stored.encode(address)] : [])));
  for (const ours of posted) {
    if (ours.address === undefined || known.has(stored.encode(ours.address))) continue;
    const at = deliveries.findIndex(
      (delivery) => delivery.raw !== "" && delivery.raw === ours.raw && delivery.address === undefined,
    );
    if (at >= 0) deliveries[at] = ours;
    else deliveries.push(ours);
  }
  return { ...theirs, deliveries };
}
