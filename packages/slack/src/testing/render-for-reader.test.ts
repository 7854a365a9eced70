import { describe, expect, it } from "vitest";
import { renderForReader } from "./render-for-reader.ts";
import type { FakeContent, FakeMessage } from "./workspace.ts";

function message(content: Partial<FakeContent>, more: Partial<FakeMessage> = {}): FakeMessage {
  const history = [{ at: new Date(0), text: "", blocks: [], ...content }];
  return {
    channel: "C1",
    ts: "1.0",
    threadTs: undefined,
    metadata: undefined,
    reactions: [],
    replies: [],
    history,
    deleted: false,
    ...more,
  };
}

const mrkdwn = (text: string) => ({ type: "mrkdwn" as const, text });

describe("a reader", () => {
  it("sees blocks from top to bottom, and not the text beside them", () => {
    const shown = message({
      text: "fallback",
      blocks: [
        { type: "header", text: { type: "plain_text", text: "⏳ Title" } },
        { type: "section", fields: [mrkdwn("*User*\n`a_b`"), mrkdwn("*ID*\n`1`")] },
        { type: "divider" },
        { type: "section", text: mrkdwn("*Reason*\n> a &lt; b") },
        { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Go" } }] },
        { type: "context", elements: [mrkdwn("one"), mrkdwn("two")] },
      ],
    });
    expect(renderForReader(shown)).toBe("⏳ Title\n*User*  `a_b`\n*ID*  `1`\n───\n*Reason*\n│ a < b\n[ Go ]\none  two");
  });

  it("sees times as times, links with their address, and nothing of what only keeps links apart", () => {
    const text = "<!date^1767323045^{date}|x> <https://t.example|Open> a\u200B.b";
    expect(renderForReader(message({ text }))).toBe("2 Jan, 03:04 UTC Open (https://t.example) a.b");
  });

  it("sees reactions and the thread below the message", () => {
    const reply = message({ text: "first\nsecond" });
    const shown = message({ text: "parent" }, { reactions: ["white_check_mark"], replies: [reply, reply] });
    expect(renderForReader(shown)).toBe("parent\n:white_check_mark:\n  ↳ first\n    second\n  ↳ first\n    second");
  });

  it("sees that a message was deleted", () => {
    expect(renderForReader(message({ text: "x" }, { deleted: true }))).toBe("(this message was deleted)");
  });
});
