import {
  AuthService,
  type Event,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthClient } from "../grpc/auth-client.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const { watchEvents } = AuthService.method;

interface KindInput {
  readonly Kind: string;
  readonly Name?: string;
  readonly Filter?: Record<string, string>;
}

/** Opens a watch and reads INIT; gives its kinds and a function that reads the next event. */
async function openWatch(client: AuthClient, Kinds: readonly KindInput[], AllowPartialSuccess = false) {
  const events = client
    .stream(watchEvents, { Kinds: [...Kinds], AllowPartialSuccess }, { timeoutMs: 0 })
    [Symbol.asyncIterator]();
  onTestFinished(async () => {
    await events.return?.();
  });
  const next = async (): Promise<Event> => {
    const { value, done } = await events.next();
    if (done) throw new Error("The watch ended.");
    return value;
  };
  const init = await next();
  if (init.Resource.case !== "WatchStatus") throw new Error("The first event is no INIT.");
  return { next, confirmed: init.Resource.value.Spec?.Kinds.map(({ Kind }) => Kind), init };
}

/** What an event is about, in one line. */
function describeEvent({ Type, Resource }: Event): string {
  const operation = ["INIT", "PUT", "DELETE"][Type];
  if (Resource.case === "AccessRequest")
    return `${operation} ${Resource.value.Metadata?.Name} ${Resource.value.Spec?.State}`;
  if (Resource.case === "ResourceHeader") return `${operation} ${Resource.value.Kind} ${Resource.value.Metadata?.Name}`;
  if (Resource.case === "AccessMonitoringRule") return `${operation} rule ${Resource.value.metadata?.name}`;
  return `${operation} ${Resource.case}`;
}

describe("INIT", () => {
  test("confirms the kinds in the order asked for, filters included", async () => {
    const { connect } = await startTestCluster();
    const { init } = await openWatch(await connect(), [
      { Kind: "access_monitoring_rule" },
      { Kind: "access_request", Filter: { state: "PENDING" } },
    ]);
    expect(init.Type).toBe(0);
    expect(init.Resource.value).toMatchObject({
      Kind: "watch_status",
      Version: "v1",
      Metadata: { Name: "watch-status", Namespace: "default" },
      Spec: { Kinds: [{ Kind: "access_monitoring_rule" }, { Kind: "access_request", Filter: { state: "PENDING" } }] },
    });
  });

  test("leaves out forbidden and unknown kinds on partial success", async () => {
    const { auth, connect } = await startTestCluster();
    auth.directory.setRole({
      name: "access-plugin",
      allow: { rules: [{ resources: ["access_request"], verbs: ["read"] }] },
    });
    const kinds = [{ Kind: "no_such_kind" }, { Kind: "access_monitoring_rule" }, { Kind: "access_request" }];
    const { confirmed } = await openWatch(await connect(), kinds, true);
    expect(confirmed).toEqual(["access_request"]);
  });
});

describe("refusals", () => {
  const refusals: readonly [string, readonly KindInput[], boolean, status, string][] = [
    ["no kinds", [], false, status.PERMISSION_DENIED, "can't setup global watch"],
    [
      "an unknown kind",
      [{ Kind: "no_such_kind" }],
      false,
      status.INVALID_ARGUMENT,
      'resource type "no_such_kind" is not supported by this event stream',
    ],
    [
      "a forbidden kind",
      [{ Kind: "access_request" }, { Kind: "access_monitoring_rule" }],
      false,
      status.PERMISSION_DENIED,
      'access denied to perform action "read" on "access_request"',
    ],
    [
      "nothing but forbidden kinds on partial success",
      [{ Kind: "access_request" }],
      true,
      status.INVALID_ARGUMENT,
      "none of the requested kinds can be watched",
    ],
    [
      "an unknown filter",
      [{ Kind: "access_request", Filter: { role: "editor" } }],
      false,
      status.INVALID_ARGUMENT,
      "unknown filter key role",
    ],
  ];
  test.each(refusals)("%s", async (_what, kinds, partial, code, message) => {
    const { connect } = await startTestCluster();
    await expect(openWatch(await connect("bob@example.com"), kinds, partial)).rejects.toMatchObject({ code, message });
  });

  test("one's own requests may be watched without any permission", async () => {
    const { connect } = await startTestCluster();
    const kinds = [{ Kind: "access_request", Filter: { user: "alice@example.com" } }];
    expect((await openWatch(await connect("alice@example.com"), kinds)).confirmed).toEqual(["access_request"]);
  });
});

