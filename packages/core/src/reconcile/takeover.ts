import type { StoredAddress } from "../messenger.ts";
import type { Delivery, OwnState, RequesterNotice } from "./delivery.ts";

/**
 * What a dead holder left behind: it may have been in the middle of a post for everybody it had not told yet, so each
 * of these has to be searched for, or may be told twice. A blocked recipient counts only when its place is known: then
 * it was being tried again.
 */
export function takeOver(own: OwnState): OwnState {
  const { notice } = own;
  return {
    ...own,
    ...(notice?.state === "waiting" ? { notice: { ...notice, unsure: true } } : {}),
    deliveries: own.deliveries.map((delivery) =>
      mayBePosting(delivery) ? { ...delivery, unsure: true, cutOff: true } : delivery,
    ),
  };
}

function mayBePosting({ state, to }: Delivery): boolean {
  return state === "waiting" || (state === "blocked" && to !== undefined);
}

/**
 * Puts messages we posted, but could not store, onto a record somebody else wrote meanwhile. One that the record still
 * waits for becomes told; one it has told itself becomes a further message, so that it is kept true as well. Of a message
 * that both know, no reply may be repeated, and where they disagree what it shows is unknown. A post of ours whose end is
 * unknown leaves a doubt about whoever is not told yet.
 */
export function mergePosted(theirs: OwnState, posted: readonly Delivery[], stored: StoredAddress): OwnState {
  const deliveries = [...theirs.deliveries];
  const known = new Map(
    deliveries.flatMap(({ address }, at) => (address === undefined ? [] : [[stored.encode(address), at] as const])),
  );
  for (const ours of posted) {
    if (ours.address === undefined) {
      if (ours.unsure) doubt(deliveries, ours.raw);
      continue;
    }
    const at = known.get(stored.encode(ours.address));
    const same = at === undefined ? undefined : deliveries[at];
    if (at !== undefined && same !== undefined) deliveries[at] = mergeMessage(same, ours);
    else known.set(stored.encode(ours.address), putIn(deliveries, ours));
  }
  return { ...theirs, deliveries };
}

function doubt(deliveries: Delivery[], raw: string): void {
  const at = deliveries.findIndex((delivery) => delivery.raw === raw && delivery.address === undefined);
  const same = deliveries[at];
  if (same !== undefined && mayBePosting(same)) deliveries[at] = { ...same, unsure: true };
}

/** The place where it stands now. */
function putIn(deliveries: Delivery[], ours: Delivery): number {
  const at = deliveries.findIndex(
    (delivery) => delivery.raw !== "" && delivery.raw === ours.raw && delivery.address === undefined,
  );
  if (at < 0) return deliveries.push(ours) - 1;
  deliveries[at] = ours;
  return at;
}

/**
 * A notice that we sent, or gave up, and could not store: the record must not ask for it again. One whose end is unknown
 * may have been sent.
 */
export function mergeNotice(theirs: OwnState, ours: RequesterNotice | undefined): OwnState {
  const { notice } = theirs;
  if (ours === undefined || notice === undefined || ours.status !== notice.status) return theirs;
  if (ours.state !== "waiting") return { ...theirs, notice: ours };
  return ours.unsure && notice.state === "waiting" ? { ...theirs, notice: { ...notice, unsure: true } } : theirs;
}

function mergeMessage(theirs: Delivery, ours: Delivery): Delivery {
  const { shows, ...rest } = theirs;
  const agreed = shows?.status === ours.shows?.status && shows?.digest === ours.shows?.digest;
  return {
    ...rest,
    replies: Math.max(theirs.replies, ours.replies),
    ...(shows !== undefined && agreed ? { shows } : {}),
  };
}
