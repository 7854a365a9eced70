import { type MessageStatus, type RequestMessage, truncationMark } from "@access-plugins/core";
import { hostileTexts, sampleMessage } from "@access-plugins/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderMessage } from "./render.ts";
import { findCardFault } from "./testing/card-schema.ts";
import { judgeActivity } from "./testing/judge-activity.ts";
import { renderForReader } from "./testing/render-for-reader.ts";

const statuses: readonly MessageStatus[] = [
  "pending",
  "approved",
  "denied",
  "promoted",
  "expired",
  "removed",
  "closed",
];

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5_000 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.constantFrom(...hostileTexts),
  fc
    .constantFrom('"', "\\", "\n", "{{", "<at>", "👩‍👩‍👧‍👦", "x".repeat(200))
    .chain((part) => fc.nat(4_000).map((n) => part.repeat(n))),
);
const texts = fc.array(text, { maxLength: 30 });
const time = fc.option(fc.date({ noInvalidDate: false }), { nil: undefined });

const message: fc.Arbitrary<RequestMessage> = fc
  .record({
    form: fc.constantFrom("rich", "plain"),
    audience: fc.constantFrom("reviewer", "requester"),
    status: fc.constantFrom(...statuses),
    requestId: text,
    cluster: text,
    user: text,
    roles: fc.array(fc.record({ name: text, logins: texts }), { maxLength: 30 }),
    resources: texts,
    reason: text,
    resolveReason: text,
    reviews: fc.array(
      fc.record({ author: text, state: fc.constantFrom("approved", "denied", "pending", "promoted"), reason: text }),
      { maxLength: 30 },
    ),
    promotedTo: fc.record({ name: text, title: text }),
    notes: texts,
    action: fc.oneof(fc.record({ link: text }), fc.record({ approve: text, deny: text })),
    created: time,
    accessExpiry: time,
  })
  .map(({ created, accessExpiry, ...rest }) => {
    const times = { ...(created ? { created } : {}), ...(accessExpiry ? { accessExpiry } : {}) };
    return { ...sampleMessage(), ...rest, times };
  });

/** Units of UTF-16, the JSON's own characters included: older hosts refuse more than 28 KB. */
const mostCharacters = 25_000;

describe("a message of any content", () => {
  it("stays within the size every Teams takes, is a valid card, and runs nothing", () => {
    fc.assert(
      fc.property(message, (any) => {
        const activity = renderMessage(any);
        expect(JSON.stringify(activity).length).toBeLessThan(mostCharacters);
        const { mentions, links, faults } = judgeActivity(activity);
        expect({ mentions, faults }).toEqual({ mentions: [], faults: [] });
        // A link of ours may be any web address; nothing else may be one.
        const own = any.action && "link" in any.action ? URL.parse(any.action.link)?.href : undefined;
        expect(links.filter((link) => link !== own && !own?.startsWith(link))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("is as small as that when everything in it is as long as Teleport takes", () => {
    const long = '"\\'.repeat(2_048);
    const many = Array.from({ length: 300 }, () => long);
    const largest = sampleMessage({
      requestId: long,
      cluster: long,
      user: long,
      reason: `${long}\n`.repeat(50),
      resolveReason: `${long}\n`.repeat(50),
      roles: many.map((name) => ({ name, logins: many })),
      resources: many,
      reviews: many.map((author) => ({
        author,
        state: "promoted",
        reason: `${long}\n`.repeat(9),
        created: new Date(),
      })),
      notes: many,
      status: "promoted",
      promotedTo: { name: long, title: long },
      action: { approve: long, deny: long },
    });
    for (const form of ["rich", "plain"] as const) {
      const size = JSON.stringify(renderMessage({ ...largest, form })).length;
      expect(size).toBeLessThan(mostCharacters);
      expect(size).toBeGreaterThan(8_000);
    }
  });
});

describe("text that is cut", () => {
  it("ends with the mark, after a whole character", () => {
    const family = "👩‍👩‍👧‍👦";
    const shown = renderForReader(renderMessage(sampleMessage({ user: family.repeat(500) })));
    const [user = ""] = /(?<=User\s+)\S.*/u.exec(shown) ?? [];
    expect(user.endsWith(truncationMark)).toBe(true);
    expect(user.slice(0, -truncationMark.length).replaceAll(family, "")).toBe("");
  });

  it("counts what a list leaves out, and keeps the newest reviews", () => {
    const resources = Array.from({ length: 300 }, (_, index) => `/cluster/node/host-${index}`);
    const reviews = Array.from({ length: 60 }, (_, index) => ({
      author: `reviewer-${index}`,
      state: "approved" as const,
      reason: "fine",
    }));
    const shown = renderForReader(renderMessage(sampleMessage({ resources, reviews })));
    const listed = shown.match(/host-\d+/gu)?.length ?? 0;
    expect(shown).toContain(`and ${300 - listed} more, not shown here`);
    expect(shown).toContain("reviewer-59");
    expect(shown).not.toContain("reviewer-0 ");
    expect(shown).toMatch(/\d+ earlier not shown here/u);
  });
});

describe("the card", () => {
  it.each(statuses)("has a colour and words of its own for %s", (status) => {
    const activity = renderMessage(sampleMessage({ status }));
    expect(findCardFault(activity.attachments[0]?.content)).toBeUndefined();
    expect(renderForReader(activity)).toContain(status.toUpperCase());
  });

  it("shows times as tokens that each reader's client turns into their own zone", () => {
    const json = JSON.stringify(renderMessage(sampleMessage()));
    expect(json).toContain("{{DATE(2026-01-02T03:04:05Z, SHORT)}} {{TIME(2026-01-02T03:04:05Z)}}");
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "no link", `https://x.example/${"y".repeat(2_000)}`])(
    "makes no button of %s",
    (link) => {
      const activity = renderMessage(sampleMessage({ action: { link } }));
      expect(judgeActivity(activity).links).toEqual([]);
      expect(renderForReader(activity)).toContain("Link");
    },
  );
});

describe("the notification", () => {
  it("tells on one line what it is about", () => {
    const { summary } = renderMessage(sampleMessage({ user: "alice\nbob", resources: [] }));
    expect(summary).toBe("⏳ Role request: waiting for review – alice bob, editor7, auditor7");
  });
});

describe("the plain form", () => {
  it("is text alone: Teams would split a card with text beside it", () => {
    const { text: words, attachments, textFormat } = renderMessage(sampleMessage({ form: "plain" }));
    expect({ attachments, textFormat }).toEqual({ attachments: [], textFormat: "plain" });
    expect(words).toContain("Reason:\n  incident7 needs a look");
  });
});
