import { faultSchema, summarizeCalls } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import type { FakeTeamsServer } from "./fake-teams-server.ts";

const rate = z.number().min(0);

const settingsSchema = z.strictObject({
  latencyMs: z.number().min(0).optional(),
  rates: z
    .strictObject({
      perConversation: rate.default(0),
      connector: rate.default(0),
      perOperation: rate.default(0),
      burst: z.number().min(1).default(1),
      refuseConcurrent: z.boolean().default(false),
    })
    .optional(),
  installDelay: z.strictObject({ hiddenReads: rate, refusedPosts: rate }).optional(),
});

const seedSchema = z.strictObject({
  users: z.array(z.strictObject({ mail: z.string(), name: z.string().default("") })).default([]),
  channels: z.array(z.strictObject({ team: z.string(), name: z.string() })).default([]),
});

const failSchema = faultSchema.extend({ host: z.enum(["login", "graph", "connector"]).default("connector") });

type Command = (teams: FakeTeamsServer, body: unknown) => unknown;

/**
 * What other processes (benches, kill tests) may ask of a running fake, below `/__control/` of the connector. `GET
 * state` and `GET summary` read; `POST settings`, `POST seed` (answers ids and channel links), `POST fail` and `POST
 * heal` change.
 */
const commands: Readonly<Record<string, Command>> = {
  "GET state": ({ tenant, calls }) => ({ ...pick(tenant), calls }),
  "GET summary": summarize,
  "POST settings": (teams, body) => {
    const { latencyMs, rates, installDelay } = settingsSchema.parse(body);
    if (latencyMs !== undefined) teams.setLatency(latencyMs);
    if (rates !== undefined) teams.settings.rates = rates;
    if (installDelay !== undefined) teams.settings.installDelay = installDelay;
  },
  "POST seed": ({ tenant }, body) => {
    const { users, channels } = seedSchema.parse(body);
    return {
      users: users.map(({ mail, name }) => tenant.addUser({ mail, ...(name === "" ? {} : { name }) })),
      channels: channels.map(({ team, name }) => {
        const home = tenant.teams.find((known) => known.name === team) ?? tenant.addTeam({ name: team });
        const channel = tenant.addChannel(home, { name });
        return { ...channel, link: tenant.linkOf(channel) };
      }),
    };
  },
  "POST fail": (teams, body) => {
    const { host, ...fault } = failSchema.parse(body);
    teams[host].fail(fault);
  },
  "POST heal": ({ login, graph, connector }) => {
    for (const host of [login, graph, connector]) host.heal();
  },
};

export function handleControl(teams: FakeTeamsServer, name: string, body: unknown): unknown {
  const command = commands[name];
  if (command === undefined) throw new Error(`Known: ${Object.keys(commands).join(", ")}`);
  return command(teams, body);
}

function pick({ users, teams, conversations, installations, messages }: FakeTeamsServer["tenant"]): object {
  return { users, teams, conversations, installations, messages };
}

/** Counts instead of contents: what a bench asks again and again. */
function summarize({ tenant, login, graph, connector }: FakeTeamsServer): unknown {
  return {
    messages: tenant.messages.length,
    edits: tenant.messages.reduce((sum, { history }) => sum + history.length - 1, 0),
    calls: {
      login: summarizeCalls(login.calls),
      graph: summarizeCalls(graph.calls),
      connector: summarizeCalls(connector.calls),
    },
    lastCallAt: connector.calls.at(-1)?.at,
  };
}
