import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createFakeMattermostServer,
  type FakeMattermostServer,
  renderForReader,
} from "@access-plugins/mattermost/testing";
import { followChanges } from "@access-plugins/testing/message-changes";
import { textField, toHostFault, toSimulatedCalls, toTraffic } from "@access-plugins/testing/simulated-calls";
import { renderSimulatedConfig, toToml } from "@access-plugins/testing/simulated-config";
import type {
  HeldCalls,
  HoldOptions,
  Mishap,
  SimulatedCall,
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
  approvalSign: ":white_check_mark:",
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
      calls: () => toSimulatedCalls(mattermost.calls, (call) => describeCall(mattermost, call)),
      trouble(what, options = {}) {
        const method = options.call && methods[options.call];
        mattermost.fail(toHostFault(what, options, { method, channel: channelNamed(mattermost, options.channel)?.id }));
      },
      heal: mattermost.heal,
      befall: (mishap) => befall(mattermost, mishap),
      setLatency: mattermost.setLatency,
      enforceRates() {
        mattermost.setRates({ perSecond: 10, maxBurst: 100, varyByUser: false });
        return 40;
      },
      load: {
        setLatency: mattermost.setLatency,
        limitPosts: (perSecond) =>
          mattermost.setRates({
            perSecond: perSecond * mattermost.site.channels.length,
            ...{ maxBurst: 0, varyByUser: false },
          }),
        traffic: () => toTraffic(mattermost.calls, methods),
      },
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
  const id = channelNamed(mattermost, channel)?.id;
  const barrier = mattermost.hold({ method: methods[call], when, ...(id === undefined ? {} : { channel: id }) });
  return {
    untilHeld: (count = 1) => mattermost.waitUntil(() => barrier.held >= count, patienceMs),
    release: barrier.release,
  };
}

function channelNamed({ site }: FakeMattermostServer, name: string | undefined) {
  return site.channels.find((channel) => channel.name === name);
}

function describeCall(
  { site, bot }: FakeMattermostServer,
  { method, channel, content }: FakeMattermostServer["calls"][number],
): Pick<SimulatedCall, "kind" | "place" | "text"> {
  const place = channel === "" ? "" : placeOf(site, bot.id, channel);
  const text = JSON.stringify(content) ?? "";
  if (method === methods.edit) return { kind: "edit", place, text };
  if (method !== methods.post) return { kind: method === methods["look-up"] ? "look-up" : "other", place, text };
  const root = textField(content, "root_id");
  if (root === "") return { kind: "post", place, text };
  const parent = site.post(root);
  return { kind: "reply", place, text: parent === undefined ? text : `${text} ${renderForReader(parent)}` };
}

function befall(mattermost: FakeMattermostServer, mishap: Mishap): void {
  const { site, bot } = mattermost;
  if (mishap.what === "message deleted") mattermost.deletePost(mishap.id);
  else if (mishap.what === "person deactivated") {
    const user = site.findUser(({ email }) => email === mishap.person);
    if (user !== undefined) user.deletedAt = Date.now();
  } else {
    const channel = channelNamed(mattermost, mishap.channel);
    if (channel === undefined) return;
    if (mishap.what === "channel archived") channel.deletedAt = Date.now();
    else channel.members.delete(bot.id);
  }
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
  return {
    id: post.id,
    place: placeOf(site, bot.id, post.channelId),
    get text() {
      return renderForReader(post);
    },
  };
}

function placeOf(site: FakeMattermostServer["site"], botId: string, channelId: string): string {
  const channel = site.channel(channelId);
  if (channel?.kind !== "D") return `${teamName}/${channel?.name ?? channelId}`;
  const other = [...channel.members].find((id) => id !== botId);
  return `@${site.user(other ?? "")?.username ?? channelId} (direct message)`;
}
