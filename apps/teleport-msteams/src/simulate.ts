import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  contentOf,
  createFakeTeamsServer,
  type FakeMessage,
  type FakeTeamsServer,
  renderForReader,
} from "@access-plugins/msteams/testing";
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
      changes: (signal) => watch(teams, signal),
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
  { addr, identity, roles }: SimulationOptions,
  links: Links,
  caFile: string,
): string {
  const toRaw = (recipient: SimulatedRecipient) =>
    "channel" in recipient ? (links.get(recipient.channel) ?? "") : recipient.person;
  const routes = Object.entries(roles).map(([role, to]) => `${quote(role)} = [${to.map(toRaw).map(quote).join(", ")}]`);
  return `preload = true

[teleport]
addr = ${quote(addr)}
identity = ${quote(identity)}
refresh_identity = true
refresh_identity_interval = "2s"

[msapi]
app_id = ${quote(bot.appId)}
app_secret = ${quote(bot.appSecret)}
tenant_id = ${quote(bot.tenantId)}
teams_app_id = ${quote(bot.teamsAppId)}

[msapi.endpoints]
login = ${quote(endpoints.login)}
graph = ${quote(endpoints.graph)}
connector = ${quote(endpoints.connector)}
ca_file = ${quote(caFile)}

[role_to_recipients]
${routes.join("\n")}
`;
}

/** JSON strings are TOML basic strings, except for DEL, which no name here has. */
function quote(text: string): string {
  return JSON.stringify(text);
}

async function* watch(teams: FakeTeamsServer, signal: AbortSignal): AsyncGenerator<SimulatedMessage> {
  const shown = new Map<string, string>();
  const isNew = ({ id, text }: SimulatedMessage) => shown.get(id) !== text;
  const find = () => teams.tenant.messages.map((message) => toSimulated(teams, message)).filter(isNew);
  while (!signal.aborted) {
    for (const message of find()) {
      shown.set(message.id, message.text);
      yield message;
    }
    await untilChangeOrPause(teams, () => find().length > 0);
  }
}

/** Resolves on a change, or after a moment so that the caller can see whether it is still wanted. */
function untilChangeOrPause(teams: FakeTeamsServer, reached: () => boolean): Promise<unknown> {
  return teams.connector.waitUntil(reached, 250).catch(() => "nothing changed");
}

function toSimulated({ tenant }: FakeTeamsServer, message: FakeMessage): SimulatedMessage {
  const conversation = tenant.findConversation(message.conversation);
  const name = conversation?.name ?? message.conversation;
  const place = conversation?.kind === "person" ? `${name} (chat)` : `Operations > ${name}`;
  const text = message.deleted ? "(this message was deleted)" : renderForReader(contentOf(message));
  return { id: `${message.conversation}/${message.id}`, place, text };
}
