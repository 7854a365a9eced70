import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import { openDeadline } from "./deadline.ts";

describe("openDeadline", () => {
  it("aborts when the time is over, and says that this was why", async () => {
    const clock = createFakeClock();
    const deadline = openDeadline(10, new AbortController().signal, clock);
    await clock.advance(9);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.ended).toBe("deadline");
  });

  it("gives a process that stood still a moment to read what has arrived meanwhile", async () => {
    const clock = createFakeClock();
    let lost = 0;
    const stopped = { ...clock, monotonic: () => clock.monotonic() + lost };
    const [answered, unanswered] = [10, 10].map((ms) => openDeadline(ms, new AbortController().signal, stopped));
    lost = 9_000;
    await clock.advance(10);
    expect(unanswered?.ended).toBeUndefined();
    answered?.close();
    await clock.advance(100);
    expect([answered?.ended, unanswered?.ended]).toEqual([undefined, "deadline"]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("aborts with the caller, for the caller's reason", () => {
    const caller = new AbortController();
    const deadline = openDeadline(10, caller.signal, createFakeClock());
    const reason = new Error("enough");
    caller.abort(reason);
    expect(deadline.signal.reason).toBe(reason);
    expect(deadline.ended).toBe("abort");
  });

  it("is over at once when the caller has already gone", () => {
    expect(openDeadline(10, AbortSignal.abort(), createFakeClock()).ended).toBe("abort");
  });

  it("does nothing any more once it is closed", async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const deadline = openDeadline(10, caller.signal, clock);
    deadline.close();
    deadline.close();
    caller.abort();
    await clock.advance(20);
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.ended).toBeUndefined();
  });
});
