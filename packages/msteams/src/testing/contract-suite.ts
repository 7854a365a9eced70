import type { ContractFault, ContractRig, ContractSuite, ShownMessage } from "@access-plugins/testing";
import type { Fault } from "@access-plugins/testing/fake-http";
import { createMsteamsMessenger } from "../index.ts";
import { toTestConfig } from "./configuration.ts";
import { createFakeTeamsServer, type FakeTeamsServer } from "./fake-teams-server.ts";
import { judgeActivity } from "./judge-activity.ts";
import { renderForReader } from "./render-for-reader.ts";
import { contentOf, type FakeMessage } from "./tenant.ts";

const tenantId = "1b1f4e7a-8c3d-4f0e-9a52-000000000001";
const teamId = "1b1f4e7a-8c3d-4f0e-9a52-0000000000aa";
const bareTeamId = "1b1f4e7a-8c3d-4f0e-9a52-0000000000bb";
const aliceId = "1b1f4e7a-8c3d-4f0e-9a52-00000000a11c";
const goneId = "1b1f4e7a-8c3d-4f0e-9a52-00000000906e";
const channelId = "19:0123456789abcdef@thread.tacv2";
const encoded = encodeURIComponent(channelId);
const link = `https://teams.microsoft.com/l/channel/${encoded}/Access?groupId=${teamId}&tenantId=${tenantId}`;

/** Teams' side of the contract that every adapter keeps. */
export const msteamsContractSuite: ContractSuite = {
  open: openRig,
  abilities: ["notify", "remind", "uninstall"],
  deadlineMs: 10_000,
  recipients: [
    { form: "e-mail address", raw: "alice@example.com", kind: "person" },
    { form: "user principal name", raw: "alice@corp.onmicrosoft.com", kind: "person" },
    { form: "alias", raw: "alice.smith@example.com", kind: "person" },
    { form: "address with an apostrophe", raw: "o'brien@example.com", kind: "person" },
    { form: "user principal name of a guest", raw: "bob_partner.com#EXT#@corp.onmicrosoft.com", kind: "person" },
    { form: "Entra object id", raw: aliceId, kind: "person" },
    { form: "channel link", raw: link, kind: "channel" },
    { form: "channel link of another cloud", raw: link.replace("teams.", "gov.teams."), kind: "channel" },
  ],
  samePlace: [
    ["alice@example.com", "Alice@Example.com", "alice@corp.onmicrosoft.com", "alice.smith@example.com", aliceId],
    [
      link,
      link.replace(`&tenantId=${tenantId}`, "&ngc=true"),
      link.replace("teams.microsoft.com", "teams.cloud.microsoft"),
      link.replace(encoded, encodeURIComponent(encoded)),
      link.replace(teamId, teamId.toUpperCase()),
    ],
  ],
  refused: [
    { why: "nobody's address", raw: "nobody@example.com", code: "recipient_unknown" },
    { why: "nobody's id", raw: "1b1f4e7a-8c3d-4f0e-9a52-00000000dead", code: "recipient_unknown" },
    { why: "a disabled account by address", raw: "gone@example.com", code: "recipient_gone" },
    { why: "a disabled account by id", raw: goneId, code: "recipient_gone" },
    { why: "a person without Teams", raw: "unlicensed@example.com", code: "recipient_unknown" },
    { why: "a person who blocked the app", raw: "annoyed@example.com", code: "recipient_forbidden" },
    { why: "a display name", raw: "Alice Smith", code: "recipient_unknown" },
    { why: "a channel name", raw: "#general", code: "recipient_unknown" },
    { why: "a link to a chat", raw: "https://teams.microsoft.com/l/chat/0/0?users=a@b.c", code: "recipient_unknown" },
    { why: "a link without a team", raw: link.replace("groupId", "group"), code: "recipient_unknown" },
    { why: "a channel of another tenant", raw: link.replace(tenantId, aliceId), code: "recipient_unknown" },
    { why: "a team that does not exist", raw: link.replace(teamId, aliceId), code: "recipient_unknown" },
    { why: "a team without the app", raw: link.replace(teamId, bareTeamId), code: "app_not_installed" },
  ],
  stored: {
    official: {
      entry: toEntry(`{"id":"1700000000123","ts":"21 Nov 26 11:24 UTC","rid":"alice@example.com"}`),
      sent: { id: "1700000000123", ts: "21 Nov 26 11:24 UTC", rid: "alice@example.com" },
    },
    malformed: [
      "",
      "/",
      "no base64",
      toEntry("[]"),
      toEntry(`{"id":"1"}`),
      toEntry(`{"id":1,"ts":"","rid":"x"}`),
      "a/b",
    ],
  },
};

