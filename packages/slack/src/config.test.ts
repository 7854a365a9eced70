import { describe, expect, it } from "vitest";
import { slackConfigSchema } from "./config.ts";

const parse = (changes: object) => slackConfigSchema.safeParse({ token: "xoxb-1", ...changes });
const problems = (changes: object) =>
  parse(changes).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("the [slack] table", () => {
  it("needs nothing but a token", () => {
    expect(parse({}).data).toEqual({ token: "xoxb-1", apiurl: "https://slack.com/api/" });
  });

  it.each([{ token: undefined }, { token: "" }, { token: "  " }, { token: 7 }])(
    "says what belongs into token for %j",
    (given) => {
      expect(problems(given)).toEqual([expect.stringMatching(/^token: .*xoxb-.*path of a file/u)]);
    },
  );

  it("takes the recipients that old files hold, without effect", () => {
    expect(parse({ recipients: ["#a"] }).success).toBe(true);
  });
});

describe("apiurl", () => {
  it.each([
    ["https://slack-gov.com/api", "https://slack-gov.com/api/"],
    ["https://slack-gov.com/api/", "https://slack-gov.com/api/"],
    ["http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api/"],
    ["http://localhost:1/", "http://localhost:1/"],
    ["http://[::1]:1/", "http://[::1]:1/"],
  ])("%s is used as %s", (given, used) => {
    expect(parse({ apiurl: given }).data?.apiurl).toBe(used);
  });

  it.each([
    "http://slack.com/api/",
    "http://127.0.0.1.evil.example/api/",
    "http://localhost.evil.example/",
    "ftp://slack.com/",
    "slack.com/api",
    "",
    "https://user:secret@slack.com/api/",
    "https://slack.com/api/?x=1",
    "https://slack.com/api/#x",
  ])("refuses %j and says what to use", (apiurl) => {
    expect(problems({ apiurl })).toEqual([expect.stringMatching(/^apiurl: Use an https URL/u)]);
  });
});
