import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { toRequest, toReview } from "../testing/samples.ts";
import { createRequestIndex } from "./request-index.ts";

const id = "r1";
const request = toRequest({ id });

function start() {
  const clock = createFakeClock(new Date("2026-03-14T12:00:00Z"));
  const index = createRequestIndex(clock, (data) => data["lease"]);
  const stored = () => index.source(id).stored();
  const dataOf = () => {
    const entry = stored();
    return entry === "unread" ? entry : entry.data;
  };
  return { clock, index, stored, dataOf, source: index.source(id) };
}

describe("what is known of a request", () => {
  it("changes with every new revision, and with nothing else", () => {
    const { index } = start();
    expect(index.put(request, 1)).toBe(true);
    expect(index.put(request, 1)).toBe(false);
    expect(index.put({ ...request, revision: "r2" }, 1)).toBe(true);
  });

  it.each([
    ["state", { state: "approved" as const }],
    ["reviews", { reviews: [toReview()] }],
    ["resolve reason", { resolveReason: "why" }],
  ])("changes with its %s where the server sends no revisions", (_what, change) => {
    const { index } = start();
    const old = { ...request, revision: "" };
    index.put(old, 1);
    expect(index.put({ ...old }, 1)).toBe(false);
    expect(index.put({ ...old, ...change }, 1)).toBe(true);
  });

  it("is never taken back by a listing that is older than an event of the same stream", () => {
    const { index, source } = start();
    index.put({ ...request, revision: "r2", state: "approved" }, 1);
    expect(index.list(request, 1)).toBe(false);
    expect(source.view()?.request?.state).toBe("approved");
    expect(index.list({ ...request, revision: "r3", state: "denied" }, 2)).toBe(true);
    expect(source.view()?.request?.state).toBe("denied");
  });

  it("is never brought back by a listing once it is gone", () => {
    const { index, source } = start();
    index.put(request, 1);
    index.delete(id, 1);
    expect(index.list({ ...request, revision: "r9" }, 2)).toBe(false);
    expect(source.view()).toMatchObject({ gone: "removed", request: { revision: "r1" } });
  });

  it("is nothing before it is seen and after it is forgotten", () => {
    const { index, source } = start();
    expect([source.view(), source.stored(), index.has(id), index.laneOf(id)]).toEqual([undefined, "unread", false, ""]);
    index.put(request, 1);
    expect([index.has(id), index.laneOf(id), [...index.ids()]]).toEqual([true, "alice", [id]]);
    index.forget(id);
    source.remember({ late: "result" });
    expect([source.view(), index.has(id)]).toEqual([undefined, false]);
  });

  it("counts as open, and is expected in listings, until it is gone", () => {
    const { index } = start();
    index.put(request, 1);
    index.put({ ...request, id: "r2" }, 1);
    expect([index.countOpen(), [...index.expected()]]).toEqual([2, [id, "r2"]]);
    index.delete(id, 1);
    expect([index.countOpen(), [...index.expected()], index.isGone(id)]).toEqual([1, ["r2"], true]);
  });

  it("knows which stream last had an event about it", () => {
    const { index } = start();
    index.list(request, 1);
    expect(index.touched(id, 1)).toBe(false);
    index.put(request, 1);
    expect([index.touched(id, 1), index.touched(id, 2)]).toEqual([true, false]);
  });
});

