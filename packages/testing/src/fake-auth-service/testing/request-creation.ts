import { randomUUID } from "node:crypto";
import { systemClock } from "@access-plugins/core";
import {
  type AccessRequestSpecV3Schema,
  AccessRequestV3Schema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createAccessRequestOperations } from "../access-requests/access-request-operations.ts";
import { createRequestIds } from "../access-requests/request-id.ts";
import { createCluster } from "../cluster/cluster.ts";
import { toCaller } from "../cluster/permissions.ts";
import type { RequestConditions } from "../cluster/role.ts";
import type { FakeAuthServiceOptions } from "../options.ts";

const ALICE = "alice@example.com";
const DAY_MS = 86_400_000;

export type Wish = MessageInitShape<typeof AccessRequestSpecV3Schema>;

/** Files a request as alice; gives what the server made of it. Rejects with the server's refusal. */
export async function createWith(options: FakeAuthServiceOptions, wish: Wish, id: string = randomUUID(), user = ALICE) {
  const cluster = createCluster(options, options.clock ?? systemClock);
  const operations = createAccessRequestOperations(cluster, {
    ...cluster,
    clusterName: cluster.name,
    leafClusters: [],
    pendingTtlMs: options.pendingTtlMs ?? 7 * DAY_MS,
    now: () => new Date(cluster.now()),
    createId: createRequestIds(7, () => new Date(cluster.now())),
  });
  const roles = cluster.directory.users.get(user)?.roles ?? [];
  const expires = Number.POSITIVE_INFINITY;
  const caller = toCaller({ user, roles, expires, certificate: "user" }, cluster.directory);
  const request = { Metadata: { Name: id }, Spec: { User: ALICE, Roles: ["editor"], ...wish } };
  const made = operations.create(create(AccessRequestV3Schema, request), caller);
  return { cluster, made, spec: made.Spec ?? fail() };
}

function fail(): never {
  throw new Error("The answer has no spec.");
}

/** A requester role with these conditions, held by alice alone. */
export function withConditions(request: RequestConditions, more: FakeAuthServiceOptions = {}): FakeAuthServiceOptions {
  return {
    ...more,
    users: [{ name: "alice@example.com", roles: ["custom"], traits: { team: ["red", "blue"], level: ["L1"] } }],
    roles: [{ name: "custom", allow: { request } }, ...(more.roles ?? [])],
  };
}
