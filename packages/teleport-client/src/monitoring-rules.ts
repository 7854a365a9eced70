import type { AccessMonitoringRule } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { type Connection, callIfServed } from "./connection.ts";
import { toAccessMonitoringRule } from "./convert.ts";
import type * as gen from "./gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb.ts";

/** What the official plugins ask for. */
const pageSize = 1_000;

interface Page {
  readonly rules: readonly gen.AccessMonitoringRule[];
  readonly nextPageToken: string;
}

/**
 * See `TeleportClient.listAccessMonitoringRules`. Servers of 15 to 17 list all rules without a filter, so other plugins'
 * come along: whoever keeps the rules looks at their names anyway. Older ones have no rules.
 */
export async function* listAccessMonitoringRules(
  caller: Caller,
  plugin: string,
  signal: AbortSignal,
): AsyncGenerator<readonly AccessMonitoringRule[], void, undefined> {
  let token = "";
  do {
    const page = await findPage(caller, plugin, token, signal);
    if (page === undefined) return;
    yield page.rules.map(toAccessMonitoringRule);
    token = page.nextPageToken;
  } while (token !== "");
}

function findPage(caller: Caller, plugin: string, pageToken: string, signal: AbortSignal): Promise<Page | undefined> {
  return caller.call(
    {
      operation: "ListAccessMonitoringRules",
      run: async (connection, options) =>
        (await listFiltered(connection, plugin, pageToken, options)) ??
        (await listPlain(connection, pageToken, options)),
    },
    signal,
  );
}

function listFiltered(
  connection: Connection,
  plugin: string,
  pageToken: string,
  options: { readonly signal: AbortSignal },
): Promise<Page | undefined> {
  const filter = { pageSize: BigInt(pageSize), pageToken, subjects: ["access_request"], notificationName: plugin };
  return callIfServed(connection, "ListAccessMonitoringRulesWithFilter", () =>
    connection.monitoringRules.listAccessMonitoringRulesWithFilter(filter, options),
  );
}

function listPlain(
  connection: Connection,
  pageToken: string,
  options: { readonly signal: AbortSignal },
): Promise<Page | undefined> {
  return callIfServed(connection, "ListAccessMonitoringRules", () =>
    connection.monitoringRules.listAccessMonitoringRules({ pageSize: BigInt(pageSize), pageToken }, options),
  );
}