function toEntry(json: string): string {
  return Buffer.from(json).toString("base64");
}

async function openRig(): Promise<ContractRig> {
  const teams = await createFakeTeamsServer({ tenantId, appSecret: "contract-secret-1234567890" });
  settle(teams);
  return {
    createMessenger: (deps) =>
      createMsteamsMessenger(toTestConfig(teams), {
        ...deps,
        ca: [teams.ca],
        secrets: { appSecret: () => teams.bot.appSecret },
      }),
    get secrets() {
      return [teams.bot.appSecret, ...teams.tokens.all];
    },
    // Sign-ins pass the limiter as well.
    get requests() {
      return teams.calls.map(({ url }) => url);
    },
    fault(fault) {
      // To the next call that does something, at either host: a token in the way is fetched first.
      for (const host of [teams.graph, teams.connector]) host.fail({ effect: toEffect(fault), times: 1 });
    },
    breakCredentials() {
      teams.bot.secrets.clear();
      teams.tokens.revokeAll();
    },
    messageCount: () => teams.tenant.messages.filter((message) => !message.deleted).length,
    find: ({ conversation = "", id = "" }) => toShown(teams.tenant.findMessage(conversation, id)),
    deleteMessage: ({ conversation = "", id = "" }) => teams.deleteMessage({ conversation, id }),
    untilSilent: () => teams.connector.waitUntil(() => teams.calls.some((call) => call.outcome === "hanging")),
    untilAbandoned: () => teams.connector.waitUntil(() => teams.calls.some((call) => call.abandoned)),
    close: () => teams.close(),
  };
}

function settle({ tenant }: FakeTeamsServer): void {
  const upn = "alice@corp.onmicrosoft.com";
  tenant.addUser({ mail: "alice@example.com", id: aliceId, upn, aliases: ["alice.smith@example.com"] });
  tenant.addUser({ mail: "o'brien@example.com" });
  tenant.addUser({ mail: "bob@partner.com", upn: "bob_partner.com#EXT#@corp.onmicrosoft.com" });
  tenant.addUser({ mail: "gone@example.com", id: goneId, enabled: false });
  tenant.addUser({ mail: "unlicensed@example.com", licensed: false });
  const annoyed = tenant.addUser({ mail: "annoyed@example.com" });
  const { conversation } = tenant.install(annoyed, { hiddenReads: 0, refusedPosts: 0 });
  const chat = tenant.findConversation(conversation);
  if (chat) chat.refuses = "MessageWritesBlocked";
  tenant.addChannel(tenant.addTeam({ name: "Operations", id: teamId }), { name: "Access", id: channelId });
  tenant.addTeam({ name: "Bare", id: bareTeamId, hasApp: false });
}

function toShown(message: FakeMessage | undefined): ShownMessage | undefined {
  if (message === undefined || message.deleted) return undefined;
  return {
    text: renderForReader(contentOf(message)),
    judge: () => judgeActivity(contentOf(message)),
    versions: message.history.length,
    replies: [],
    reactions: [],
  };
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

function toEffect(fault: ContractFault): Fault["effect"] {
  switch (fault.kind) {
    case "rate-limited":
      return { kind: "status", status: 429, headers: retryAfter(fault.retryAfterSeconds) };
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
