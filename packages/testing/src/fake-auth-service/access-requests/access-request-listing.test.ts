import {
  AccessRequestSort,
  AuthService,
  ListAccessRequestsRequestSchema,
  ListAccessRequestsResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  AccessRequestScope,
  AccessRequestV3Schema,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create, fromBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../../fake-clock.ts";
import { createDirectory } from "../cluster/directory.ts";
import { createEventFanout } from "../cluster/event-fanout.ts";
import { toCaller } from "../cluster/permissions.ts";
import { toTimestamp } from "../cluster/timestamps.ts";
import type { AuthClient } from "../grpc/auth-client.ts";
import { startTestCluster } from "../testing/test-cluster.ts";
import { createRequestPager } from "./access-request-listing.ts";
import { createAccessRequestStore } from "./access-request-store.ts";

const { listAccessRequests, getAccessRequestsV2 } = AuthService.method;
const { PENDING, APPROVED, DENIED } = RequestState;

const ids = (answer: { AccessRequests: { Metadata?: { Name: string } | undefined }[] }) =>
  answer.AccessRequests.map(({ Metadata }) => Metadata?.Name);

async function streamed(client: AuthClient, filter: object): Promise<(string | undefined)[]> {
  const found = [];
  for await (const request of client.stream(getAccessRequestsV2, filter)) found.push(request.Metadata?.Name);
  return found;
}

describe("pages", () => {
  const everything = toCaller(
    { user: "admin", roles: ["all"], expires: 0, certificate: "user" },
    createDirectory([], [{ name: "all", allow: { rules: [{ resources: ["*"], verbs: ["*"] }] } }]),
  );

  const row = fc.record({
    id: fc.uuid(),
    user: fc.constantFrom("alice", "bob", "zoë"),
    state: fc.constantFrom(PENDING, APPROVED, DENIED),
    created: fc.integer({ min: 0, max: 5 }),
  });

  /** All pages one after the other; `between` is called before each. */
  function readAll(
    rows: readonly { id: string; user: string; state: RequestState; created: number }[],
    query: { Sort: AccessRequestSort; Descending: boolean; Limit: number },
    between: (store: ReturnType<typeof createAccessRequestStore>) => void = () => undefined,
  ): string[][] {
    const store = createAccessRequestStore(createEventFanout());
    for (const { id, user, state, created } of rows) {
      const Spec = { User: user, State: state, Created: toTimestamp(created * 1000), Expires: toTimestamp(1e12) };
      store.put(create(AccessRequestV3Schema, { Metadata: { Name: id }, Spec }));
    }
    const page = createRequestPager(store);
    const pages: string[][] = [];
    let StartKey = "";
    do {
      between(store);
      const request = create(ListAccessRequestsRequestSchema, { ...query, StartKey });
      const answer = fromBinary(ListAccessRequestsResponseSchema, page(request, everything, 0));
      pages.push(answer.AccessRequests.map(({ Metadata }) => Metadata?.Name ?? ""));
      StartKey = answer.NextKey;
    } while (StartKey !== "");
    return pages;
  }

  const query = fc.record({
    Sort: fc.constantFrom(
      AccessRequestSort.DEFAULT,
      AccessRequestSort.CREATED,
      AccessRequestSort.STATE,
      AccessRequestSort.USER,
    ),
    Descending: fc.boolean(),
    Limit: fc.integer({ min: 1, max: 7 }),
  });
  const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 25 });

  test("hold everything once, none is over the limit, in any order and size", () => {
    fc.assert(
      fc.property(rows, query, (given, asked) => {
        const pages = readAll(given, asked);
        expect(pages.flat().toSorted()).toEqual(given.map(({ id }) => id).toSorted());
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(asked.Limit);
      }),
    );
  });

  test("descending is ascending turned round", () => {
    fc.assert(
      fc.property(rows, query, (given, asked) => {
        const up = readAll(given, { ...asked, Descending: false }).flat();
        expect(readAll(given, { ...asked, Descending: true }).flat()).toEqual(up.toReversed());
      }),
    );
  });

  test("are sorted by what was asked for", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const byId = new Map(given.map((one) => [one.id, one]));
        const asked = { Sort: AccessRequestSort.CREATED, Descending: false, Limit: 4 };
        const times = readAll(given, asked).flatMap((page) => page.map((id) => byId.get(id)?.created ?? -1));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  test("deleting while paging loses no other request", () => {
    fc.assert(
      fc.property(rows, query, fc.nat(), (given, asked, victim) => {
        const gone = given[victim % Math.max(1, given.length)]?.id ?? "";
        let calls = 0;
        const pages = readAll(given, asked, (store) => {
          calls += 1;
          if (calls === 2) store.delete(gone);
        });
        const expected = given.map(({ id }) => id).filter((id) => id !== gone);
        expect(
          pages
            .flat()
            .filter((id) => id !== gone)
            .toSorted(),
        ).toEqual(expected.toSorted());
      }),
    );
  });
});

