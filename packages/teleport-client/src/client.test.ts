import { writeFileSync } from "node:fs";
import { type AccessRequest, systemClock, type TeleportClient } from "@access-plugins/core";
import { createFakeClock } from "@access-plugins/testing";
import { describe, expect, test } from "vitest";
import { catchFault } from "./testing/catch-fault.ts";
import { startTestCluster, untilAnswered } from "./testing/test-cluster.ts";

const never = new AbortController().signal;
const plugin = "slack";

describe("Access Requests", () => {
  test("are listed with everything in them", async () => {
    const { auth, createClient } = await startTestCluster();
    const id = auth.createRequest({ reason: "Ticket 4711", suggestedReviewers: ["bob@example.com"] });
    auth.review(id, { reason: "fine" });
    const [request] = await listAll(createClient());
    expect(request).toMatchObject({
      id,
      user: "alice@example.com",
      roles: ["editor"],
      state: "approved",
      reason: "Ticket 4711",
      suggestedReviewers: ["bob@example.com"],
      reviews: [{ author: "bob@example.com", state: "approved", reason: "fine" }],
    });
    expect(request?.revision).not.toBe("");
  });

  test("come in pages of a thousand", async () => {
    const { auth, createClient } = await startTestCluster();
    const ids = Array.from({ length: 1_050 }, () => auth.createRequest());
    const pages: number[] = [];
    for await (const page of createClient().listAccessRequests(never)) pages.push(page.length);
    expect(pages).toEqual([1_000, 50]);
    expect((await listAll(createClient())).map((request) => request.id).sort()).toEqual(ids.sort());
  });

  test("come in smaller pages when the server finds one too large", async () => {
    const { auth, createClient } = await startTestCluster();
    const ids = Array.from({ length: 600 }, () => auth.createRequest());
    auth.faults.fail("ListAccessRequests", { code: 8, text: "received message larger than max", times: 2 });
    const pages: number[] = [];
    for await (const page of createClient().listAccessRequests(never)) pages.push(page.length);
    expect(pages).toEqual([250, 250, 100]);
    expect(ids).toHaveLength(600);
  });

  test("of a server that finds even one too large end with too_large", async () => {
    const { auth, createClient } = await startTestCluster();
    auth.faults.fail("ListAccessRequests", { code: 8, text: "received message larger than max", times: 100 });
    expect(await catchFault(() => listAll(createClient()))).toMatchObject({ code: "too_large" });
    expect(auth.calls.count("ListAccessRequests")).toBe(11);
  });

  test("are found by id", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    const id = auth.createRequest();
    expect(await client.getAccessRequest(id, never)).toMatchObject({ id, state: "pending" });
    expect(await client.getAccessRequest("01959b3e-1c2d-7a4e-9f60-5b1f2c3d4e5f", never)).toBeUndefined();
  });
});

