import { type RequestMessage, truncationMark } from "@access-plugins/core";
import { hostileTexts, messageOfText, sampleLink, sampleMessage } from "@access-plugins/testing";
import { anyMessage, anyReply, anyText } from "@access-plugins/testing/arbitrary-message";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toAddress } from "./markdown.ts";
import { type Rendered, renderMessage, renderReply } from "./render.ts";
import { attachmentsOf, toStoredProps } from "./testing/attachments.ts";
import { judgePost, proseOf } from "./testing/judge-post.ts";

/** Far below the server's 800,000, and with the body below its 300,000 bytes whatever the alphabet. */
const attachmentRoom = 14_000;
/** What very old databases hold. */
const oldestPostSize = 4_000;
const bodyRoom = 100_000;

const at = new Date("2026-01-02T03:04:05Z");
const allTimes = { created: at, requestExpiry: at, accessExpiry: at, sessionExpiry: at, assumeStart: at };

function contentOf({ message, attachments }: Rendered) {
  return { message, props: attachments.length === 0 ? {} : { attachments } };
}

function checkLimits(rendered: Rendered): void {
  const { message, attachments } = rendered;
  expect(message.length).toBeGreaterThan(0);
  expect([...message].length).toBeLessThanOrEqual(oldestPostSize);
  expect(JSON.stringify(attachments).length).toBeLessThanOrEqual(attachmentRoom * 2);
  expect(Buffer.byteLength(JSON.stringify(rendered))).toBeLessThanOrEqual(bodyRoom);
  const texts = attachments.flatMap(({ text, fields }) => [text, ...fields.map(({ value }) => value)]);
  expect(texts.join("").length).toBeLessThanOrEqual(attachmentRoom);
  // The server's own reading keeps every attachment.
  expect(attachmentsOf(toStoredProps(contentOf(rendered).props))).toHaveLength(attachments.length);
}

function judge(rendered: Rendered) {
  return judgePost(contentOf(rendered));
}

