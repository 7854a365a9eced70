import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFakeSlackServer, type FakeSlackServer, renderForReader } from "@access-plugins/slack/testing";
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

type Message = FakeSlackServer["workspace"]["messages"][number];

/** Slack on this machine: a fake workspace, and a configuration that leads `teleport-slack` to it. */
export const simulation: Simulation = {
  title: "Slack",
  app: "teleport-slack",
  entry: join(import.meta.dirname, "main.ts"),
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

function toSimulated({ workspace }: FakeSlackServer, message: Message): SimulatedMessage {
  const channel = workspace.channels.find(({ id }) => id === message.channel);
  const place =
    channel?.kind === "direct" ? `${channel.name} (direct message)` : `#${channel?.name ?? message.channel}`;
  return { id: `${message.channel}/${message.ts}`, place, text: renderForReader(message) };
}
