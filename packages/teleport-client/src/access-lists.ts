import type { AccessList } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { callIfServed } from "./connection.ts";
import { toAccessList, toOwnerNames } from "./convert.ts";

/** See `TeleportClient.listAccessLists`. Pages are as long as the server likes, as the official plugins ask for them. */
export async function* listAccessLists(
  caller: Caller,
  signal: AbortSignal,
): AsyncGenerator<readonly AccessList[], void, undefined> {
  const operation = "ListAccessLists";
  let token = "";
  do {
    const nextToken = token;
    const page = await caller.call(
      { operation, run: ({ accessLists }, options) => accessLists.listAccessLists({ nextToken }, options) },
      signal,
    );
    yield page.accessLists.map(toAccessList);
    token = page.nextToken;
  } while (token !== "");
}

/** See `TeleportClient.getAccessListOwners`. */
export async function getAccessListOwners(
  caller: Caller,
  list: AccessList,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const operation = "GetAccessListOwners";
  const found = await caller.call(
    {
      operation,
      run: (connection, options) =>
        callIfServed(connection, operation, () =>
          connection.accessLists.getAccessListOwners({ accessList: list.name }, options),
        ),
    },
    signal,
  );
  return found === undefined ? list.owners : toOwnerNames(found.owners);
}
