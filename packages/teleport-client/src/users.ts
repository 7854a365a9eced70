import { PluginError, type Role, type User } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { callIfServed } from "./connection.ts";
import { toRole, toTraits, toUser } from "./convert.ts";
import type { UserLoginState } from "./gen/teleport/userloginstate/v1/userloginstate_pb.ts";

/** See `TeleportClient.getOwnRoles`. */
export function getOwnRoles(caller: Caller, signal: AbortSignal): Promise<readonly Role[]> {
  return caller.call(
    {
      operation: "GetCurrentUserRoles",
      run: async ({ auth }, options) => {
        const roles: Role[] = [];
        for await (const role of auth.getCurrentUserRoles({}, options)) roles.push(toRole(role));
        return roles;
      },
    },
    signal,
  );
}

/** See `TeleportClient.getRole`. */
export async function getRole(caller: Caller, name: string, signal: AbortSignal): Promise<Role> {
  const operation = "GetRole";
  return toRole(
    await caller.call({ operation, run: ({ auth }, options) => auth.getRole({ Name: name }, options) }, signal),
  );
}

/**
 * See `TeleportClient.getUserTraits`. The login state holds what the identity provider and access lists add; users who
 * never logged in have none, and a role may not be allowed to read it while it may read users.
 */
export async function getUserTraits(caller: Caller, name: string, signal: AbortSignal): Promise<User["traits"]> {
  const state = await findLoginState(caller, name, signal);
  return state === undefined ? (await getUser(caller, name, signal)).traits : toTraits(state);
}

async function findLoginState(caller: Caller, name: string, signal: AbortSignal): Promise<UserLoginState | undefined> {
  const operation = "GetUserLoginState";
  try {
    return await caller.call(
      {
        operation,
        run: (connection, options) =>
          callIfServed(connection, operation, () => connection.loginStates.getUserLoginState({ name }, options)),
      },
      signal,
    );
  } catch (thrown) {
    const error = PluginError.from(thrown);
    if (error.code === "not_found" || error.code === "forbidden") return undefined;
    throw error;
  }
}

/** See `TeleportClient.getUser`. Servers before 15 know the method of the same name of the older service only. */
export async function getUser(caller: Caller, name: string, signal: AbortSignal): Promise<User> {
  const operation = "GetUser";
  const found = await caller.call(
    {
      operation,
      run: async (connection, options) => {
        const call = () => connection.users.getUser({ name }, options);
        const answer = await callIfServed(connection, "UsersService.GetUser", call);
        return answer === undefined ? connection.auth.getUser({ Name: name }, options) : answer.user;
      },
    },
    signal,
  );
  if (found === undefined) throw new PluginError("not_found", `Teleport knows no user "${name}".`, { operation });
  return toUser(found);
}