/** Everything but what stands in code. */
function structureOf(rendered: Rendered): string {
  return JSON.stringify({ ...rendered, attachments: rendered.attachments.map(({ fallback: _, ...rest }) => rest) })
    .replace(/```\\n.*?\\n```/gu, "BLOCK")
    .replace(/`[^`]*`/gu, "CODE");
}

// Hundreds of runs; on a busy machine they take their time.
const timeout = 60_000;

describe("any message", { timeout }, () => {
  it("fits Mattermost's limits and types", () => {
    fc.assert(
      fc.property(anyMessage, (message) => checkLimits(renderMessage(message))),
      { numRuns: 400 },
    );
  });

  it("mentions nobody, links only where its action leads, and breaks nothing", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { mentions, links, faults } = judge(renderMessage(message));
        expect({ mentions, faults }).toEqual({ mentions: [], faults: [] });
        expect(links.filter((link) => link !== hrefOf(message))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("any reply", { timeout }, () => {
  it("fits Mattermost's limits, mentions nobody and links nowhere", () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const rendered = renderReply(reply);
        checkLimits(rendered);
        expect(judge(rendered)).toEqual({ mentions: [], links: [], faults: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe("text from people", { timeout }, () => {
  // The plain form has one post for everything: beyond this a review is left out once every character is escaped, which
  // is tested with the limits.
  it.each([
    ["rich", 40],
    ["plain", 20],
  ] as const)("stays in its own place in the %s form, and moves nothing around it", (form, length) => {
    const plain = structureOf(renderMessage({ ...messageOfText((field) => `${field}7`), form }));
    fc.assert(
      fc.property(anyText, (text) => {
        const hostile = renderMessage({ ...messageOfText((field) => `${field}7 ${text.slice(0, length)}`), form });
        expect(structureOf(hostile)).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it.each(["~", "`", "@", "*", "\u{1f600}"])("stays in its own place when it is nothing but %s", (character) => {
    const plain = structureOf(renderMessage({ ...messageOfText((field) => `${field}7`), form: "plain" }));
    const text = character.repeat(20);
    const hostile = renderMessage({ ...messageOfText((field) => `${field}7 ${text}`), form: "plain" });
    expect(structureOf(hostile)).toEqual(plain);
  });

  it.each(["rich", "plain"] as const)(
    "is never prose in the %s form, where any plain word may be somebody's keyword",
    (form) => {
      for (const text of hostileTexts) {
        const message = { ...messageOfText((field) => `canary${field} ${text} canary`), form };
        expect(proseOf(contentOf(renderMessage(message)))).not.toContain("canary");
      }
      const review = renderReply({ kind: "review", author: "canary", state: "denied", reason: "canary" });
      expect(proseOf(contentOf(review))).not.toContain("canary");
    },
  );

  it("is cut between characters, with a mark", () => {
    const family = "👩‍👩‍👧‍👦";
    const { attachments } = renderMessage(sampleMessage({ reason: family.repeat(2_000) }));
    const reason = attachments[0]?.fields.find(({ title }) => title === "Reason")?.value ?? "";
    expect(reason).toMatch(/^```\n/u);
    expect(reason.slice(4, -4).replaceAll(family, "")).toBe(truncationMark);
    expect(reason.length).toBeGreaterThan(3_900);
  });

  it("stays as it is in the rich form, so that it can be copied", () => {
    const text = JSON.stringify(
      renderMessage(
        sampleMessage({ user: "alice@example.com", roles: [{ name: "prod_*x*~y" }], reason: "see #1: a.b/c" }),
      ),
    );
    expect(text).toContain("`alice@example.com`");
    expect(text).toContain("`prod_*x*~y`");
    expect(text).toContain("see #1: a.b/c");
  });

  it("of 4,096 bytes in a reason is shown whole", () => {
    const reason = "x".repeat(4_096);
    expect(JSON.stringify(renderMessage(sampleMessage({ reason })))).toContain(reason);
  });
});

describe("a message in which everything is too long", { timeout }, () => {
  it.each(["a", "`", "@", "\n", "a.b:", '"', "\u{1F600}", "e\u0301", "///"])("fits the limits, made of %j", (unit) => {
    const long = unit.repeat(6_000);
    for (let length = 1; length < 400; length += 23) {
      const names = Array.from({ length: 100 }, (_, index) => `${index}${unit.repeat(length)}`);
      const message = messageOfText(() => `x${long}`);
      const reviews = names.map((author) => ({ author, state: "denied" as const, reason: `x${long}`, created: at }));
      const roles = names.map((name) => ({ name, logins: names }));
      const full = { ...message, requestId: long, roles, resources: names, reviews, notes: names, times: allTimes };
      checkLimits(renderMessage(full));
      checkLimits(renderMessage({ ...full, form: "plain" }));
    }
  });
});

