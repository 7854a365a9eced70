import { PluginError, type Role, type User } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { callIfServed } from "./connection.ts";
import { toRole, toUser } from "./convert.ts";

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
