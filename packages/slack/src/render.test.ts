import { type RequestMessage, truncationMark } from "@access-plugins/core";
import { messageOfText, sampleLink, sampleMessage } from "@access-plugins/testing";
import { anyMessage, anyReply, anyText } from "@access-plugins/testing/arbitrary-message";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Rendered, renderMessage, renderReply } from "./render.ts";
import { blocksSchema, maxUpdateText, textObjectsOf } from "./testing/block-kit-limits.ts";
import { judgeMessage } from "./testing/judge-message.ts";
import { parseMrkdwn, type Token } from "./testing/mrkdwn-parser.ts";

/** Below the number at which Slack was seen to refuse, with room for how it may count. */
const totalRoom = 10_000;
const textRoom = 3_900;

const at = new Date("2026-01-02T03:04:05Z");
const allTimes = { created: at, requestExpiry: at, accessExpiry: at, sessionExpiry: at, assumeStart: at };

function checkLimits({ text, blocks }: Rendered): void {
  const accepted = blocksSchema.parse(blocks);
  const total = textObjectsOf(accepted).reduce((sum, object) => sum + object.text.length, 0);
  expect(total).toBeLessThanOrEqual(totalRoom);
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(textRoom);
  expect(textRoom).toBeLessThan(maxUpdateText);
}

function judge({ text, blocks }: Rendered) {
  return judgeMessage({ text, blocks: blocksSchema.parse(blocks) });
}

// Hundreds of runs; on a busy machine they take their time.
const timeout = 60_000;

describe("any message", { timeout }, () => {
  it("fits Slack's limits", () => {
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
      { numRuns: 400 },
    );
  });
});

describe("a message in which everything is too long", { timeout }, () => {
  it.each(["a", "&", "<", "\n", ".", "@ ", "a:b:", '"', "\u{1F600}", "e\u0301"])(
    "fits Slack's limits, made of %j",
    (unit) => {
      const long = unit.repeat(6_000);
      // Names of every length up to the limit: which ones fit together is not ours to choose.
      for (let length = 1; length < 400; length += 11) {
        const names = Array.from({ length: 100 }, (_, index) => `${index}${unit.repeat(length)}`);
        const text = (field: string) =>
          field === "note" || field === "author" ? `x${unit.repeat(length)}` : `x${long}`;
        const message = messageOfText(text);
        const reviews = names.map((author) => ({
          ...message.reviews[0],
          author,
          state: "denied" as const,
          reason: `x${long}`,
        }));
        const roles = names.map((name) => ({ name, logins: names }));
        checkLimits(
          renderMessage({
            ...message,
            requestId: long,
            roles,
            resources: names,
            reviews,
            notes: names,
            times: allTimes,
          }),
        );
        checkLimits(
          renderReply({
            kind: "review",
            author: `x${unit.repeat(length)}`,
            state: "promoted",
            reason: `x${long}`,
            created: at,
          }),
        );
      }
    },
  );
});

describe("any reply", { timeout }, () => {
  it("fits Slack's limits, mentions nobody and links nowhere", () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const rendered = renderReply(reply);
        checkLimits(rendered);
        expect(judge(rendered)).toEqual({ mentions: [], links: [], faults: [] });
      }),
      { numRuns: 400 },
    );
  });
});

