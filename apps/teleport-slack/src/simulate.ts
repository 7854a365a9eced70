import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFakeSlackServer, type FakeSlackServer, renderForReader } from "@access-plugins/slack/testing";
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

type Message = FakeSlackServer["workspace"]["messages"][number];

/** Slack on this machine: a fake workspace, and a configuration that leads `teleport-slack` to it. */
export const simulation: Simulation = {
  title: "Slack",
  app: "teleport-slack",
  entry: join(import.meta.dirname, "main.ts"),
  approvalSign: ":white_check_mark:",
  async start(options) {
    const slack = await createFakeSlackServer();
    furnish(slack, options);
    const config = join(options.dir, "teleport-slack.toml");
    const all = () => slack.workspace.messages.map((message) => toSimulated(slack, message));
    await writeFile(config, renderConfig(slack, options), { mode: 0o600 });
    return {
      args: ["start", "--config", config],
      messages: all,
      changes: (signal) => followChanges(all, slack.waitUntil, signal),
      untilMessages: (fits, timeoutMs) => slack.waitUntil(() => fits(all()), timeoutMs ?? patienceMs),
      hold: (what) => hold(slack, what),
      calls: () => toSimulatedCalls(slack.calls, (call) => describeCall(slack, call)),
      trouble(what, options = {}) {
        const method = options.call && methods[options.call];
        slack.fail(toHostFault(what, options, { method, channel: channelNamed(slack, options.channel)?.id }));
      },
      heal: slack.heal,
      befall: (mishap) => befall(slack, mishap),
      setLatency: slack.setLatency,
      enforceRates() {
        slack.setRates({ tiers: true, perChannel: 1 });
        return 3;
      },
      load: {
        setLatency: slack.setLatency,
        limitPosts: (perSecond) => slack.setRates({ perChannel: perSecond }),
        traffic: () => toTraffic(slack.calls, methods),
      },
      secrets: [slack.token],
      close: slack.close,
    };
  },
};

/** How long a test waits for what has to happen. */
const patienceMs = 20_000;

/** A reply is posted by the same method as a message. */
const methods = {
  "look-up": "users.lookupByEmail",
  post: "chat.postMessage",
  reply: "chat.postMessage",
  edit: "chat.update",
} as const;

function hold(slack: FakeSlackServer, { call, when, channel }: HoldOptions): HeldCalls {
  const barrier = slack.hold({ method: methods[call], when, ...(channel === undefined ? {} : { channel }) });
  return {
    untilHeld: (count = 1) => slack.waitUntil(() => barrier.held >= count, patienceMs),
    release: barrier.release,
  };
}

function channelNamed({ workspace }: FakeSlackServer, name: string | undefined) {
  return workspace.channels.find((channel) => channel.name === name);
}

function describeCall(
  slack: FakeSlackServer,
  { method, channel, content }: FakeSlackServer["calls"][number],
): Pick<SimulatedCall, "kind" | "place" | "text"> {
  const thread = textField(content, "thread_ts");
  const place = placeOf(slack, channel);
  const text = JSON.stringify(content);
  if (method === methods.edit) return { kind: "edit", place, text };
  if (method !== methods.post) return { kind: method === methods["look-up"] ? "look-up" : "other", place, text };
  if (thread === "") return { kind: "post", place, text };
  const parent = slack.workspace.findMessage(channel, thread);
  return { kind: "reply", place, text: parent === undefined ? text : `${text} ${renderForReader(parent)}` };
}

function befall(slack: FakeSlackServer, mishap: Mishap): void {
  const { workspace } = slack;
  if (mishap.what === "message deleted") {
    const [channel = "", ts = ""] = mishap.id.split("/");
    slack.deleteMessage({ channel, ts });
  } else if (mishap.what === "person deactivated") {
    const user = workspace.findUser(({ email }) => email === mishap.person);
    if (user !== undefined) user.deleted = true;
  } else {
    const channel = channelNamed(slack, mishap.channel);
    if (channel === undefined) return;
    if (mishap.what === "channel archived") channel.archived = true;
    else channel.member = false;
  }
}

function furnish({ workspace }: FakeSlackServer, { people, roles }: SimulationOptions): void {
  for (const { name, email } of people) workspace.addUser({ name, email });
  const channels = Object.values(roles).flatMap((all) => all.flatMap((one) => ("channel" in one ? [one.channel] : [])));
  for (const name of new Set(channels)) workspace.addChannel({ name });
}

function renderConfig(slack: FakeSlackServer, options: SimulationOptions): string {
  const toRaw = (recipient: SimulatedRecipient) => ("channel" in recipient ? recipient.channel : recipient.person);
  const tables = `[slack]
token = ${toToml(slack.token)}
apiurl = ${toToml(slack.apiUrl)}`;
  return renderSimulatedConfig(options, toRaw, tables);
}

function toSimulated(slack: FakeSlackServer, message: Message): SimulatedMessage {
  const place = placeOf(slack, message.channel);
  return {
    id: `${message.channel}/${message.ts}`,
    place,
    get text() {
      return renderForReader(message);
    },
  };
}

/** `channel`: an id or, as posts have it, a name. */
function placeOf({ workspace }: FakeSlackServer, channel: string): string {
  if (channel === "") return "";
  const found = workspace.findChannel(channel);
  return found?.kind === "direct" ? `${found.name} (direct message)` : `#${found?.name ?? channel}`;
}
