import { summarizeCalls } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import type { FakeSlackServer } from "./fake-slack-server.ts";
import { slackFaultSchema } from "./slack-faults.ts";

const settingsSchema = z.strictObject({
  latencyMs: z.number().min(0).optional(),
  rates: z
    .strictObject({ tiers: z.boolean(), perChannel: z.number().min(0), burst: z.number().min(1) })
    .partial()
    .optional(),
});

const seedSchema = z.strictObject({
  users: z
    .array(
      z.strictObject({
        email: z.string(),
        name: z.string().optional(),
        id: z.string().optional(),
        deleted: z.boolean().optional(),
      }),
    )
    .default([]),
  channels: z
    .array(
      z.strictObject({
        name: z.string(),
        id: z.string().optional(),
        kind: z.enum(["public", "private"]).optional(),
        member: z.boolean().optional(),
        archived: z.boolean().optional(),
      }),
    )
    .default([]),
});

type Command = (slack: FakeSlackServer, body: unknown) => unknown;

const commands: Readonly<Record<string, Command>> = {
  "GET state": ({ workspace, calls }) => ({
    users: workspace.users,
    channels: workspace.channels,
    messages: workspace.messages,
    calls,
  }),
  "GET summary": summarize,
  "POST settings": (slack, body) => {
    const { latencyMs, rates } = settingsSchema.parse(body);
    if (latencyMs !== undefined) slack.setLatency(latencyMs);
    if (rates !== undefined) slack.setRates(definedOnly(rates));
  },
  "POST seed": ({ workspace }, body) => {
    const { users, channels } = seedSchema.parse(body);
    return {
      users: users.map((user) => workspace.addUser({ email: user.email, ...definedOnly(user) })),
      channels: channels.map((channel) => workspace.addChannel({ name: channel.name, ...definedOnly(channel) })),
    };
  },
  "POST fail": (slack, body) => slack.fail(slackFaultSchema.parse(body)),
  "POST heal": (slack) => slack.heal(),
};

/**
 * What other processes (benches, kill tests) may ask of a running fake below `/__control/`. `GET state` and `GET
 * summary` read; `POST settings`, `POST seed`, `POST fail` and `POST heal` change.
 */
export function handleControl(slack: FakeSlackServer, name: string, body: unknown): unknown {
  const command = commands[name];
  if (command === undefined) throw new Error(`Known are ${Object.keys(commands).join(", ")}.`);
  return command(slack, body);
}

/** Counts instead of contents: what a bench asks again and again. */
function summarize({ workspace, calls }: FakeSlackServer): unknown {
  const sum = (count: (message: (typeof workspace.messages)[number]) => number) =>
    workspace.messages.reduce((total, message) => total + count(message), 0);
  return {
    messages: workspace.messages.length,
    edits: sum((message) => message.history.length - 1),
    replies: sum((message) => message.replies.length),
    calls: summarizeCalls(calls),
    lastCallAt: calls.at(-1)?.at,
  };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the keys that are present and undefined. */
function definedOnly<T extends object>(value: T): Defined<T> {
  const result: Defined<T> = {};
  for (const key in value) {
    const field = value[key];
    if (field !== undefined) Object.assign(result, { [key]: field });
  }
  return result;
}