describe("plugin data", () => {
  test("is absent until it is written, then only changed keys change", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    expect(await client.getPluginData(of, never)).toBeUndefined();
    await client.updatePluginData(of, { user: "alice", roles: "editor" }, { user: "" }, never);
    expect(await client.getPluginData(of, never)).toEqual({ user: "alice", roles: "editor" });
    await client.updatePluginData(of, { roles: "", resolution: "APPROVED" }, { roles: "editor" }, never);
    expect(await client.getPluginData(of, never)).toEqual({ user: "alice", resolution: "APPROVED" });
  });

  test("is not written when an expectation does not hold", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    await client.updatePluginData(of, { lease: "a" }, { lease: "" }, never);
    const lost = await catchFault(() => client.updatePluginData(of, { lease: "b" }, { lease: "" }, never));
    expect(lost).toMatchObject({ code: "conflict", operation: "UpdatePluginData", ambiguous: false });
    expect(lost.message).toContain('expectations not met for field "lease"');
    expect(await client.getPluginData(of, never)).toEqual({ lease: "a" });
  });

  test("is never written without an expectation: the server would take that as none", async () => {
    const { auth, createClient } = await startTestCluster();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    const refused = await catchFault(() => createClient().updatePluginData(of, { lease: "a" }, {}, never));
    expect(refused.code).toBe("invalid_argument");
    expect(auth.calls.count("UpdatePluginData")).toBe(0);
  });

  test("of all requests is one plugin's, by request", async () => {
    const { auth, createClient } = await startTestCluster();
    const [first = "", second = "", third = ""] = [auth.createRequest(), auth.createRequest(), auth.createRequest()];
    auth.setPluginData(first, plugin, { user: "1" });
    auth.setPluginData(second, plugin, { user: "2" });
    auth.setPluginData(second, "mattermost", { user: "x" });
    auth.setPluginData(third, "mattermost", { user: "y" });
    const all = await createClient().getAllPluginData("access_request", plugin, never);
    expect(all).toEqual(
      new Map([
        [first, { user: "1" }],
        [second, { user: "2" }],
      ]),
    );
  });

  test("larger than 4 MiB comes in one answer", async () => {
    const { auth, createClient } = await startTestCluster();
    for (let count = 0; count < 10; count += 1) {
      auth.setPluginData(auth.createRequest(), plugin, { messages: "m".repeat(900_000) });
    }
    const all = await createClient().getAllPluginData("access_request", plugin, never);
    expect(all.size).toBe(10);
    expect([...all.values()].every((entry) => entry["messages"]?.length === 900_000)).toBe(true);
  });

  test("over the server's limit is too_large, as is an answer over ours", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    const big = { messages: "m".repeat(1_000_001) };
    expect(await catchFault(() => client.updatePluginData(of, big, { messages: "" }, never))).toMatchObject({
      code: "too_large",
    });
    auth.faults.fail("GetPluginData", { code: 8, text: "grpc: received message larger than max" });
    const all = client.getAllPluginData("access_request", plugin, never);
    expect(await catchFault(() => all)).toMatchObject({ code: "too_large" });
  });

  test("of a request that is gone cannot be written", async () => {
    const { createClient } = await startTestCluster();
    const of = { kind: "access_request", resource: "01959b3e-1c2d-7a4e-9f60-5b1f2c3d4e5f", plugin } as const;
    const gone = await catchFault(() => createClient().updatePluginData(of, { a: "1" }, { a: "" }, never));
    expect(gone).toMatchObject({ code: "not_found", operation: "UpdatePluginData" });
  });
});

describe("users and roles", () => {
  test("our own roles tell what they allow", async () => {
    const { createClient } = await startTestCluster();
    const [role] = await createClient().getOwnRoles(never);
    expect(role?.name).toBe("access-plugin");
    expect(role?.allow.rules).toContainEqual({ resources: ["access_request"], verbs: ["list", "read"], where: "" });
  });

  test("a role is found by name", async () => {
    const { createClient } = await startTestCluster();
    expect(await createClient().getRole("editor", never)).toMatchObject({
      name: "editor",
      allow: { logins: ["{{internal.logins}}", "editor"] },
    });
    expect(await catchFault(() => createClient().getRole("none", never))).toMatchObject({ code: "not_found" });
  });

  test("a user is found with traits", async () => {
    const { createClient } = await startTestCluster();
    expect(await createClient().getUser("alice@example.com", never)).toMatchObject({
      name: "alice@example.com",
      traits: { logins: ["alice", "ubuntu"], level: ["L1"] },
    });
    expect(await catchFault(() => createClient().getUser("nobody", never))).toMatchObject({ code: "not_found" });
  });
});

describe("a server of version 14", () => {
  test("lists by its old stream, and is asked for the new method once per connection", async () => {
    const { auth, createClient } = await startTestCluster({ profile: 14 });
    const client = createClient();
    const id = auth.createRequest();
    expect((await listAll(client)).map((request) => request.id)).toEqual([id]);
    expect(await client.getAccessRequest(id, never)).toMatchObject({ id });
    expect(await client.getAccessRequest("01959b3e-1c2d-7a4e-9f60-5b1f2c3d4e5f", never)).toBeUndefined();
    expect(auth.calls.count("ListAccessRequests")).toBe(1);
    auth.faults.dropConnections();
    await untilAnswered(client);
    await listAll(client);
    expect(auth.calls.count("ListAccessRequests")).toBe(2);
  });

  test("tells users by its old method", async () => {
    const { auth, createClient } = await startTestCluster({ profile: 14 });
    const client = createClient();
    expect(await client.getUser("alice@example.com", never)).toMatchObject({ name: "alice@example.com" });
    await client.getUser("alice@example.com", never);
    expect(auth.calls.of("GetUser").map((call) => call.service)).toEqual([
      "teleport.users.v1.UsersService",
      "proto.AuthService",
      "proto.AuthService",
    ]);
  });

  test("writes the request's own expiry elsewhere", async () => {
    const { auth, createClient } = await startTestCluster({ profile: 14 });
    auth.createRequest();
    const [request] = await listAll(createClient());
    expect(request?.requestExpiry).toBeInstanceOf(Date);
  });
});