describe("events", () => {
  test("nothing from before INIT comes, everything after it in order", async () => {
    const { auth, connect } = await startTestCluster();
    auth.createRequest();
    const { next } = await openWatch(await connect(), [{ Kind: "access_request" }]);
    const id = auth.createRequest({ roles: ["prod-dba"] });
    auth.review(id);
    auth.review(id, { author: "carol@example.com" });
    auth.resolve(id, "denied");
    auth.deleteRequest(id);
    const seen = [await next(), await next(), await next(), await next(), await next()].map(describeEvent);
    expect(seen).toEqual([`PUT ${id} 1`, `PUT ${id} 1`, `PUT ${id} 2`, `PUT ${id} 3`, `DELETE access_request ${id}`]);
  });

  test("a PUT carries the whole request, reviews included, with a new revision", async () => {
    const { auth, connect } = await startTestCluster();
    const { next } = await openWatch(await connect(), [{ Kind: "access_request" }]);
    const id = auth.createRequest({ reason: "because" });
    const first = await next();
    auth.review(id, { reason: "fine" });
    const second = await next();
    expect(second.Resource.value).toEqual(auth.request(id));
    expect(second.Resource.value).toMatchObject({ Spec: { Reviews: [{ Reason: "fine" }], RequestReason: "because" } });
    expect(first.Resource.value).not.toMatchObject({ Metadata: { Revision: auth.request(id)?.Metadata?.Revision } });
  });

  test("filters look at the object after the change, deletions pass all of them", async () => {
    const { auth, connect } = await startTestCluster();
    const pending = await openWatch(await connect(), [{ Kind: "access_request", Filter: { state: "PENDING" } }]);
    const first = auth.createRequest();
    const second = auth.createRequest();
    auth.review(first);
    auth.deleteRequest(first);
    const seen = [await pending.next(), await pending.next(), await pending.next()].map(describeEvent);
    expect(seen).toEqual([`PUT ${first} 1`, `PUT ${second} 1`, `DELETE access_request ${first}`]);
  });

  test("a watcher of one id or one user sees no other", async () => {
    const { auth, connect } = await startTestCluster();
    auth.directory.setUser({ name: "dave", roles: ["requester"] });
    const client = await connect();
    const id = auth.createRequest();
    const byId = await openWatch(client, [{ Kind: "access_request", Filter: { id } }]);
    const byUser = await openWatch(client, [{ Kind: "access_request", Filter: { user: "dave" } }]);
    auth.review(auth.createRequest());
    const daves = auth.createRequest({ user: "dave" });
    auth.review(id);
    expect(describeEvent(await byId.next())).toBe(`PUT ${id} 2`);
    expect(describeEvent(await byUser.next())).toBe(`PUT ${daves} 1`);
  });

  test("kinds nobody asked for do not come", async () => {
    const { auth, connect } = await startTestCluster();
    const { next } = await openWatch(await connect(), [{ Kind: "access_monitoring_rule" }]);
    auth.createRequest();
    auth.monitoringRules.set({
      name: "r",
      condition: "true",
      notification: { name: "slack", recipients: ["#a"] },
    });
    auth.monitoringRules.delete("r");
    const seen = [await next(), await next()].map(describeEvent);
    expect(seen).toEqual(["PUT rule r", "DELETE access_monitoring_rule r"]);
  });

  test("several watchers get the same", async () => {
    const { auth, connect } = await startTestCluster();
    const watches = await Promise.all(
      ["access-plugin", "admin"].map(async (user) => openWatch(await connect(user), [{ Kind: "access_request" }])),
    );
    await auth.untilWatched(2);
    const id = auth.createRequest();
    for (const { next } of watches) expect(describeEvent(await next())).toBe(`PUT ${id} 1`);
  });

  test("an ended watch tells the code and text", async () => {
    const { auth, connect } = await startTestCluster();
    const { next } = await openWatch(await connect(), [{ Kind: "access_request" }]);
    expect(auth.faults.endWatches(status.UNKNOWN, "event fanout system reset")).toBe(1);
    await expect(next()).rejects.toMatchObject({ code: status.UNKNOWN, message: "event fanout system reset" });
    expect(auth.watchCount()).toBe(0);
  });
});
