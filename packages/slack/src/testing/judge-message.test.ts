import { describe, expect, it } from "vitest";
import { judgeMessage } from "./judge-message.ts";

const judgeText = (text: string) => judgeMessage({ text, blocks: [] });
const judgeBlock = (text: string) =>
  judgeMessage({ text: "", blocks: [{ type: "section", text: { type: "mrkdwn", text, verbatim: true } }] });

describe("the judge", () => {
  it("accepts what our messages are made of", () => {
    expect(judgeBlock("*Status*: ⏳ PENDING\n> words of `somebody`")).toEqual({ mentions: [], links: [], faults: [] });
  });

  it.each([
    ["<!channel>", { mentions: ["<!channel>"] }],
    ["x <@U1>", { mentions: ["<@U1>"] }],
    ["<https://evil.example|x>", { links: ["https://evil.example"] }],
    ["*Forged*", { faults: ['bold [{"kind":"text","text":"Forged"}]'] }],
    ["_x_", { faults: ["italic"] }],
    [":tada:", { faults: ["emoji tada"] }],
    ["`open", { faults: ["stray `"] }],
    ["a\u202Eb", { faults: ["U+202e"] }],
    ["a\u0007b", { faults: ["U+7"] }],
    ["a\u00ADb", { faults: ["U+ad"] }],
  ])("finds what is wrong with %j", (text, found) => {
    expect(judgeBlock(text)).toEqual({ mentions: [], links: [], faults: [], ...found });
  });

  it("knows that the text beside the blocks links bare addresses", () => {
    expect(judgeText("see evil.example").links).toEqual(["evil.example"]);
    expect(judgeBlock("see evil.example").links).toEqual([]);
  });
});
