import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  contentOf,
  createFakeTeamsServer,
  documentedRates,
  type FakeMessage,
  type FakeTeamsServer,
  renderForReader,
} from "@access-plugins/msteams/testing";
import { followChanges } from "@access-plugins/testing/message-changes";
import { toHostFault, toSimulatedCalls, toTraffic } from "@access-plugins/testing/simulated-calls";
import { renderSimulatedConfig, toToml } from "@access-plugins/testing/simulated-config";
import type {
  HeldCalls,
  HoldOptions,
  Mishap,
  PlatformTrouble,
  SimulatedCall,
  SimulatedMessage,
  SimulatedRecipient,
  Simulation,
  SimulationOptions,
  TroubleOptions,
} from "@access-plugins/testing/simulation";

/** Microsoft Teams on this machine: a fake Microsoft, and a configuration that leads `teleport-msteams` to it. */
export const simulation: Simulation = {
  title: "Microsoft Teams",
  app: "teleport-msteams",
  entry: join(import.meta.dirname, "main.ts"),
  async start(options) {
    const teams = await createFakeTeamsServer();
    const links = furnish(teams, options);
    const config = join(options.dir, "teleport-msteams.toml");
    const caFile = join(options.dir, "microsoft-ca.pem");
    const all = () => teams.tenant.messages.map((message) => toSimulated(teams, message));
    await writeFile(caFile, teams.ca);
    await writeFile(config, renderConfig(teams, options, links, caFile), { mode: 0o600 });
    return {
      args: ["start", "--config", config],
      messages: all,
      changes: (signal) => followChanges(all, teams.connector.waitUntil, signal),
      untilMessages: (fits, timeoutMs) => teams.connector.waitUntil(() => fits(all()), timeoutMs ?? patienceMs),
      hold: (what) => hold(teams, what),
      calls: () => toSimulatedCalls(teams.calls, (call) => describeCall(teams, call)),
      trouble: (what, how = {}) => trouble(teams, what, how),
      heal() {
        for (const host of [teams.login, teams.graph, teams.connector]) host.heal();
      },
      befall: (mishap) => befall(teams, mishap),
      setLatency: teams.setLatency,
      enforceRates() {
        teams.settings.rates = documentedRates;
        return 20;
      },
      load: {
        setLatency: teams.setLatency,
        limitPosts: (perSecond) => {
          teams.settings.rates = { ...teams.settings.rates, perConversation: perSecond };
        },
        traffic: () => toTraffic(teams.calls, methods),
      },
      get secrets() {
        return [teams.bot.appSecret, ...teams.tokens.all];
      },
      close: teams.close,
    };
  },
};

/** How long a test waits for what has to happen. */
const patienceMs = 20_000;

/** Reviews are a part of the card: what would be a reply elsewhere is an edit here. */
const methods = { "look-up": "batch", post: "post", edit: "put", reply: "put" } as const;

function conversationNamed({ tenant }: FakeTeamsServer, channel: string | undefined): string | undefined {
  return tenant.conversations.find(({ name }) => name === channel)?.id;
}

function hold(teams: FakeTeamsServer, { call, when, channel }: HoldOptions): HeldCalls {
  const host = call === "look-up" ? teams.graph : teams.connector;
  const conversation = conversationNamed(teams, channel);
  const method = methods[call];
  const barrier = host.hold({ method, when, ...(conversation === undefined ? {} : { channel: conversation }) });
  return {
    untilHeld: (count = 1) => host.waitUntil(() => barrier.held >= count, patienceMs),
    release: barrier.release,
  };
}

/** Without a word on which calls: what they need to sign in and to look up suffers too. */
function trouble(teams: FakeTeamsServer, what: PlatformTrouble, options: TroubleOptions): void {
  const { call, channel } = options;
  const hosts = {
    "look-up": [teams.graph],
    post: [teams.connector],
    edit: [teams.connector],
    reply: [teams.connector],
  };
  const names = { method: call && methods[call], channel: conversationNamed(teams, channel) };
  const struck = call === undefined ? [teams.graph, teams.connector] : hosts[call];
  for (const host of struck) host.fail(toHostFault(what, options, names));
}

function describeCall(
  { tenant }: FakeTeamsServer,
  { method, channel, content }: FakeTeamsServer["calls"][number],
): Pick<SimulatedCall, "kind" | "place" | "text"> {
  const kind = method === "post" ? "post" : method === "put" ? "edit" : method === "batch" ? "look-up" : "other";
  const found = tenant.findConversation(channel);
  return { kind, place: found === undefined ? "" : placeOf(found), text: JSON.stringify(content) ?? "" };
}

function befall(teams: FakeTeamsServer, mishap: Mishap): void {
  const { tenant } = teams;
  if (mishap.what === "message deleted") {
    const cut = mishap.id.lastIndexOf("/");
    teams.deleteMessage({ conversation: mishap.id.slice(0, cut), id: mishap.id.slice(cut + 1) });
  } else if (mishap.what === "person deactivated") {
    const user = tenant.users.find(({ mail }) => mail === mishap.person);
    if (user !== undefined) user.enabled = false;
  } else {
    const channel = tenant.conversations.find(({ name }) => name === mishap.channel);
    const word = mishap.what === "bot removed" ? "BotNotInConversationRoster" : "MessageWritesBlocked";
    if (channel !== undefined) channel.refuses = word;
  }
}

type Links = ReadonlyMap<string, string>;

/** All channels belong to one team; gives their links by name. */
function furnish({ tenant }: FakeTeamsServer, { people, roles }: SimulationOptions): Links {
  for (const { name, email } of people) tenant.addUser({ name, mail: email });
  const channels = Object.values(roles).flatMap((all) => all.flatMap((one) => ("channel" in one ? [one.channel] : [])));
  const team = tenant.addTeam({ name: "Operations" });
  return new Map([...new Set(channels)].map((name) => [name, tenant.linkOf(tenant.addChannel(team, { name }))]));
}

function renderConfig(
  { bot, endpoints }: FakeTeamsServer,
  options: SimulationOptions,
  links: Links,
  caFile: string,
): string {
  const toRaw = (recipient: SimulatedRecipient) =>
    "channel" in recipient ? (links.get(recipient.channel) ?? "") : recipient.person;
  const tables = `[msapi]
app_id = ${toToml(bot.appId)}
app_secret = ${toToml(bot.appSecret)}
tenant_id = ${toToml(bot.tenantId)}
teams_app_id = ${toToml(bot.teamsAppId)}

[msapi.endpoints]
login = ${toToml(endpoints.login)}
graph = ${toToml(endpoints.graph)}
connector = ${toToml(endpoints.connector)}
ca_file = ${toToml(caFile)}`;
  return `preload = true\n\n${renderSimulatedConfig(options, toRaw, tables)}`;
}

function toSimulated({ tenant }: FakeTeamsServer, message: FakeMessage): SimulatedMessage {
  const conversation = tenant.findConversation(message.conversation);
  const place = conversation === undefined ? message.conversation : placeOf(conversation);
  return {
    id: `${message.conversation}/${message.id}`,
    place,
    get text() {
      return message.deleted ? "(this message was deleted)" : renderForReader(contentOf(message));
    },
  };
}

function placeOf({ kind, name }: { readonly kind: "person" | "channel"; readonly name: string }): string {
  return kind === "person" ? `${name} (chat)` : `Operations > ${name}`;
}