describe("how a request ended", () => {
  const at = (text: string) => ({ ...request, requestExpiry: new Date(text) });

  it.each([
    ["expired when its time was over", at("2026-03-14T11:00:00Z"), "expired"],
    ["expired when its time is as good as over: clocks differ", at("2026-03-14T12:00:59Z"), "expired"],
    ["removed before its time", at("2026-03-14T12:01:01Z"), "removed"],
    ["removed when it had no end", request, "removed"],
  ])("%s", (_what, seen, gone) => {
    const { index, source } = start();
    index.put(seen, 1);
    index.delete(id, 1);
    expect(source.view()?.gone).toBe(gone);
  });

  it("is proved by the deletion as well when a listing of this stream showed it", () => {
    const { index, source } = start();
    index.list(request, 2);
    index.delete(id, 2);
    expect(source.view()?.gone).toBe("removed");
  });

  it("was not observed when the stream that saw it broke before the deletion, or nobody saw it", () => {
    const { index, source } = start();
    index.put(request, 1);
    index.delete(id, 2);
    expect(source.view()?.gone).toBe("closed");
    index.delete("stranger", 2);
    expect(index.source("stranger").view()).toEqual({ gone: "closed" });
  });

  it("was not observed when it vanished, but that takes nothing back that was", () => {
    const { index, source } = start();
    index.put(request, 1);
    index.vanish(id);
    expect(source.view()?.gone).toBe("closed");
    index.delete(id, 1);
    index.vanish(id);
    expect(source.view()?.gone).toBe("removed");
  });
});

describe("what is stored for a request", () => {
  it("is known to be nothing when it is new, so that no read is needed", () => {
    const { clock, index, stored } = start();
    index.put(request, 1);
    expect(stored()).toEqual({ data: undefined, leaseSince: clock.monotonic(), since: clock.monotonic() });
  });

  it.each([
    ["was decided already", { state: "approved" as const }],
    ["was reviewed already", { reviews: [toReview()] }],
  ])("has to be read when the request %s", (_what, fields) => {
    const { index, stored } = start();
    index.put({ ...request, ...fields }, 1);
    expect(stored()).toBe("unread");
  });

  it("does not become nothing because another event comes", () => {
    const { index, stored, source } = start();
    index.put(request, 1);
    source.remember("unread");
    index.put({ ...request, revision: "r2" }, 1);
    expect(stored()).toBe("unread");
  });

  it("has stood there since it was first seen like this, its lease since that value was first seen", async () => {
    const { clock, index, stored, source } = start();
    index.put(request, 1);
    const start1 = clock.monotonic();
    source.remember({ lease: "l1", messages: "a" });
    await clock.advance(1_000);
    source.remember({ messages: "a", lease: "l1" });
    expect(stored()).toMatchObject({ since: start1, leaseSince: start1 });
    await clock.advance(1_000);
    source.remember({ lease: "l1", messages: "b" });
    expect(stored()).toMatchObject({ since: start1 + 2_000, leaseSince: start1 });
    source.remember({ lease: "l2", messages: "b" });
    expect(stored()).toMatchObject({ leaseSince: start1 + 2_000 });
  });

  it("keeps the age of its lease while it has to be read again: an observer must not start over", async () => {
    const { clock, index, stored, source } = start();
    index.put(request, 1);
    const before = clock.monotonic();
    source.remember({ lease: "l1" });
    await clock.advance(5_000);
    index.distrust(id);
    expect(stored()).toBe("unread");
    source.remember({ lease: "l1" });
    expect(stored()).toMatchObject({ leaseSince: before });
  });

  it("is taken from one answer for all, also for a request nobody has seen", () => {
    const { index, dataOf } = start();
    index.store(id, { user: "alice" }, index.moment());
    expect(dataOf()).toEqual({ user: "alice" });
    expect([...index.expected()]).toEqual([id]);
  });

  it("is never overwritten by an answer that began before a session read, wrote or gave up what it knew", () => {
    const { index, dataOf, source } = start();
    index.put(request, 1);
    const moment = index.moment();
    source.remember({ messages: "written since" });
    index.store(id, undefined, moment);
    expect(dataOf()).toEqual({ messages: "written since" });
    const next = index.moment();
    source.remember("unread");
    index.store(id, { messages: "old" }, next);
    expect(dataOf()).toBe("unread");
    index.store(id, { messages: "new" }, index.moment());
    expect(dataOf()).toEqual({ messages: "new" });
  });

  it("that was only assumed gives way to what was read", () => {
    const { index, dataOf } = start();
    const moment = index.moment();
    index.put(request, 1);
    index.store(id, { messages: "of another replica" }, moment);
    expect(dataOf()).toEqual({ messages: "of another replica" });
  });
});
