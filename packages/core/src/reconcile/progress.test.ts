import { createSeededRandom } from "@access-plugins/testing/doubles";
import { describe, expect, it } from "vitest";
import { type ErrorCode, type ErrorFacts, PluginError } from "../base/plugin-error.ts";
import { toDelivery } from "../testing/samples.ts";
import type { Delivery } from "./delivery.ts";
import { type Attempts, afterEdit, afterFailure, afterPost, type DeliveryStep } from "./progress.ts";

const address = { channel: "C1", id: "1" };
const waiting = toDelivery({ to: { id: "C1", kind: "channel" } });
const sent = toDelivery({ state: "sent", address, shows: { status: "pending", digest: "old" }, replies: 1 });
const post: DeliveryStep = { do: "post", index: 0 };
const edit: DeliveryStep = { do: "edit", index: 0 };
const reply: DeliveryStep = { do: "reply", index: 0, review: 1 };
const now = 10_000;
const hour = 3_600_000;

function fail(
  step: DeliveryStep,
  delivery: Delivery,
  code: ErrorCode,
  facts: ErrorFacts = {},
  progress: Attempts = {},
) {
  const random = { ...createSeededRandom(1), next: () => 0.5 };
  return afterFailure(step, delivery, progress, new PluginError(code, "no", facts), now, random);
}

describe("afterPost", () => {
  it("makes the delivery told, with nothing left of what stood in its way", () => {
    const before: Delivery = { ...waiting, state: "blocked", code: "recipient_forbidden", unsure: true, plain: true };
    expect(afterPost(before, address, { status: "pending", digest: "new" })).toEqual({
      ...waiting,
      state: "sent",
      address,
      shows: { status: "pending", digest: "new" },
      plain: true,
    });
  });

  it("leaves open what a message shows that was only found", () => {
    const found = afterPost({ ...waiting, shows: { status: "pending", digest: "old" } }, address, undefined);
    expect(Object.hasOwn(found, "shows")).toBe(false);
  });
});

describe("afterEdit", () => {
  const shows = { status: "approved", digest: "new" } as const;

  it("keeps the refreshed address and what is shown now", () => {
    const refreshed = { channel: "C1", id: "2" };
    expect(afterEdit(sent, refreshed, shows, undefined)).toEqual({ ...sent, address: refreshed, shows });
  });

  it("counts the reviews as told where the platform has no replies, and never fewer than before", () => {
    expect(afterEdit(sent, address, shows, 3).replies).toBe(3);
    expect(afterEdit(sent, address, shows, 0).replies).toBe(1);
  });
});

describe("a failed call", () => {
  it.each<[string, ErrorCode, ErrorFacts, number, number]>([
    ["for the back-off", "unavailable", {}, 0, 250],
    ["longer after more tries", "unavailable", {}, 3, 2_000],
    ["as long as the platform asks", "rate_limited", { retryAfterMs: 7_000 }, 9, 7_000],
    ["for the back-off when the platform asks for no wait at all", "rate_limited", { retryAfterMs: 0 }, 0, 250],
    ["no longer after more tries when the limiter paces the calls", "rate_limited", {}, 9, 250],
  ])("that may succeed later waits %s", (_what, code, facts, attempts, ms) => {
    const failed = fail(post, waiting, code, facts, { attempts });
    expect(failed).toEqual({
      verdict: "retry",
      delivery: waiting,
      progress: { attempts: attempts + 1, notBefore: now + ms },
    });
  });

  it("of a post may have been a post when nobody can know, or when the fault is ours", () => {
    expect(fail(post, waiting, "timeout", { ambiguous: true }).delivery.unsure).toBe(true);
    expect(fail(post, waiting, "aborted", { ambiguous: true }).delivery.unsure).toBe(true);
    expect(fail(post, waiting, "internal").delivery).toMatchObject({ state: "blocked", unsure: true });
    expect(fail(post, waiting, "unavailable").delivery.unsure).toBeUndefined();
    expect(fail(edit, sent, "timeout", { ambiguous: true }).delivery).toEqual(sent);
  });

  it.each(["recipient_unknown", "recipient_forbidden", "app_not_installed"] as const)(
    "because of %s blocks somebody not told for an hour",
    (code) => {
      const failed = fail(post, waiting, code);
      expect(failed).toMatchObject({ verdict: "blocked", progress: { notBefore: now + hour } });
      expect(failed.delivery).toEqual({ ...waiting, state: "blocked", code });
    },
  );

  it("that would block leaves a live message live: only its next edit waits", () => {
    const failed = fail(edit, sent, "recipient_forbidden");
    expect(failed).toMatchObject({ verdict: "blocked", delivery: sent, progress: { notBefore: now + hour } });
  });

  it("because of its content is tried once more as plain text, then blocked", () => {
    const first = fail(post, waiting, "content_rejected");
    expect(first).toEqual({ verdict: "content", delivery: { ...waiting, plain: true }, progress: {} });
    const second = fail(post, first.delivery, "too_large");
    expect(second).toMatchObject({
      verdict: "blocked",
      delivery: { state: "blocked", code: "too_large", plain: true },
    });
  });

  it.each(["recipient_gone", "message_not_found"] as const)("because of %s is the end of it", (code) => {
    expect(fail(edit, sent, code).delivery).toEqual({ ...sent, state: "gone", code });
    expect(fail(post, waiting, code).delivery).toEqual({ ...waiting, state: "gone", code });
  });

  it("because editing is over locks the message", () => {
    expect(fail(edit, sent, "message_locked").delivery).toEqual({ ...sent, locked: true });
  });

  it.each(["conflict", "aborted", "unauthenticated", "missing_scope"] as const)(
    "because of %s is nobody's fault: nothing changes and nothing waits",
    (code) => {
      expect(fail(post, waiting, code, {}, { attempts: 2 })).toMatchObject({
        delivery: waiting,
        progress: { attempts: 2 },
      });
    },
  );
});

describe("a failed reply", () => {
  it("waits by itself and holds up nothing else", () => {
    const failed = fail(reply, sent, "rate_limited", { retryAfterMs: 5_000 }, { attempts: 2, notBefore: 77 });
    expect(failed).toEqual({
      verdict: "retry",
      delivery: sent,
      progress: { attempts: 2, notBefore: 77, replyAttempts: 1, replyNotBefore: now + 5_000 },
    });
  });

  it.each(["content_rejected", "recipient_forbidden", "message_locked", "internal", "not_implemented"] as const)(
    "is given up because of %s: the message must not suffer",
    (code) => {
      const failed = fail(reply, sent, code);
      expect(failed.delivery).toEqual({ ...sent, replies: 2 });
      expect(failed.progress).toEqual({});
    },
  );

  it("ends a message that is gone", () => {
    expect(fail(reply, sent, "message_not_found").delivery).toMatchObject({ state: "gone", code: "message_not_found" });
  });

  it.each(["conflict", "aborted", "unauthenticated"] as const)("is tried again after %s", (code) => {
    expect(fail(reply, sent, code).delivery).toEqual(sent);
  });
});
