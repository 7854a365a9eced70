import { describe, expect, it } from "vitest";
import { slashAddress, toDelivery, toOwnState } from "../testing/samples.ts";
import type { Delivery, RequesterNotice } from "./delivery.ts";
import { mergeNotice, mergePosted, takeOver } from "./takeover.ts";

const to = { id: "C1", kind: "channel" } as const;
const posted = (raw: string, id: string, fields: Partial<Delivery> = {}) =>
  toDelivery({ raw, state: "sent", address: { channel: raw, id }, ...fields });

describe("takeOver", () => {
  it("doubts everybody the dead holder may have been telling, and nobody else", () => {
    const deliveries = [
      toDelivery({ raw: "a" }),
      toDelivery({ raw: "b", state: "blocked", to, code: "recipient_forbidden" }),
      toDelivery({ raw: "c", state: "blocked", code: "recipient_unknown" }),
      posted("d", "1"),
      toDelivery({ raw: "e", state: "gone" }),
      toDelivery({ raw: "f", state: "skipped" }),
      toDelivery({ raw: "g", state: "orphan", unsure: true }),
    ];
    const doubted = takeOver(toOwnState(deliveries)).deliveries;
    expect(doubted.filter(({ unsure }) => unsure).map(({ raw }) => raw)).toEqual(["a", "b", "g"]);
    expect(doubted.map(({ state }) => state)).toEqual(deliveries.map(({ state }) => state));
  });
});

describe("mergePosted", () => {
  const merge = (theirs: readonly Delivery[], ours: readonly Delivery[]) =>
    mergePosted(toOwnState(theirs), ours, slashAddress).deliveries;

  it("makes those told whom the other record still waits for", () => {
    const theirs = [toDelivery({ raw: "a" }), toDelivery({ raw: "b", unsure: true })];
    expect(merge(theirs, [posted("b", "1")])).toEqual([theirs[0], posted("b", "1")]);
  });

  it("keeps a second message of somebody the other one has told: both are kept true", () => {
    expect(merge([posted("a", "1")], [posted("a", "2")])).toEqual([posted("a", "1"), posted("a", "2")]);
  });

  it("adds what was adopted, which has no raw form to be found by", () => {
    const adopted = posted("", "9", { address: { channel: "C9", id: "9" } });
    expect(merge([toDelivery({ raw: "" })], [adopted])).toEqual([toDelivery({ raw: "" }), adopted]);
  });

  it("doubts whoever is not told yet of those to whom a post of ours came to an unknown end", () => {
    const theirs = [toDelivery({ raw: "a" }), posted("b", "1"), toDelivery({ raw: "c", state: "gone" })];
    const ours = ["a", "b", "c", "d"].map((raw) => toDelivery({ raw, unsure: true }));
    expect(merge(theirs, ours)).toEqual([{ ...theirs[0], unsure: true }, theirs[1], theirs[2]]);
  });

  it("adds nothing that is known or was never posted", () => {
    const theirs = [posted("a", "1"), toDelivery({ raw: "b" })];
    expect(merge(theirs, [posted("a", "1"), toDelivery({ raw: "c" })])).toEqual(theirs);
  });

  it("repeats no reply to a message that both know, and has it edited where they disagree about what it shows", () => {
    const shows = { status: "pending", digest: "same" } as const;
    const theirs = posted("a", "1", { replies: 1, shows, to: { id: "C1", kind: "channel" } });
    const agreed = merge([theirs], [posted("a", "1", { replies: 3, shows })]);
    expect(agreed).toEqual([{ ...theirs, replies: 3 }]);
    const [disputed] = merge(
      [theirs],
      [posted("a", "1", { replies: 0, shows: { status: "approved", digest: "new" } })],
    );
    expect(disputed).toMatchObject({ replies: 1, to: { id: "C1" } });
    expect(disputed).not.toHaveProperty("shows");
  });

  it("changes nothing a second time", () => {
    const ours = [posted("a", "2"), posted("b", "3"), posted("x", "4")];
    const once = merge([posted("a", "1"), toDelivery({ raw: "b" })], ours);
    expect(merge(once, ours)).toEqual(once);
  });
});

describe("mergeNotice", () => {
  const waiting = { status: "approved", state: "waiting" } as const;
  const merge = (theirs: RequesterNotice, ours: RequesterNotice) =>
    mergeNotice({ ...toOwnState([]), notice: theirs }, ours).notice;

  it("keeps what became of ours, and the doubt whether it was sent", () => {
    expect(merge(waiting, { ...waiting, state: "told" })).toEqual({ ...waiting, state: "told" });
    expect(merge(waiting, { ...waiting, unsure: true })).toEqual({ ...waiting, unsure: true });
    expect(merge(waiting, waiting)).toEqual(waiting);
  });

  it("leaves alone what the other one has settled, and another outcome", () => {
    const told = { ...waiting, state: "told" } as const;
    expect(merge(told, { ...waiting, unsure: true })).toEqual(told);
    const denied = { status: "denied", state: "waiting" } as const;
    expect(merge(denied, { ...told, unsure: true })).toEqual(denied);
  });
});
