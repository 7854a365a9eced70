import { describe, expect, it } from "vitest";
import { parseMrkdwn, type Token } from "./mrkdwn-parser.ts";

const kindsOf = (text: string, linksBareAddresses = false): readonly string[] =>
  parseMrkdwn(text, { linksBareAddresses }).flatMap(kinds);

function kinds(token: Token): readonly string[] {
  return [token.kind, ...("tokens" in token ? token.tokens.flatMap(kinds) : [])];
}

/** Examples of Slack's own page on formatting, and what a judge must not miss. */
describe("the parser", () => {
  it.each([
    ["<@U012AB3CD>", ["mention"]],
    ["<!here> <!subteam^SAZ94GDB8> <#C123|general>", ["mention", "text", "mention", "text", "mention"]],
    ["<http://www.example.com|This *is* a link>", ["link"]],
    ["<mailto:bob@example.com|Email Bob>", ["link"]],
    ["<!date^1392734382^{date} at {time}^https://example.com/|February 18th, 2014>", ["date"]],
    ["*bold* _italic_ ~strike~", ["bold", "text", "text", "italic", "text", "text", "strike", "text"]],
    ["*a _b_*", ["bold", "text", "italic", "text"]],
    ["`code *not bold*`", ["code"]],
    ["```fence\n<!here>```", ["code"]],
    ["> quoted *x*", ["quote", "text", "bold", "text"]],
    ["&gt; quoted", ["quote", "text"]],
    ["&gt;&gt;&gt; rest", ["quote", "text"]],
    [":smile: 12:30", ["emoji", "text"]],
    ["a < b", ["text", "stray", "text"]],
    ["&lt;!here&gt; &amp;", ["text", "text", "text", "text", "text"]],
    ["`open", ["stray", "text"]],
    ["snake_case_name 2*3*4", ["text"]],
    ["a\n*b*", ["text", "text", "bold", "text"]],
  ])("finds in %j the tokens %j", (text, expected) => {
    expect(kindsOf(text)).toEqual(expected);
  });

  it.each([
    "https://evil.example/x",
    "HTTP://EVIL",
    "slack://x",
    "www.evil.example",
    "evil.example",
    "a@evil.example",
    "mailto:a",
  ])("links %s only where Slack links bare addresses", (text) => {
    expect(kindsOf(text)).toEqual(["text"]);
    expect(kindsOf(text, true)).toContain("link");
  });

  it.each(["@here", "(@all)", "#general"])("takes %s for a mention only where Slack looks for bare names", (text) => {
    expect(kindsOf(text)).not.toContain("mention");
    expect(kindsOf(text, true)).toContain("mention");
  });

  it("reads a date's moment, a link's address and label, and entities back", () => {
    const [date, , link] = parseMrkdwn("<!date^1392734382^{date}|then> <https://x.example/?a&amp;b|A &lt; B>", {
      linksBareAddresses: false,
    });
    expect(date).toEqual({ kind: "date", at: new Date("2014-02-18T14:39:42Z"), fallback: "then" });
    expect(link).toEqual({ kind: "link", url: "https://x.example/?a&b", label: "A < B" });
  });
});
