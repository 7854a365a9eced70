import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createFakeMattermostServer,
  type FakeMattermostServer,
  renderForReader,
} from "@access-plugins/mattermost/testing";
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

type Post = FakeMattermostServer["site"]["posts"][number];

/** The team all simulated channels are in. */
const teamName = "demo";

/** Mattermost on this machine: a fake server, and a configuration that leads `teleport-mattermost` to it. */
export const simulation: Simulation = {
  title: "Mattermost",
  app: "teleport-mattermost",
  entry: join(import.meta.dirname, "main.ts"),
  async start(options) {
    const mattermost = await createFakeMattermostServer();
    furnish(mattermost, options);
    const config = join(options.dir, "teleport-mattermost.toml");
    const all = () => mattermost.site.posts.map((post) => toSimulated(mattermost, post));
    await writeFile(config, renderConfig(mattermost, options), { mode: 0o600 });
    return {
      args: ["start", "--config", config],
      messages: all,
      changes: (signal) => followChanges(all, mattermost.waitUntil, signal),
      untilMessages: (fits, timeoutMs) => mattermost.waitUntil(() => fits(all()), timeoutMs ?? patienceMs),
      hold: (what) => hold(mattermost, what),
      secrets: [mattermost.token],
      close: mattermost.close,
    };
  },
};

/** How long a test waits for what has to happen. */
const patienceMs = 20_000;

/** A reply is posted by the same method as a message. */
const methods = {
  "look-up": "GET users/email/{email}",
  post: "POST posts",
  reply: "POST posts",
  edit: "PUT posts/{id}/patch",
} as const;

function hold(mattermost: FakeMattermostServer, { call, when, channel }: HoldOptions): HeldCalls {
  const id = mattermost.site.channels.find(({ name }) => name === channel)?.id;
  const barrier = mattermost.hold({ method: methods[call], when, ...(id === undefined ? {} : { channel: id }) });
  return {
    untilHeld: (count = 1) => mattermost.waitUntil(() => barrier.held >= count, patienceMs),
    release: barrier.release,
  };
}

function furnish({ site, bot }: FakeMattermostServer, { people, roles }: SimulationOptions): void {
  const team = site.addTeam(teamName);
  for (const { name, email } of people) site.addUser({ username: name.toLowerCase().replaceAll(" ", "."), email });
  const channels = Object.values(roles).flatMap((all) => all.flatMap((one) => ("channel" in one ? [one.channel] : [])));
  for (const name of new Set(channels)) site.addChannel({ team, name, members: [bot] });
}

function renderConfig(mattermost: FakeMattermostServer, options: SimulationOptions): string {
  const toRaw = (recipient: SimulatedRecipient) =>
    "channel" in recipient ? `${teamName}/${recipient.channel}` : recipient.person;
  const tables = `[mattermost]
url = ${toToml(mattermost.url)}
token = ${toToml(mattermost.token)}`;
  return renderSimulatedConfig(options, toRaw, tables);
}

function toSimulated({ site, bot }: FakeMattermostServer, post: Post): SimulatedMessage {
  return { id: post.id, place: placeOf(site, bot.id, post.channelId), text: renderForReader(post) };
}

function placeOf(site: FakeMattermostServer["site"], botId: string, channelId: string): string {
  const channel = site.channel(channelId);
  if (channel?.kind !== "D") return `${teamName}/${channel?.name ?? channelId}`;
  const other = [...channel.members].find((id) => id !== botId);
  return `@${site.user(other ?? "")?.username ?? channelId} (direct message)`;
}
