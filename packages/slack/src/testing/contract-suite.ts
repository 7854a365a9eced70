import type { ContractFault, ContractRig, ContractSuite, ShownMessage } from "@access-plugins/testing";
import { createSlackMessenger } from "../index.ts";
import { createFakeSlackServer, type FakeSlackServer } from "./fake-slack-server.ts";
import { judgeMessage } from "./judge-message.ts";
import { renderForReader } from "./render-for-reader.ts";
import type { SlackFault } from "./slack-faults.ts";
import { contentOf, type FakeMessage } from "./workspace.ts";

const token = "xoxb-contract-secret-1234567890";

/** Slack's side of the contract that every adapter keeps. */
export const slackContractSuite: ContractSuite = {
  open: openRig,
  abilities: ["reply", "react", "notify", "remind"],
  deadlineMs: 10_000,
  recipients: [
    { form: "e-mail address", raw: "alice@example.com", kind: "person" },
    { form: "user id", raw: "U0ALICE001", kind: "person" },
    { form: "channel id", raw: "C0ACCESS01", kind: "channel" },
    { form: "id of a private channel", raw: "G0PRIVATE1", kind: "channel" },
    { form: "channel name", raw: "access-requests", kind: "channel" },
    { form: "channel name with #", raw: "#access-requests", kind: "channel" },
    { form: "channel name in capitals", raw: "#Access-Requests", kind: "channel" },
  ],
  samePlace: [
    ["alice@example.com", "Alice@Example.com", "U0ALICE001"],
    ["#access-requests", "access-requests", "ACCESS-requests"],
  ],
  refused: [
    { why: "nobody's address", raw: "nobody@example.com", code: "recipient_unknown" },
    { why: "the address of a deactivated account", raw: "gone@example.com", code: "recipient_unknown" },
    { why: "a deactivated account", raw: "U0GONE0001", code: "recipient_gone" },
    { why: "nobody's id", raw: "U0NOBODY01", code: "recipient_unknown" },
    { why: "no channel's name", raw: "#no-such-channel", code: "recipient_unknown" },
    { why: "a display name", raw: "Access Requests", code: "recipient_unknown" },
    { why: "a user name", raw: "@alice", code: "recipient_unknown" },
    { why: "a private channel without the bot", raw: "#secret", code: "recipient_unknown" },
    { why: "a public channel without the bot", raw: "#uninvited", code: "recipient_forbidden" },
    { why: "an archived channel", raw: "#archived", code: "recipient_gone" },
    { why: "a read-only channel", raw: "#announcements", code: "recipient_forbidden" },
  ],
  stored: {
    official: { entry: "D0123ABCD/1700000000.000100", sent: { channel: "D0123ABCD", ts: "1700000000.000100" } },
    malformed: ["", "/", "C1", "C1/", "/1700000000.000100", "C1/1.1/2", "a/b/c"],
  },
};

async function openRig(): Promise<ContractRig> {
  const slack = await createFakeSlackServer({ token });
  settle(slack);
  return {
    createMessenger: (deps) => createSlackMessenger({ apiurl: slack.apiUrl }, { ...deps, token: () => token }),
    secrets: [token],
    get requests() {
      return slack.calls.map((call) => call.url);
    },
    fault: (fault) => slack.fail({ effect: toEffect(fault), times: 1 }),
    breakCredentials: () => slack.tokens.revoke(token),
    messageCount: () => slack.workspace.messages.filter((message) => !message.deleted).length,
    find: ({ channel = "", ts = "" }) => toShown(slack.workspace.findMessage(channel, ts)),
    deleteMessage: ({ channel = "", ts = "" }) => slack.deleteMessage({ channel, ts }),
    untilSilent: () => slack.waitUntil(() => slack.calls.some((call) => call.outcome === "hanging")),
    untilAbandoned: () => slack.waitUntil(() => slack.calls.some((call) => call.abandoned)),
    close: () => slack.close(),
  };
}

function settle({ workspace }: FakeSlackServer): void {
  workspace.addUser({ email: "alice@example.com", id: "U0ALICE001" });
  workspace.addUser({ email: "gone@example.com", id: "U0GONE0001", deleted: true });
  workspace.addChannel({ name: "access-requests", id: "C0ACCESS01" });
  workspace.addChannel({ name: "owners", id: "G0PRIVATE1", kind: "private" });
  workspace.addChannel({ name: "secret", kind: "private", member: false });
  workspace.addChannel({ name: "uninvited", member: false });
  workspace.addChannel({ name: "archived", archived: true });
  workspace.addChannel({ name: "announcements", refuses: "restricted_action_read_only_channel" });
}

function toShown(message: FakeMessage | undefined): ShownMessage | undefined {
  if (message === undefined || message.deleted) return undefined;
  return {
    get text() {
      return renderForReader({ ...message, replies: [] });
    },
    judge: () => judgeMessage(contentOf(message)),
    versions: message.history.length,
    reactions: message.reactions,
    replies: message.replies.flatMap((reply) => toShown(reply) ?? []),
  };
}

function toEffect(fault: ContractFault): SlackFault["effect"] {
  switch (fault.kind) {
    case "rate-limited":
      return fault.retryAfterSeconds === undefined
        ? { kind: "rate-limit" }
        : { kind: "rate-limit", retryAfter: String(fault.retryAfterSeconds) };
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