describe("text from people", { timeout }, () => {
  it("stays in its own field and leaves the structure around it as it is", () => {
    const plain = structureOf(renderMessage(messageOfText((field) => `${field}7`)));
    fc.assert(
      fc.property(anyText, (text) => {
        const hostile = renderMessage(messageOfText((field) => `${field}7 ${text}`));
        expect(structureOf(hostile)).toEqual(plain);
      }),
      { numRuns: 400 },
    );
  });

  it("is cut between characters, with a mark", () => {
    const family = "👩‍👩‍👧‍👦";
    const { blocks } = renderMessage(sampleMessage({ reason: family.repeat(2_000) }));
    const reason = JSON.stringify(blocks).match(/> ([^"]*)/u)?.[1] ?? "";
    expect(reason.replaceAll(family, "")).toBe(truncationMark);
    expect(reason.length).toBeGreaterThan(1_000);
  });

  it("keeps names as they are in blocks, so that they can be copied", () => {
    const { blocks } = renderMessage(sampleMessage({ user: "prod_*admin*.x:y@z", roles: [{ name: "a & <b>" }] }));
    expect(JSON.stringify(blocks)).toContain("`prod_*admin*.x:y@z`");
    expect(JSON.stringify(blocks)).toContain("`a &amp; &lt;b&gt;`");
  });
});

describe("a message", () => {
  it("says what is asked for in its title", () => {
    const title = (changes: Partial<RequestMessage>) => renderMessage(sampleMessage(changes)).text.split("\n")[0];
    expect(title({ resources: [] })).toBe("⏳ Role request: waiting for review – alice7, editor7, auditor7");
    expect(title({ status: "approved" })).toBe("✅ Resource request: approved – alice7, /cluster7/node/db7");
    expect(title({ kind: "long_term", status: "denied" })).toMatch(
      /^❌ Resource request \(long-term access\): denied/u,
    );
    expect(title({ audience: "requester", resources: [] })).toMatch(/^⏳ Your role request: waiting/u);
  });

  it("shows times as tokens that every reader's client turns into local time", () => {
    const { text, blocks } = renderMessage(sampleMessage());
    const token = "<!date^1767323045^{date_short_pretty} at {time}|2 Jan 2026, 03:04 UTC>";
    expect(text).toContain(`Requested: ${token}`);
    expect(JSON.stringify(blocks)).toContain(`*Requested*: ${token}`);
  });

  it("says until when to review only while that matters, and leaves out times that are none", () => {
    expect(renderMessage(sampleMessage()).text).toContain("Review before");
    expect(renderMessage(sampleMessage({ status: "approved" })).text).not.toContain("Review before");
    const times = { created: new Date(Number.NaN) };
    expect(renderMessage(sampleMessage({ times })).text).not.toContain("Requested");
  });

  it("links to Teleport by an escaped address, and shows an address that is none as text", () => {
    const link = `${sampleLink}?a=1&b=<x>|y`;
    const { blocks } = renderMessage(sampleMessage({ action: { link } }));
    expect(JSON.stringify(blocks)).toContain(`<${sampleLink}?a=1&amp;b=%3Cx%3E%7Cy|Open in Teleport>`);
    for (const bad of ["javascript:alert(1)", "not a url", `https://teleport.example.com/${"x".repeat(900)}`]) {
      expect(judge(renderMessage(sampleMessage({ action: { link: bad } }))).links).toEqual([]);
    }
  });

  it("counts the roles, resources and reviews that do not fit", () => {
    const many = Array.from({ length: 500 }, (_, index) => `role-${index}`);
    const reviews = many.map((author) => ({ author, state: "approved" as const, reason: "" }));
    const { text, blocks } = renderMessage(
      sampleMessage({ roles: many.map((name) => ({ name })), reviews, resources: many }),
    );
    expect(JSON.stringify(blocks)).toMatch(/role-0`, `role-1`.* and \d+ more/u);
    expect(JSON.stringify(blocks)).toMatch(/\d+ earlier not shown here.*role-499/u);
    expect(text).toMatch(/role-0, role-1.* and \d+ more/u);
  });

  it("tells roles without logins from roles whose logins are not known", () => {
    const { text } = renderMessage(sampleMessage({ roles: [{ name: "a", logins: [] }, { name: "b" }] }));
    expect(text).toContain("Roles: a (no logins), b");
  });

  it("needs no blocks in its plain form and says the same", () => {
    const rich = renderMessage(sampleMessage());
    expect(renderMessage(sampleMessage({ form: "plain" }))).toEqual({ text: rich.text, blocks: [] });
  });
});

describe("a reply", () => {
  it("names author, verdict and reason of a review", () => {
    const created = new Date("2026-01-02T03:04:05Z");
    const { text } = renderReply({ kind: "review", author: "bob", state: "denied", reason: "not\nnow", created });
    expect(text).toMatch(/^❌ bob denied, <!date\^1767323045\^[^>]*>\n> not\n> now$/u);
  });

  it("names the outcome and its reason", () => {
    expect(renderReply({ kind: "outcome", status: "approved", resolveReason: "ok" }).text).toBe(
      "✅ Request approved\n> ok",
    );
    expect(renderReply({ kind: "outcome", status: "removed", resolveReason: "" }).text).toBe(
      "⛔ Request removed before it was decided",
    );
  });
});

function hrefOf({ action, audience }: RequestMessage): string | undefined {
  if (action === undefined || !("link" in action) || audience === "requester") return undefined;
  return URL.parse(action.link)?.href.replaceAll("|", "%7C");
}

/** Which tokens follow each other in each text, what is ours in them, and whose field each name stands in. */
function structureOf({ blocks, text }: Rendered): unknown {
  const objects = textObjectsOf(blocksSchema.parse(blocks));
  return [
    ...objects.map((object) =>
      sketch(object.type === "plain_text" ? [] : parseMrkdwn(object.text, { linksBareAddresses: false })),
    ),
    text.split("\n").flatMap((line) => /^(?:[A-Z][A-Za-z ]+): /u.exec(line)?.[0] ?? []),
  ];
}

function sketch(tokens: readonly Token[]): readonly string[] {
  const parts = tokens.flatMap((token): readonly string[] => {
    if (token.kind === "bold") return [`*${ownerOf(JSON.stringify(token.tokens))}${JSON.stringify(token.tokens)}*`];
    if (token.kind === "quote") return [`> ${ownerOf(JSON.stringify(token.tokens))}`];
    if (token.kind === "code") return [`\`${ownerOf(token.text)}\``];
    return token.kind === "text" ? [] : [token.kind];
  });
  // A quotation may have any number of lines; only the first says whose it is.
  return parts.filter((part) => part !== "> ");
}

function ownerOf(text: string): string {
  return text.match(/\b([a-z]+)7\b/u)?.[1] ?? "";
}
