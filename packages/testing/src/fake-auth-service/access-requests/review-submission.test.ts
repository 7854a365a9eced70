import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { RequestState } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../../fake-clock.ts";
import { toMillis } from "../cluster/timestamps.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const { submitAccessReview, setAccessRequestState, deleteAccessRequest } = AuthService.method;
const { APPROVED, DENIED, PENDING, PROMOTED, NONE } = RequestState;
const BOB = "bob@example.com";

describe("reviews", () => {
  test("the first of two approvals leaves it pending, the second decides with its reason", async () => {
    const clock = createFakeClock();
    const { auth, connect } = await startTestCluster({ clock });
    const id = auth.createRequest({ roles: ["prod-dba"] });
    const first = await (await connect(BOB)).call(submitAccessReview, {
      RequestID: id,
      Review: { ProposedState: APPROVED, Reason: "one" },
    });
    expect(first.Spec).toMatchObject({ State: PENDING, ResolveReason: "" });
    await clock.advance(1000);
    const second = await (await connect("carol@example.com")).call(submitAccessReview, {
      RequestID: id,
      Review: { Author: "carol@example.com", ProposedState: APPROVED, Reason: "two", Roles: ["prod-dba"] },
    });
    expect(second.Spec).toMatchObject({
      State: APPROVED,
      ResolveReason: "two",
      Reviews: [
        { Author: BOB, Reason: "one", Roles: ["prod-dba"], ThresholdIndexes: [0] },
        { Author: "carol@example.com", Reason: "two" },
      ],
    });
    expect(toMillis(second.Spec?.Reviews[1]?.Created)).toBe(clock.now().getTime());
    expect(second.Spec?.ResourceExpiry).toEqual(second.Spec?.Expires);
  });

  test("a threshold with a filter counts only the reviews it matches", async () => {
    const { auth } = await startTestCluster({
      users: [
        { name: "alice@example.com", roles: ["strict"] },
        { name: "lead", roles: ["reviewer", "lead"] },
      ],
      roles: [
        { name: "lead" },
        {
          name: "strict",
          allow: {
            request: {
              roles: ["editor"],
              thresholds: [{ approve: 1, deny: 1, filter: 'contains(reviewer.roles, "lead") && review.reason != ""' }],
            },
          },
        },
      ],
    });
    const id = auth.createRequest();
    auth.review(id, { reason: "not a lead" });
    expect(auth.request(id)?.Spec).toMatchObject({ State: PENDING, Reviews: [{ ThresholdIndexes: [] }] });
    auth.review(id, { author: "lead", reason: "a lead" });
    expect(auth.request(id)?.Spec).toMatchObject({ State: APPROVED, ResolveReason: "a lead" });
  });

  test("where decides what a reviewer may review", async () => {
    const { auth } = await startTestCluster({
      users: [{ name: "picky", roles: ["picky"], traits: { team: ["db"] } }],
      roles: [
        {
          name: "picky",
          allow: {
            reviewRequests: {
              roles: ["*"],
              where: 'contains(reviewer.traits["team"], "db") && request.reason == "ok"',
            },
          },
        },
      ],
    });
    const good = auth.createRequest({ reason: "ok" });
    const bad = auth.createRequest({ reason: "no" });
    auth.review(good, { author: "picky" });
    expect(() => auth.review(bad, { author: "picky" })).toThrow(`user "picky" cannot review request "${bad}"`);
  });

  const refusals: readonly [
    string,
    { Author?: string; ProposedState?: RequestState; Roles?: string[] },
    string | undefined,
    status,
    RegExp,
  ][] = [
    [
      "another author",
      { Author: "eve" },
      BOB,
      status.PERMISSION_DENIED,
      /^user "bob@example.com" cannot submit reviews on behalf of "eve"$/,
    ],
    [
      "nobody's reviewer",
      {},
      "access-plugin",
      status.PERMISSION_DENIED,
      /^user "access-plugin" cannot submit reviews$/,
    ],
    ["no proposal", { ProposedState: NONE }, BOB, status.INVALID_ARGUMENT, /^invalid state proposal: NONE/],
    [
      "pending as a proposal",
      { ProposedState: PENDING },
      BOB,
      status.INVALID_ARGUMENT,
      /^invalid state proposal: PENDING/,
    ],
    [
      "a promotion",
      { ProposedState: PROMOTED },
      BOB,
      status.INVALID_ARGUMENT,
      /^state promoted can be only set when promoting/,
    ],
    ["some of the roles", { Roles: ["auditor"] }, BOB, status.UNIMPLEMENTED, /^role subselection is not yet supported/],
  ];
  test.each(refusals)("%s is refused", async (_what, review, user, code, message) => {
    const { auth, connect } = await startTestCluster();
    const id = auth.createRequest({ roles: ["auditor", "editor"] });
    const attempt = (await connect(user)).call(submitAccessReview, {
      RequestID: id,
      Review: { ProposedState: APPROVED, ...review },
    });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(auth.request(id)?.Spec?.Reviews).toEqual([]);
  });

  test("annotations are refused", async () => {
    const { auth, connect } = await startTestCluster();
    const Annotations = { Values: { a: { Values: ["b"] } } };
    const Review = { ProposedState: APPROVED, Annotations };
    const attempt = (await connect(BOB)).call(submitAccessReview, { RequestID: auth.createRequest(), Review });
    await expect(attempt).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test("one's own request is refused, also for those who may review all", async () => {
    const { auth } = await startTestCluster({
      users: [{ name: BOB, roles: ["reviewer", "requester"] }],
    });
    const id = auth.createRequest({ user: BOB });
    expect(() => auth.review(id)).toThrow(`user "${BOB}" cannot review request "${id}"`);
  });

  test("a second review by the author is AlreadyExists, before and after the decision", async () => {
    const { auth } = await startTestCluster();
    const exists = expect.objectContaining({ code: status.ALREADY_EXISTS });
    const id = auth.createRequest({ roles: ["prod-dba"] });
    auth.review(id);
    expect(() => auth.review(id)).toThrow(exists);
    auth.review(id, { author: "carol@example.com" });
    expect(() => auth.review(id, { state: "denied" })).toThrow(exists);
  });

  test.each([
    ["approved", APPROVED],
    ["denied", DENIED],
  ] as const)("a request that is %s takes no further reviews", async (word, state) => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest();
    auth.resolve(id, word);
    expect(() => auth.review(id)).toThrow(`the access request has been already ${word}`);
    expect(auth.request(id)?.Spec?.State).toBe(state);
  });

  test("an unknown request is NotFound", async () => {
    const { auth } = await startTestCluster();
    expect(() => auth.review("gone")).toThrow('cannot apply review to access request "gone" (not found)');
  });
});

describe("setting the state", () => {
  test("bypasses thresholds, keeps reviews, and DENIED overrides APPROVED", async () => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest({ roles: ["prod-dba"] });
    auth.review(id, { reason: "mine" });
    auth.resolve(id, "approved", { reason: "now", annotations: { ticket: ["1"] } });
    expect(auth.request(id)?.Spec).toMatchObject({
      State: APPROVED,
      ResolveReason: "now",
      Reviews: [{ Reason: "mine" }],
      ResolveAnnotations: { Values: { ticket: { Values: ["1"] } } },
    });
    auth.resolve(id, "denied", { reason: "no, wait" });
    expect(auth.request(id)?.Spec).toMatchObject({ State: DENIED, ResolveReason: "no, wait" });
  });

  test("DENIED is final, but may be said again", async () => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest();
    auth.resolve(id, "denied");
    const revision = auth.request(id)?.Metadata?.Revision;
    expect(() => auth.resolve(id, "approved")).toThrow('cannot set request-state "APPROVED" (already denied)');
    auth.resolve(id, "denied");
    expect(auth.request(id)?.Metadata?.Revision).not.toBe(revision);
  });

  test("the approver may grant fewer roles; the mapping still names all", async () => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest({ roles: ["editor", "auditor"] });
    expect(() => auth.resolve(id, "approved", { roles: ["admin"] })).toThrow("not in original request");
    auth.resolve(id, "approved", { roles: ["editor"] });
    expect(auth.request(id)?.Spec?.Roles).toEqual(["editor"]);
    expect(Object.keys(auth.request(id)?.Spec?.RoleThresholdMapping ?? {})).toEqual(["auditor", "editor"]);
  });

  test.each([
    ["without update", BOB, APPROVED, status.PERMISSION_DENIED],
    ["NONE", "admin", NONE, status.INVALID_ARGUMENT],
    ["PROMOTED", "admin", PROMOTED, status.INVALID_ARGUMENT],
  ] as const)("%s is refused", async (_what, user, State, code) => {
    const { auth, connect } = await startTestCluster();
    const attempt = (await connect(user)).call(setAccessRequestState, { ID: auth.createRequest(), State });
    await expect(attempt).rejects.toMatchObject({ code });
  });

  test("one's own is refused", async () => {
    const { auth } = await startTestCluster({ users: [{ name: "admin", roles: ["admin", "requester"] }] });
    const id = auth.createRequest({ user: "admin" });
    expect(() => auth.resolve(id, "approved")).toThrow("directly updating the state of your own access requests");
  });
});

describe("promotion", () => {
  const list = { name: "list-id", title: "On call" };

  test("is final and names the list, in the request and in the review that did it", async () => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest();
    auth.promote(id, list, { by: BOB, reason: "on the rota" });
    expect(auth.request(id)?.Spec).toMatchObject({
      State: PROMOTED,
      ResolveReason: "on the rota",
      accessList: { Name: "list-id", Title: "On call" },
      Reviews: [{ Author: BOB, ProposedState: PROMOTED, accessList: { Name: "list-id" } }],
    });
    expect(() => auth.review(id)).toThrow();
  });

  test("needs the right to review", async () => {
    const { auth } = await startTestCluster();
    const id = auth.createRequest();
    expect(() => auth.promote(id, list, { by: "access-plugin" })).toThrow("cannot review request");
  });
});

describe("deletion", () => {
  test("needs delete, and the request", async () => {
    const { auth, connect } = await startTestCluster();
    const id = auth.createRequest();
    const plugin = await connect();
    await expect(plugin.call(deleteAccessRequest, { ID: id })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    const admin = await connect("admin");
    await admin.call(deleteAccessRequest, { ID: id });
    expect(auth.request(id)).toBeUndefined();
    await expect(admin.call(deleteAccessRequest, { ID: id })).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});
