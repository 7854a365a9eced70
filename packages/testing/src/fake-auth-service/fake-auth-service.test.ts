import { randomUUID } from "node:crypto";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeAuthService, type FakeAuthService } from "./fake-auth-service.ts";
import { type AuthClient, createAuthClient } from "./grpc/auth-client.ts";

let auth: FakeAuthService;
let plugin: AuthClient;

beforeEach(async () => {
  auth = await createFakeAuthService();
  plugin = createAuthClient(auth.address, await auth.identity());
});

afterEach(() => {
  plugin.close();
  auth.close();
});

test("a request made over the wire reaches a watch, is listed, reviewed and deleted", async () => {
  const requester = createAuthClient(auth.address, await auth.identity("alice@example.com"));
  const { watchEvents, createAccessRequestV2, listAccessRequests } = AuthService.method;
  const watch = plugin.stream(watchEvents, { Kinds: [{ Kind: "access_request" }] }, { timeoutMs: 0 });
  const events = watch[Symbol.asyncIterator]();
  expect((await events.next()).value.Resource.case).toBe("WatchStatus");
  const made = await requester.call(createAccessRequestV2, {
    Metadata: { Name: randomUUID() },
    Spec: { User: "alice@example.com", Roles: ["editor"], RequestReason: "why not" },
  });
  const id = made.Metadata?.Name ?? "";
  expect((await events.next()).value.Resource.value.Metadata.Name).toBe(id);
  const listed = await plugin.call(listAccessRequests, {});
  expect(listed.AccessRequests.map((request) => request.Metadata?.Name)).toEqual([id]);
  auth.review(id, { reason: "fine" });
  expect((await events.next()).value.Resource.value.Spec.State).toBe(2);
  auth.deleteRequest(id);
  expect((await events.next()).value.Resource.case).toBe("ResourceHeader");
  await events.return?.();
  requester.close();
});