describe("limits", () => {
  test("none is a thousand, over 16000 is refused", async () => {
    const { auth, connect } = await startTestCluster();
    for (let count = 0; count < 1001; count += 1) auth.createRequest();
    const plugin = await connect();
    const first = await plugin.call(listAccessRequests, {});
    expect(first.AccessRequests).toHaveLength(1000);
    expect(first.NextKey).not.toBe("");
    expect((await plugin.call(listAccessRequests, { Limit: 16_000 })).AccessRequests).toHaveLength(1001);
    await expect(plugin.call(listAccessRequests, { Limit: 16_001 })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });
});

describe("filters", () => {
  test("by id, user, state, words", async () => {
    const { auth, connect } = await startTestCluster({ users: [{ name: "dave", roles: ["requester"] }] });
    const plugin = await connect();
    const one = auth.createRequest({ reason: "rotate the Replica" });
    const two = auth.createRequest({ user: "dave", roles: ["auditor"] });
    auth.resolve(two, "denied");
    const find = async (Filter: object) => ids(await plugin.call(listAccessRequests, { Filter }));
    expect(await find({ ID: one })).toEqual([one]);
    expect(await find({ ID: "01234567-0000-7000-8000-000000000000" })).toEqual([]);
    expect(await find({ User: "dave" })).toEqual([two]);
    expect(await find({ State: DENIED })).toEqual([two]);
    expect(await find({ SearchKeywords: ["replica", "EDITOR"] })).toEqual([one]);
    expect(await find({ SearchKeywords: ["replica", "auditor"] })).toEqual([]);
    expect(await streamed(plugin, { State: DENIED })).toEqual([two]);
    expect(await streamed(plugin, {})).toEqual([one, two]);
  });

  test("by scope, relative to the caller", async () => {
    const { auth, connect } = await startTestCluster();
    const reviewed = auth.createRequest({ roles: ["prod-dba"] });
    const open = auth.createRequest();
    auth.review(reviewed);
    const find = async (user: string, Scope: AccessRequestScope) =>
      ids(await (await connect(user)).call(listAccessRequests, { Filter: { Scope } }));
    expect(await find("alice@example.com", AccessRequestScope.MY_REQUESTS)).toEqual([reviewed, open]);
    expect(await find("bob@example.com", AccessRequestScope.MY_REQUESTS)).toEqual([]);
    expect(await find("bob@example.com", AccessRequestScope.NEEDS_REVIEW)).toEqual([open]);
    expect(await find("bob@example.com", AccessRequestScope.REVIEWED)).toEqual([reviewed]);
  });
});

describe("who sees what", () => {
  test("without list: one's own and what one may review", async () => {
    const { auth, connect } = await startTestCluster({
      users: [
        { name: "dave", roles: ["requester"] },
        { name: "editor-reviewer", roles: ["editor-reviewer"] },
      ],
      roles: [{ name: "editor-reviewer", allow: { reviewRequests: { roles: ["editor"] } } }],
    });
    const alices = auth.createRequest();
    const daves = auth.createRequest({ user: "dave", roles: ["auditor"] });
    const seen = async (user: string) => ids(await (await connect(user)).call(listAccessRequests, {}));
    expect(await seen("dave")).toEqual([daves]);
    expect(await seen("editor-reviewer")).toEqual([alices]);
    expect(await seen("bob@example.com")).toEqual([alices, daves]);
    expect(await seen("access-plugin")).toEqual([alices, daves]);
  });

  test("a plugin that loses list sees an empty list, not an error", async () => {
    const { auth, connect } = await startTestCluster();
    const id = auth.createRequest();
    const plugin = await connect();
    auth.directory.setRole({
      name: "access-plugin",
      allow: { rules: [{ resources: ["access_request"], verbs: ["read"] }] },
    });
    expect(ids(await plugin.call(listAccessRequests, {}))).toEqual([]);
    expect(ids(await plugin.call(listAccessRequests, { Filter: { ID: id } }))).toEqual([]);
    expect(await streamed(plugin, {})).toEqual([]);
  });

  test("an explicit deny is an error", async () => {
    const { auth, connect } = await startTestCluster();
    const plugin = await connect();
    auth.directory.setRole({
      name: "access-plugin",
      allow: { rules: [{ resources: ["*"], verbs: ["*"] }] },
      deny: { rules: [{ resources: ["access_request"], verbs: ["list"] }] },
    });
    await expect(plugin.call(listAccessRequests, {})).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: 'access denied to perform action "list" on "access_request"',
    });
  });
});

describe("expired requests", () => {
  test("are hidden from lists at once, found by id until the job runs, then announced as deleted", async () => {
    const clock = createFakeClock();
    const { auth, connect } = await startTestCluster({ clock, expiryIntervalMs: 300_000 });
    const plugin = await connect();
    const id = auth.createRequest({ pendingTtlMs: 60_000 });
    await clock.advance(60_000);
    expect(ids(await plugin.call(listAccessRequests, {}))).toEqual([]);
    expect(await streamed(plugin, {})).toEqual([]);
    expect(ids(await plugin.call(listAccessRequests, { Filter: { ID: id } }))).toEqual([id]);
    await clock.advance(240_000);
    expect(auth.request(id)).toBeUndefined();
  });

  test("pending ones are left alone for a moment, decided ones are not", async () => {
    const clock = createFakeClock();
    const { auth } = await startTestCluster({ clock });
    const pending = auth.createRequest({ pendingTtlMs: 60_000 });
    const approved = auth.createRequest({ accessTtlMs: 60_000 });
    auth.resolve(approved, "approved");
    await clock.advance(60_000);
    expect(auth.runExpiry()).toBe(1);
    expect(auth.request(pending)).toBeDefined();
    await clock.advance(40_000);
    expect(auth.runExpiry()).toBe(1);
    expect(auth.requests()).toEqual([]);
  });

  test("one run deletes 120 at most", async () => {
    const clock = createFakeClock();
    const { auth } = await startTestCluster({ clock, pendingExpiryGraceMs: 0 });
    for (let count = 0; count < 130; count += 1) auth.createRequest({ pendingTtlMs: 60_000 });
    await clock.advance(60_000);
    expect([auth.runExpiry(), auth.runExpiry(), auth.runExpiry()]).toEqual([120, 10, 0]);
  });
});
