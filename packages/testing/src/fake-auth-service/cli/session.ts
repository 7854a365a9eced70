import { X509Certificate } from "node:crypto";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import type { AccessRequestV3 } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { status } from "@grpc/grpc-js";
import { type AuthClient, createAuthClient } from "../grpc/auth-client.ts";
import { StatusError } from "../grpc/status-error.ts";
import { createStateDirectory } from "./state-directory.ts";

/** A connection as one of the identities that `auth-sim` wrote. */
export interface Session extends AuthClient {
  /** The identity's Teleport user. */
  readonly user: string;
  /** All requests the user sees; servers before 15.3 are asked by the older method. */
  listRequests(): Promise<readonly AccessRequestV3[]>;
}

export interface SessionFlags {
  readonly dir: string;
  readonly as: string;
  readonly addr?: string;
}

/** Runs `work` with a session and closes it. */
export async function withSession(flags: SessionFlags, work: (session: Session) => Promise<void>): Promise<void> {
  const directory = createStateDirectory(flags.dir);
  const identity = await directory.readIdentity(flags.as);
  const client = createAuthClient(flags.addr ?? (await directory.readAddress()), identity);
  const { CN } = new X509Certificate(identity.certificatePem).toLegacyObject().subject;
  try {
    await work({ ...client, user: [CN ?? ""].flat()[0] ?? "", listRequests: () => listRequests(client) });
  } finally {
    client.close();
  }
}

async function listRequests(client: AuthClient): Promise<AccessRequestV3[]> {
  const { listAccessRequests, getAccessRequestsV2 } = AuthService.method;
  const all: AccessRequestV3[] = [];
  try {
    let StartKey = "";
    do {
      const page = await client.call(listAccessRequests, { Filter: {}, StartKey });
      all.push(...page.AccessRequests);
      StartKey = page.NextKey;
    } while (StartKey !== "");
  } catch (error) {
    if (!(error instanceof StatusError && error.code === status.UNIMPLEMENTED)) throw error;
    for await (const request of client.stream(getAccessRequestsV2, {})) all.push(request);
  }
  return all;
}
