import { faultSchema, summarizeCalls } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import type { FakeMattermostServer } from "./fake-mattermost-server.ts";

const settingsSchema = z.strictObject({
  latencyMs: z.number().min(0).optional(),
  /** `null` switches the limiter off. */
  rates: z
    .strictObject({
      perSecond: z.number().positive(),
      maxBurst: z.number().min(0),
      varyByUser: z.boolean().default(false),
    })
    .nullish(),
  database: z.enum(["ok", "gone"]).optional(),
  postEditTimeLimit: z.number().int().min(-1).optional(),
  showEmailAddress: z.boolean().optional(),
  restrictDirectMessage: z.enum(["any", "team"]).optional(),
});

const seedSchema = z.strictObject({
  users: z.array(z.strictObject({ email: z.string(), username: z.string().optional() })).default([]),
  /** `team/channel`, with the bot in it. */
  channels: z.array(z.templateLiteral([z.string().min(1), "/", z.string().min(1)])).default([]),
});

type Command = (fake: FakeMattermostServer, body: unknown) => unknown;

/**
 * What other processes (benches, kill tests) may ask of a running fake. `GET state` and `GET summary` read; `POST
 * settings`, `POST seed`, `POST fail` and `POST heal` change.
 */
const commands: Readonly<Record<string, Command>> = {
  "GET state": ({ site, calls }) => ({
    users: site.users,
    channels: site.channels.map(({ members, ...channel }) => ({ ...channel, members: [...members] })),
    posts: site.posts,
    calls,
  }),
  "GET summary": ({ site, calls }) => ({
    messages: site.posts.length,
    edits: site.posts.reduce((sum, post) => sum + post.history.length - 1, 0),
    replies: site.posts.reduce((sum, post) => sum + post.replies.length, 0),
    calls: summarizeCalls(calls),
    lastCallAt: calls.at(-1)?.at,
  }),
  "POST settings": changeSettings,
  "POST seed": seed,
  "POST fail": (fake, body) => fake.fail(faultSchema.parse(body)),
  "POST heal": (fake) => fake.heal(),
};

export function handleControl(fake: FakeMattermostServer, name: string, body: unknown): unknown {
  const command = commands[name];
  if (command === undefined) throw new Error(`Known: ${Object.keys(commands).join(", ")}`);
  return command(fake, body);
}

function changeSettings(fake: FakeMattermostServer, body: unknown): void {
  const { latencyMs, rates, ...settings } = settingsSchema.parse(body);
  if (latencyMs !== undefined) fake.setLatency(latencyMs);
  if (rates !== undefined) fake.setRates(rates ?? undefined);
  Object.assign(fake.settings, JSON.parse(JSON.stringify(settings)));
}

function seed({ site, bot }: FakeMattermostServer, body: unknown): unknown {
  const { users, channels } = seedSchema.parse(body);
  return {
    users: users.map(({ email, username }) => site.addUser({ email, ...(username === undefined ? {} : { username }) })),
    channels: channels.map((path) => {
      const [teamName = "", name = ""] = path.split("/");
      const team = site.team(teamName) ?? site.addTeam(teamName);
      return site.addChannel({ team, name, members: [bot] }).id;
    }),
  };
}