describe("failures", () => {
  test("a verb the role lacks is named, with the rule to add", async () => {
    const { auth, createClient } = await startTestCluster({
      users: [{ name: "access-plugin", roles: ["access"] }],
    });
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    const refused = await catchFault(() => createClient().updatePluginData(of, { a: "1" }, { a: "" }, never));
    expect(refused).toMatchObject({ code: "forbidden", operation: "UpdatePluginData", ambiguous: false });
    expect(refused.message).toMatch(/lacks the verb "update" on "access_/u);
    expect(refused.fix).toMatch(/rule access_\w+: \[update\]/u);
  });

  test("a write without an answer is ambiguous, a read is not", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    const held = auth.faults.hold("UpdatePluginData", "after");
    const write = catchFault(() => client.updatePluginData(of, { a: "1" }, { a: "" }, never));
    await held.reached();
    auth.faults.dropConnections();
    expect(await write).toMatchObject({ code: "unavailable", ambiguous: true, operation: "UpdatePluginData" });
    expect(auth.pluginData(of.resource)[plugin]).toEqual({ a: "1" });

    const heldRead = auth.faults.hold("GetPluginData", "before");
    const read = catchFault(() => client.getPluginData(of, never));
    await heldRead.reached();
    auth.faults.dropConnections();
    expect(await read).toMatchObject({ code: "unavailable", ambiguous: false });
  });

  test("a write that the server may have carried out before failing is ambiguous", async () => {
    const { auth, createClient } = await startTestCluster();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    auth.faults.fail("UpdatePluginData", { code: 14, text: "backend is away", executed: true });
    const failed = await catchFault(() => createClient().updatePluginData(of, { a: "1" }, { a: "" }, never));
    expect(failed).toMatchObject({ code: "unavailable", ambiguous: true });
  });

  test("a write that could not be sent is not ambiguous", async () => {
    const { auth, createClient } = await startTestCluster();
    const of = { kind: "access_request", resource: auth.createRequest(), plugin } as const;
    auth.stop();
    const failed = await catchFault(() => createClient().updatePluginData(of, { a: "1" }, { a: "" }, never));
    expect(failed).toMatchObject({ code: "unavailable", ambiguous: false });
    expect(failed.message).toContain("ECONNREFUSED");
  });

  test("an aborted call ends at once and cancels on the server", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    await client.ping(never);
    const held = auth.faults.hold("GetPluginData", "before");
    const stop = new AbortController();
    const read = catchFault(() => client.getAllPluginData("access_request", plugin, stop.signal));
    await held.reached();
    stop.abort();
    expect(await read).toMatchObject({ code: "aborted" });
    await auth.calls.until((call) => call.method === "GetPluginData" && call.code !== undefined);
    expect(await client.ping(never)).toMatchObject({ clusterName: "example.com" });
  });

  test("a signal that is aborted already stops the call before it is sent", async () => {
    const { auth, createClient } = await startTestCluster();
    expect(await catchFault(() => createClient().ping(AbortSignal.abort()))).toMatchObject({ code: "aborted" });
    expect(auth.calls.all).toHaveLength(0);
  });

  test("after close every call is aborted, one in flight as well", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    await client.ping(never);
    const held = auth.faults.hold("Ping", "before");
    const call = catchFault(() => client.ping(never));
    await held.reached();
    client.close();
    expect(await call).toMatchObject({ code: "aborted" });
    expect(await catchFault(() => client.ping(never))).toMatchObject({ code: "aborted" });
  });

  test.each<[number, string, string]>([
    [2, "event fanout system reset", "unavailable"],
    [3, "unsupported resource kind", "invalid_argument"],
    [4, "context deadline exceeded", "timeout"],
    [5, "role none is not found", "not_found"],
    [6, "already exists", "already_exists"],
    [7, "access denied", "forbidden"],
    [8, "too large", "too_large"],
    [9, "expectations not met", "conflict"],
    [10, "aborted", "unavailable"],
    [12, "not here", "not_implemented"],
    [13, "internal", "unavailable"],
    [14, "away", "unavailable"],
    [16, "who are you", "unauthenticated"],
  ])("gRPC status %i (%s) is %s", async (code, text, expected) => {
    const { auth, createClient } = await startTestCluster();
    auth.faults.fail("GetRole", { code, text });
    const failed = await catchFault(() => createClient().getRole("editor", never));
    expect(failed).toMatchObject({ code: expected, operation: "GetRole" });
    expect(failed.message).toContain(text);
  });

  test("a refused client version has a text of its own", async () => {
    const { auth, createClient } = await startTestCluster();
    auth.faults.fail("Ping", { code: 7, text: "client version is unsupported" });
    const refused = await catchFault(() => createClient().ping(never));
    expect(refused).toMatchObject({ code: "forbidden", reason: "client_version" });
    expect(refused.message).toContain("too old");
  });

  test("no version header is sent: a server that refuses old clients lets us in", async () => {
    const { createClient } = await startTestCluster({ profile: 18, allowOldClients: false });
    await expect(createClient().ping(never)).resolves.toMatchObject({ serverVersion: "18.0.0" });
  });
});