describe("a message", () => {
  it("says in our own words what it is about, and in its fallback who asks for what", () => {
    const { message, attachments } = renderMessage(sampleMessage({ resources: [] }));
    expect(message).toBe("**⏳ Role request: waiting for review**");
    expect(attachments[0]?.fallback).toBe("⏳ Role request: waiting for review – alice7, editor7, auditor7");
    expect(renderMessage(sampleMessage({ kind: "long_term", status: "denied" })).message).toBe(
      "**❌ Resource request (long-term access): denied**",
    );
  });

  it("has a colour for how it stands", () => {
    const color = (status: RequestMessage["status"]) => renderMessage(sampleMessage({ status })).attachments[0]?.color;
    const colors = (["pending", "approved", "denied", "promoted", "expired"] as const).map(color);
    expect(new Set(colors).size).toBe(5);
    expect(color("removed")).toBe(color("expired"));
  });

  it("shows who wants what and why, how it stands, and then the times in pairs", () => {
    const { attachments } = renderMessage(sampleMessage({ approvals: { given: 1, needed: 2 } }));
    expect(attachments[0]?.fields).toEqual([
      { title: "User", value: "`alice7`", short: true },
      { title: "Cluster", value: "`cluster7`", short: true },
      { title: "Roles", value: "`editor7` (logins `root7`), `auditor7`", short: false },
      { title: "Resources", value: "`/cluster7/node/db7`", short: false },
      { title: "Reason", value: "```\nincident7 needs a look\n```", short: false },
      { title: "Status", value: "⏳ PENDING (1 of 2 approvals)", short: false },
      { title: "Requested", value: "2 Jan 2026, 03:04 UTC", short: true },
      { title: "Review before", value: "2 Jan 2026, 04:04 UTC", short: true },
      { title: "Access until", value: "2 Jan 2026, 11:04 UTC", short: true },
      { title: "ID", value: "`0192f3a4-5b6c-7d8e-9f00-112233445566`", short: true },
    ]);
  });

  it("leads to Teleport by its heading, and shows an address that is none as text", () => {
    const link = `${sampleLink}?a=(1)&b=<x>|y`;
    const heading = renderMessage(sampleMessage({ action: { link } })).attachments[0];
    expect(heading).toMatchObject({ title: "Open in Teleport", title_link: `${sampleLink}?a=%281%29&b=%3Cx%3E%7Cy` });
    for (const bad of ["javascript:alert(1)", "not a url", `https://teleport.example.com/${"x".repeat(900)}`]) {
      for (const form of ["rich", "plain"] as const) {
        const rendered = renderMessage(sampleMessage({ action: { link: bad }, form }));
        expect(judge(rendered).links).toEqual([]);
        expect(JSON.stringify(rendered)).toContain("Open in Teleport");
      }
    }
  });

  it("is text alone in its plain form and says the same", () => {
    const { message, attachments } = renderMessage(sampleMessage({ form: "plain" }));
    expect(attachments).toEqual([]);
    expect(message.split("\n")).toEqual([
      "**⏳ Resource request: waiting for review**",
      "**User**: `alice7`",
      "**Cluster**: `cluster7`",
      "**Roles**: `editor7` (logins `root7`), `auditor7`",
      "**Resources**: `/cluster7/node/db7`",
      "**Reason**:",
      "```",
      "incident7 needs a look",
      "```",
      "**Status**: ⏳ PENDING",
      `[Open in Teleport](${sampleLink})`,
      "**Requested**: 2 Jan 2026, 03:04 UTC",
      "**Review before**: 2 Jan 2026, 04:04 UTC",
      "**Access until**: 2 Jan 2026, 11:04 UTC",
      "**ID**: `0192f3a4-5b6c-7d8e-9f00-112233445566`",
    ]);
  });

  it("counts what does not fit", () => {
    const many = Array.from({ length: 500 }, (_, index) => `role-${index}`);
    const reviews = many.map((author) => ({ author, state: "approved" as const, reason: "" }));
    const text = JSON.stringify(renderMessage(sampleMessage({ roles: many.map((name) => ({ name })), reviews })));
    expect(text).toMatch(/`role-0`, `role-1`.* and \d+ more/u);
    expect(text).toMatch(/\d+ earlier not shown here.*role-499/u);
  });
});

describe("a reply", () => {
  it("is coloured by the verdict and names author, time and reason", () => {
    const reply = { kind: "review", author: "bob", state: "denied", reason: "not\nnow", created: at } as const;
    expect(renderReply(reply)).toEqual({
      message: "**❌ Review: denied**",
      attachments: [
        {
          color: "#d24b4e",
          fallback: "❌ Review: denied – bob",
          title: "",
          title_link: "",
          text: "`bob` denied, 2 Jan 2026, 03:04 UTC\n```\nnot\nnow\n```",
          fields: [],
        },
      ],
    });
  });

  it("is one line for an outcome without reason", () => {
    expect(renderReply({ kind: "outcome", status: "expired", resolveReason: " " })).toEqual({
      message: "**⌛ Request expired**",
      attachments: [],
    });
  });
});

/** Where the message's own action leads, as it may stand in a link. */
function hrefOf({ action, audience }: RequestMessage): string | undefined {
  return action !== undefined && "link" in action && audience === "reviewer" ? toAddress(action.link, 800) : undefined;
}
