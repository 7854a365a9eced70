import { hostileTexts } from "@access-plugins/testing";
import { describe, expect, it } from "vitest";
import { judgePost, proseOf } from "./judge-post.ts";

function message(text: string) {
  return judgePost({ message: text, props: {} });
}

describe("the judge", () => {
  it.each([
    "@all",
    "(@all)",
    "@ALL!",
    "a\r\n@all",
    "**@all**",
    "> @all",
    "\\@all",
    "<@alice>",
    "~town-square",
    "[@all](https://x.example)",
    "![@all](https://x.example)",
    "`unbalanced @all",
    "| a |\n|---|\n| @all |",
  ])("finds the mention in %j", (text) => {
    expect(message(text).mentions).not.toEqual([]);
  });

  it.each(["`@all`", "```\n@all\n```", "@\u200Ball", "~\u200Btown-square"])("finds none in %j", (text) => {
    expect(message(text).mentions).toEqual([]);
  });

  it.each([
    "https://evil.example",
    "www.evil.example",
    "HTTP://EVIL.EXAMPLE",
    "<http://evil.example>",
    "[Approve](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "[x][1]\n\n[1]: https://evil.example",
    "a@evil.example",
  ])("finds the address in %j", (text) => {
    expect(message(text).links).not.toEqual([]);
  });

  it.each([
    "# Heading",
    "Heading\n===",
    "> quote",
    "- item",
    "1. item",
    "---",
    "*italic*",
    "~~struck~~",
    "**Status: approved**",
    "**Status**: ok\n\n**Denied**",
    "| a |\n|---|\n| b |",
    "<b>html</b>",
    ":rotating_light:",
    "$\\LaTeX$",
    "#hashtag",
    "```latex\nx\n```",
    "```\nunclosed",
    "`unclosed",
    "``double``",
    "```\nok``` more",
    "a\u202Eb",
    "a\u0007b",
  ])("finds a fault in %j", (text) => {
    expect(message(text).faults).not.toEqual([]);
  });

  it("looks at every place of an attachment that the server reads or fetches", () => {
    const evil = "https://evil.example";
    const all = {
      pretext: "@one",
      text: "@two",
      fields: [{ title: "t", value: "@three" }],
      title: "@four",
      footer: "@five",
    };
    const links = { title_link: `${evil}/1`, image_url: `${evil}/2`, thumb_url: `${evil}/3`, author_link: `${evil}/4` };
    const verdict = judgePost({ message: "", props: { attachments: [{ ...all, ...links }] } });
    expect(verdict.mentions).toEqual(["@one", "@two", "@three"]);
    expect(verdict.links.toSorted()).toEqual([1, 2, 3, 4].map((number) => `${evil}/${number}`));
  });

  it("finds something in more than half of the hostile corpus when nobody neutralises it", () => {
    const harmless = hostileTexts.filter((text) => {
      const { mentions, links, faults } = message(text);
      return mentions.length + links.length + faults.length === 0;
    });
    expect(harmless.length / hostileTexts.length).toBeLessThan(0.5);
  });

  it("tells prose from code", () => {
    expect(proseOf({ message: "plain `code`\n```\nfenced\n```", props: {} })).toBe("plain ");
  });
});