describe("expired credentials", () => {
  test("are reported while the open connection goes on, and stop new ones with a clear text", async () => {
    const { auth, createClient, identityPath } = await startTestCluster();
    const validUntil = new Date(Date.now() + 3_600_000);
    writeFileSync(identityPath, await auth.identityFile(undefined, { validUntil }));
    let ahead = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
    const client = createClient({ refreshIntervalMs: 20 }, { clock });
    await client.ping(never);
    expect(client.credentialStatus().state).toBe("good");
    ahead = 3_700_000;
    await expect.poll(() => client.credentialStatus().problem?.message ?? "").toContain("expired at");
    expect(client.credentialStatus().state).toBe("expired");
    await expect(client.ping(never)).resolves.toMatchObject({ clusterName: "example.com" });
    auth.faults.dropConnections();
    await expect.poll(() => catchFault(() => client.ping(never)).then(({ code }) => code)).toBe("unauthenticated");
    ahead = 0;
    await untilAnswered(client);
  });
});

describe("close", () => {
  test("leaves nothing behind", async () => {
    const { auth, createClient } = await startTestCluster();
    const clock = createFakeClock(new Date());
    const client = createClient({}, { clock });
    await client.ping(never);
    const watch = client.watch(["access_request"], never)[Symbol.asyncIterator]();
    await watch.next();
    expect(clock.pendingTimers()).toBeGreaterThan(0);
    client.close();
    await expect.poll(() => clock.pendingTimers()).toBe(0);
    await expect.poll(() => auth.faults.dropConnections()).toBe(0);
  });
});

describe("the shared connection", () => {
  test("serves many calls at once and is opened once", async () => {
    const { auth, createClient, log } = await startTestCluster();
    const client = createClient();
    await Promise.all(Array.from({ length: 200 }, () => client.ping(never)));
    expect(auth.calls.count("Ping")).toBe(200);
    expect(log.lines.filter((line) => line.message.startsWith("Connected"))).toHaveLength(1);
  });

  test("is opened anew after the server was restarted", async () => {
    const { auth, createClient } = await startTestCluster();
    const client = createClient();
    await client.ping(never);
    auth.stop();
    expect(await catchFault(() => client.ping(never))).toMatchObject({ code: "unavailable" });
    await auth.start();
    await expect(client.ping(never)).resolves.toMatchObject({ clusterName: "example.com" });
  });

  test("logs in anew after a renewal, while calls in flight finish on the old one", async () => {
    const { auth, createClient, identityPath } = await startTestCluster({
      users: [{ name: "second", roles: ["access-plugin"] }],
    });
    const client = createClient({ refreshIntervalMs: 20 });
    await client.ping(never);
    const held = auth.faults.hold("GetPluginData", "before");
    const slow = client.getAllPluginData("access_request", plugin, never);
    await held.reached();
    writeFileSync(identityPath, await auth.identityFile("second"));
    await expect.poll(() => client.credentialStatus().user).toBe("second");
    await client.ping(never);
    expect(auth.calls.of("Ping").map((call) => call.caller)).toEqual(["access-plugin", "second"]);
    held.release();
    await expect(slow).resolves.toEqual(new Map());
    expect(auth.calls.of("GetPluginData").map((call) => call.caller)).toEqual(["access-plugin"]);
  });
});

async function listAll(client: TeleportClient): Promise<readonly AccessRequest[]> {
  const requests: AccessRequest[] = [];
  for await (const page of client.listAccessRequests(never)) requests.push(...page);
  return requests;
}
