import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { FakeTeamsServer } from "./fake-teams-server.ts";
import { faultSchema } from "./faults.ts";

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
    if (rates !== undefined) teams.setRates(rates);
    if (installDelay !== undefined) teams.setInstallDelay(installDelay);
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
  "POST fail": (teams, body) => teams.fail(faultSchema.parse(body)),
  "POST heal": (teams) => teams.heal(),
};

/** True when the request was a command. */
export function handleControl(
  teams: FakeTeamsServer,
  request: IncomingMessage,
  text: string,
  response: ServerResponse,
): boolean {
  const [, name] = /^\/__control\/(\w+)$/u.exec(request.url ?? "") ?? [];
  if (name === undefined) return false;
  const command = commands[`${request.method} ${name}`];
  try {
    if (command === undefined) throw new Error(`Known: ${Object.keys(commands).join(", ")}`);
    reply(response, 200, command(teams, text === "" ? {} : JSON.parse(text)) ?? {});
  } catch (thrown) {
    reply(response, 400, { error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  return true;
}

function pick({ users, teams, conversations, installations, messages }: FakeTeamsServer["tenant"]): object {
  return { users, teams, conversations, installations, messages };
}

/** Counts instead of contents: what a bench asks again and again. */
function summarize({ tenant, calls }: FakeTeamsServer): unknown {
  const outcomes: Record<string, Record<string, number>> = {};
  for (const call of calls) {
    const key = `${call.host}.${call.operation}`;
    const outcome = call.outcome ?? (call.abandoned ? "abandoned" : "open");
    outcomes[key] = { ...outcomes[key], [outcome]: (outcomes[key]?.[outcome] ?? 0) + 1 };
  }
  return {
    messages: tenant.messages.length,
    edits: tenant.messages.reduce((sum, { history }) => sum + history.length - 1, 0),
    calls: outcomes,
    lastCallAt: calls.at(-1)?.at,
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
