import type { ContractFault, ContractRig, ContractSuite, ShownMessage } from "@access-plugins/testing";
import type { Fault } from "@access-plugins/testing/fake-http";
import { createMattermostMessenger } from "../index.ts";
import { createFakeMattermostServer, type FakeMattermostServer } from "./fake-mattermost-server.ts";
import { judgePost } from "./judge-post.ts";
import { renderForReader } from "./render-for-reader.ts";
import { contentOf, type FakePost } from "./site.ts";

const token = "contractsecret666666666666";
const ids = {
  alice: "useralice00000000000000000",
  gone: "usergone000000000000000000",
  access: "channelaccess0000000000000",
  uninvited: "channeluninvited0000000000",
} as const;

/** Mattermost's side of the contract that every adapter keeps. */
export const mattermostContractSuite: ContractSuite = {
  open: openRig,
  abilities: ["findPosted", "reply", "react", "notify", "remind"],
  deadlineMs: 10_000,
  recipients: [
    { form: "e-mail address", raw: "alice@example.com", kind: "person" },
    { form: "user id", raw: ids.alice, kind: "person" },
    { form: "team and channel", raw: "dev/access-requests", kind: "channel" },
    { form: "team and channel in capitals", raw: "Dev/Access-Requests", kind: "channel" },
    { form: "team and private channel", raw: "dev/owners", kind: "channel" },
    { form: "channel id", raw: ids.access, kind: "channel" },
  ],
  samePlace: [
    ["alice@example.com", "Alice@Example.com", ids.alice],
    ["dev/access-requests", "Dev/ACCESS-requests", ids.access],
  ],
  refused: [
    { why: "nobody's address", raw: "nobody@example.com", code: "recipient_unknown" },
    { why: "the address of a deactivated account", raw: "gone@example.com", code: "recipient_gone" },
    { why: "a deactivated account", raw: ids.gone, code: "recipient_gone" },
    { why: "nobody's id", raw: "nobody00000000000000000000", code: "recipient_unknown" },
    { why: "no channel's name", raw: "dev/no-such-channel", code: "recipient_unknown" },
    { why: "no team's name", raw: "no-such-team/access-requests", code: "recipient_unknown" },
    { why: "a display name", raw: "dev/Access Requests", code: "recipient_unknown" },
    { why: "a channel without its team", raw: "access-requests", code: "recipient_unknown" },
    { why: "a user name", raw: "@alice", code: "recipient_unknown" },
    { why: "a private channel without the bot", raw: "dev/secret", code: "recipient_unknown" },
    { why: "a public channel without the bot", raw: "dev/uninvited", code: "recipient_forbidden" },
    { why: "the id of a channel without the bot", raw: ids.uninvited, code: "recipient_forbidden" },
    { why: "in a team without the bot", raw: "ops/alerts", code: "recipient_forbidden" },
    { why: "an archived channel", raw: "dev/archived", code: "recipient_gone" },
  ],
  stored: {
    official: {
      entry: "channelsecurity00000000000/postroot000000000000000000",
      sent: { channel: "channelsecurity00000000000", post: "postroot000000000000000000" },
    },
    malformed: [
      "",
      "/",
      "channelsecurity00000000000",
      "channelsecurity00000000000/",
      "/postroot000000000000000000",
      "a/b",
      "a/b/c",
    ],
  },
};

async function openRig(): Promise<ContractRig> {
  const mattermost = await createFakeMattermostServer({ token });
  settle(mattermost);
  return {
    createMessenger: (deps) => createMattermostMessenger({ url: mattermost.url }, { ...deps, token: () => token }),
    secrets: [token],
    get requests() {
      return mattermost.calls.map((call) => call.url);
    },
    fault: (fault) => mattermost.fail({ effect: toEffect(fault), times: 1 }),
    breakCredentials: () => mattermost.setTokenEnabled(false),
    messageCount: () => mattermost.site.posts.filter(({ deletedAt }) => deletedAt === 0).length,
    find: ({ post = "" }) => toShown(mattermost.site.post(post)),
    deleteMessage: ({ post = "" }) => mattermost.deletePost(post),
    untilSilent: () => mattermost.waitUntil(() => mattermost.calls.some((call) => call.outcome === "hanging")),
    untilAbandoned: () => mattermost.waitUntil(() => mattermost.calls.some((call) => call.abandoned)),
    close: () => mattermost.close(),
  };
}

function settle({ site, bot }: FakeMattermostServer): void {
  const alice = site.addUser({ email: "alice@example.com", id: ids.alice });
  site.addUser({ email: "gone@example.com", id: ids.gone, deactivated: true });
  const dev = site.addTeam("dev");
  site.addChannel({ team: dev, name: "access-requests", id: ids.access, members: [bot, alice] });
  site.addChannel({ team: dev, name: "owners", kind: "P", members: [bot] });
  site.addChannel({ team: dev, name: "secret", kind: "P", members: [alice] });
  site.addChannel({ team: dev, name: "uninvited", id: ids.uninvited, members: [alice] });
  site.addChannel({ team: dev, name: "archived", members: [bot], archived: true });
  site.addChannel({ team: site.addTeam("ops"), name: "alerts", members: [alice] });
}

function toShown(post: FakePost | undefined): ShownMessage | undefined {
  if (post === undefined || post.deletedAt > 0) return undefined;
  return {
    get text() {
      return renderForReader({ ...post, replies: [] });
    },
    judge: () => judgePost(contentOf(post)),
    versions: post.history.length,
    reactions: post.reactions.map(({ emoji }) => emoji),
    replies: post.replies.flatMap((reply) => toShown(reply) ?? []),
  };
}

function toEffect(fault: ContractFault): Fault["effect"] {
  switch (fault.kind) {
    case "rate-limited":
      return {
        kind: "status",
        status: 429,
        body: "limit exceeded\n",
        headers: {
          "content-type": "text/plain; charset=utf-8",
          ...(fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) }),
        },
      };
    case "server-error":
      return { kind: "status", status: 503 };
    case "cut":
      return { kind: "drop", accepted: fault.carriedOut };
    case "silence":
      return { kind: "hang", at: fault.at };
    case "proxy-page":
      return { kind: "html" };
    case "echo":
      return { kind: "echo" };
  }
}
