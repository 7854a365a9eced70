import { describe, expect, it } from "vitest";
import { mattermostConfigSchema } from "./config.ts";

const token = "k4mxuoby7fyw7ktxdqcp7h3e1y";

function problemsOf(table: unknown): readonly string[] {
  const read = mattermostConfigSchema.safeParse(table);
  return read.success ? [] : read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

describe("the [mattermost] table", () => {
  it("takes the official plugin's table", () => {
    const official = { url: "https://mattermost.example.com", token: "api-token", recipients: ["dev/security"] };
    expect(mattermostConfigSchema.parse(official)).toEqual(official);
  });

  it.each([
    ["https://mm.example.com", "https://mm.example.com"],
    ["https://mm.example.com/", "https://mm.example.com"],
    ["https://mm.example.com//", "https://mm.example.com"],
    [" https://MM.example.com ", "https://mm.example.com"],
    ["https://example.com/chat/", "https://example.com/chat"],
    ["https://example.com//chat", "https://example.com/chat"],
    ["https://mm.example.com/api/v4/", "https://mm.example.com"],
    ["https://example.com/chat/api/v4", "https://example.com/chat"],
    ["http://10.0.0.5:8065", "http://10.0.0.5:8065"],
    ["http://[::1]:8065/", "http://[::1]:8065"],
  ])("understands the URL %s as %s", (url, expected) => {
    expect(mattermostConfigSchema.parse({ url, token }).url).toBe(expected);
  });

  it.each([
    "",
    "mm.example.com",
    "mm.example.com:8065",
    "ftp://mm.example.com",
    "https://",
    "https://u:p@mm.example.com",
    "https://mm.example.com?x",
    "https://mm.example.com#x",
    5,
    undefined,
  ])("refuses the URL %j and shows a good one", (url) => {
    expect(problemsOf({ url, token })).toEqual([expect.stringMatching(/^url: .*https:\/\/mattermost\.example\.com/u)]);
  });

  it.each(["", "  ", 5, undefined])("refuses the token %j and says what to put there", (value) => {
    expect(problemsOf({ url: "https://mm.example.com", token: value })).toEqual([
      expect.stringMatching(/^token: .*absolute path/u),
    ]);
  });

  it("refuses recipients that are no list of texts", () => {
    expect(problemsOf({ url: "https://mm.example.com", token, recipients: "dev/security" })).toHaveLength(1);
  });
});
