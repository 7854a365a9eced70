import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looksLikeLink, readChannelLink, writeChannelLink } from "./channel-link.ts";

const channel = "19:0a1b2c3d4e5f-_Zz@thread.tacv2";
const team = "1b1f4e7a-8c3d-4f0e-9a52-0000000000aa";
const tenant = "1b1f4e7a-8c3d-4f0e-9a52-000000000001";
const id = encodeURIComponent(channel);
const query = `groupId=${team}&tenantId=${tenant}`;

describe("a link that Teams copies", () => {
  it.each([
    ["of a channel", `https://teams.microsoft.com/l/channel/${id}/General?${query}`],
    ["with a name in another script", `https://teams.microsoft.com/l/channel/${id}/%E4%B8%80%E8%88%AC?${query}`],
    ["with a name encoded twice", `https://teams.microsoft.com/l/channel/${id}/Q%2526A%2520%252F%2520x?${query}`],
    ["with an id encoded twice", `https://teams.microsoft.com/l/channel/${encodeURIComponent(id)}/General?${query}`],
    ["with an id not encoded", `https://teams.microsoft.com/l/channel/${channel}/General?${query}`],
    [
      "of the new client",
      `https://teams.microsoft.com/l/channel/${id}/General?${query}&ngc=true&allowXTenantAccess=true`,
    ],
    ["on the new host", `https://teams.cloud.microsoft/l/channel/${id}/General?${query}`],
    ["in GCC High", `https://gov.teams.microsoft.us/l/channel/${id}/General?${query}`],
    ["in DoD", `https://dod.teams.microsoft.us/l/channel/${id}/General?${query}`],
    ["in China", `https://teams.microsoftonline.cn/l/channel/${id}/General?${query}`],
    ["of the classic client", `https://teams.microsoft.com/_#/l/channel/${id}/General?${query}`],
    [
      "with the parameters the other way round",
      `https://teams.microsoft.com/l/channel/${id}/A?tenantId=${tenant}&groupId=${team}`,
    ],
    ["for the app", `msteams:/l/channel/${id}/General?${query}`],
    [
      "in a launcher page",
      `https://teams.microsoft.com/dl/launcher/launcher.html?url=${encodeURIComponent(`/_#/l/channel/${id}/A?${query}`)}&type=channel`,
    ],
    [
      "of a message in a channel",
      `https://teams.microsoft.com/l/message/${id}/1700000000123?${query}&parentMessageId=1`,
    ],
    ["of a team: its General channel", `https://teams.microsoft.com/l/team/${id}/conversations?${query}`],
    [
      "with capitals in the group",
      `https://teams.microsoft.com/l/channel/${id}/A?${query.replace(team, team.toUpperCase())}`,
    ],
  ])("%s", (_, link) => {
    expect(readChannelLink(link)).toEqual({ channel, team, tenant });
    expect(looksLikeLink(link)).toBe(true);
  });

  it("without a tenant, as newer clients write it", () => {
    const link = `https://teams.microsoft.com/l/channel/${id}/General?groupId=${team}`;
    expect(readChannelLink(link)).toEqual({ channel, team, tenant: undefined });
  });

  it("of a channel made before 2019", () => {
    const old = "19:0123456789abcdef0123456789abcdef@thread.skype";
    const link = `https://teams.microsoft.com/l/channel/${encodeURIComponent(old)}/General?${query}`;
    expect(readChannelLink(link)?.channel).toBe(old);
  });
});

describe("what is no link to a channel", () => {
  it.each([
    "",
    "General",
    "alice@example.com",
    `https://teams.microsoft.com/l/channel/${id}/General`,
    `https://teams.microsoft.com/l/channel/${id}/General?groupId=no-guid`,
    `https://teams.microsoft.com/l/channel//General?${query}`,
    `https://teams.microsoft.com/l/channel/%E0%A4%A/General?${query}`,
    `https://teams.microsoft.com/l/channel/${encodeURIComponent("19:../x@thread.tacv2")}/General?${query}`,
    `https://teams.microsoft.com/l/channel/${encodeURIComponent("19:meeting_x@thread.v2")}/General?${query}`,
    `https://teams.microsoft.com/l/chat/${id}/0?${query}`,
    `ftp://teams.microsoft.com/l/channel/${id}/General?${query}`,
    "https://teams.microsoft.com/dl/launcher/launcher.html?url=https%3A%2F%2Fevil.example",
  ])("%j", (text) => {
    expect(readChannelLink(text)).toBeUndefined();
  });

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })),
        (text) => void readChannelLink(text),
      ),
    );
  });
});

describe("a link of ours", () => {
  it("is read back, and has the five parts and two parameters the official plugin wants", () => {
    const link = writeChannelLink({ channel, team, tenant });
    expect(readChannelLink(link)).toEqual({ channel, team, tenant });
    const url = new URL(link);
    expect(decodeURIComponent(url.pathname).split("/")).toEqual(["", "l", "channel", channel, "-"]);
    expect([url.searchParams.get("groupId"), url.searchParams.get("tenantId")]).toEqual([team, tenant]);
  });
});
