import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  contentOf,
  createFakeTeamsServer,
  type FakeMessage,
  type FakeTeamsServer,
  renderForReader,
} from "@access-plugins/msteams/testing";
import { followChanges } from "@access-plugins/testing/message-changes";
import { renderSimulatedConfig, toToml } from "@access-plugins/testing/simulated-config";
import type {
  HeldCalls,
  HoldOptions,
  SimulatedMessage,
  SimulatedRecipient,
  Simulation,
  SimulationOptions,
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
function hold(teams: FakeTeamsServer, { call, when, channel }: HoldOptions): HeldCalls {
  const host = call === "look-up" ? teams.graph : teams.connector;
  const conversation = teams.tenant.conversations.find(({ name }) => name === channel)?.id;
  const method = { "look-up": "batch", post: "post", edit: "put", reply: "put" }[call];
  const barrier = host.hold({ method, when, ...(conversation === undefined ? {} : { channel: conversation }) });
  return {
    untilHeld: (count = 1) => host.waitUntil(() => barrier.held >= count, patienceMs),
    release: barrier.release,
  };
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
  const name = conversation?.name ?? message.conversation;
  const place = conversation?.kind === "person" ? `${name} (chat)` : `Operations > ${name}`;
  const text = message.deleted ? "(this message was deleted)" : renderForReader(contentOf(message));
  return { id: `${message.conversation}/${message.id}`, place, text };
}
