import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf, openRig, type Rig } from "../testing/rig.ts";
import { usersAnswer } from "../wire.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(): Promise<Rig> {
  const rig = await openRig();
  closing.push(rig.close);
  return rig;
}

/** A host nobody has configured; what comes here is a leak. */
async function openStranger() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(JSON.stringify(request.headers));
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { seen, origin: `http://127.0.0.1:${port}` };
}

describe("tokens and secrets", () => {
  it.each(["login", "graph", "connector"] as const)("do not follow a redirect of %s", async (host) => {
    const rig = await open();
    const stranger = await openStranger();
    rig.teams.tenant.addUser({ mail: "alice@example.com" });
    const to = await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    const headers = { location: `${stranger.origin}/v1.0/users` };
    rig.teams[host].fail({ effect: { kind: "status", status: 307, headers } });
    const fresh = await open();
    rig.teams.tokens.revokeAll();
    const calls = {
      login: () => rig.parts.tokens.get("graph", rig.call()),
      graph: () => rig.messenger.findRecipient("bob@example.com", "any", rig.call()),
      connector: () => rig.parts.connector.post(to.id, "{}", rig.call()),
    };
    expect((await failureOf(calls[host]())).code).toBe("unavailable");
    expect(stranger.seen).toEqual([]);
    expect(fresh.teams.calls).toEqual([]);
  });

  it("never go to an address that is none of the service's", async () => {
    const rig = await open();
    const stranger = await openStranger();
    const graphCall = { operation: "graph.getUser", buckets: [], path: `${stranger.origin}/v1.0/users` } as const;
    await failureOf(rig.parts.graph.get(graphCall, usersAnswer, rig.call()));
    expect(stranger.seen).toEqual([]);
  });

  it("go to each host only as far as they are meant for it", async () => {
    const rig = await open();
    rig.teams.tenant.addUser({ mail: "alice@example.com" });
    await rig.messenger.findRecipient("alice@example.com", "any", rig.call());
    const [token = ""] = rig.teams.tokens.all;
    const printed = JSON.stringify(rig.teams.calls);
    expect(token).toMatch(/\w/u);
    expect(printed).not.toContain(token);
    expect(printed).not.toContain(rig.teams.bot.appSecret);
  });
});
