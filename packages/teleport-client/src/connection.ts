import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { toPluginError } from "./errors.ts";
import { AccessListService } from "./gen/teleport/accesslist/v1/accesslist_pb.ts";
import { AccessMonitoringRulesService } from "./gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb.ts";
import { AuthService } from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import { UserLoginStateService } from "./gen/teleport/userloginstate/v1/userloginstate_pb.ts";
import { UsersService } from "./gen/teleport/users/v1/users_pb.ts";
import type { Credentials } from "./identity.ts";
import type { Session } from "./session.ts";
import { createUnaryCall } from "./unary-transport.ts";

/** One session with the clients that speak over it. */
export interface Connection {
  readonly session: Session;
  /** What the session logged in with. */
  readonly credentials: Credentials;
  readonly auth: Client<typeof AuthService>;
  readonly users: Client<typeof UsersService>;
  readonly loginStates: Client<typeof UserLoginStateService>;
  readonly accessLists: Client<typeof AccessListService>;
  readonly monitoringRules: Client<typeof AccessMonitoringRulesService>;
  /**
   * Methods that the server behind this connection answered with Unimplemented. Not for ever: after an upgrade the
   * next connection meets a newer server.
   */
  readonly lacks: Set<string>;
}

/** gRPC's default of 4 MiB is too little for all plugin data at once, which comes as one message. */
const readMaxBytes = 64 * 1024 * 1024;

/** Clients over a session. No `version` header is sent: Auth would check it against its own. */
export function createConnection(session: Session, credentials: Credentials): Connection {
  const streams = createGrpcTransport({
    baseUrl: session.authority,
    sessionManager: session,
    readMaxBytes,
    acceptCompression: [],
  });
  const transport: Transport = { unary: createUnaryCall(session, readMaxBytes), stream: streams.stream };
  return {
    session,
    credentials,
    auth: createClient(AuthService, transport),
    users: createClient(UsersService, transport),
    loginStates: createClient(UserLoginStateService, transport),
    accessLists: createClient(AccessListService, transport),
    monitoringRules: createClient(AccessMonitoringRulesService, transport),
    lacks: new Set(),
  };
}

/**
 * Calls a method that older servers lack; undefined when this one does, which is remembered for the connection. Other
 * failures are thrown as they are.
 */
export async function callIfServed<T>(
  { lacks }: Connection,
  method: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  if (lacks.has(method)) return undefined;
  try {
    return await call();
  } catch (thrown) {
    if (toPluginError(thrown, { operation: method, sentWrite: false }).code !== "not_implemented") throw thrown;
    lacks.add(method);
    return undefined;
  }
}
