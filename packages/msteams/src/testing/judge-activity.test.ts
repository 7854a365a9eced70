import { describe, expect, it } from "vitest";
import { judgeActivity } from "./judge-activity.ts";

function cardWith(element: object): object {
  const contentType = "application/vnd.microsoft.card.adaptive";
  const content = { type: "AdaptiveCard", version: "1.5", body: [element] };
  return { type: "message", attachments: [{ contentType, content }] };
}

const block = (text: string) => cardWith({ type: "TextBlock", text });
const runs = (text: string) => cardWith({ type: "RichTextBlock", inlines: [{ type: "TextRun", text }] });

describe("the judge finds", () => {
  it.each([
    ["a link in Markdown", block("[ok](https://evil.example)")],
    ["an image", block("![x](https://evil.example/p.png)")],
    ["bold text", block("**Status**")],
    ["a bare address where Markdown is parsed", block("see https://evil.example")],
    ["a date function of somebody else", runs("{{DATE(2026-01-01T00:00:00Z)}}")],
    ["a hidden mention", runs("<at>Alice</at>")],
    ["reversed text", runs("\u202Eabc")],
    ["an element that is none of 1.5", cardWith({ type: "Rating", value: 3 })],
    ["a property that is none of 1.5", cardWith({ type: "TextBlock", text: "x", colour: "good" })],
    ["an action that posts", cardWith({ type: "ActionSet", actions: [{ type: "Action.Http", url: "https://x" }] })],
  ])("%s", (_, activity) => {
    expect(judgeActivity(activity).faults).not.toEqual([]);
  });

  it("a mention", () => {
    const entity = { type: "mention", text: "<at>A</at>", mentioned: { id: "29:1" } };
    expect(judgeActivity({ ...runs("A"), entities: [entity] }).mentions).toHaveLength(1);
  });

  it.each(["https://evil.example/x", "www.evil.example", "evil.example", "a@evil.example"])(
    "the address %s in text without markup",
    (text) => {
      expect(judgeActivity({ type: "message", text: `see ${text} now` }).links).not.toEqual([]);
    },
  );

  it("nothing in what people may read", () => {
    const words = "[no](link) **no bold** https://shown.example @all `code` <b>";
    expect(judgeActivity(runs(words))).toEqual({ mentions: [], links: [], faults: [] });
  });
});
