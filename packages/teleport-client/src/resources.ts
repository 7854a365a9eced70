import { type ResourceDetails, type ResourceId, toResourceText } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { toListedResource } from "./convert.ts";

/** The `ResourceType` under which a kind is listed: what agents serve is listed by its servers. */
const listedAs: ReadonlyMap<string, string> = new Map([
  ["node", "node"],
  ["app", "app_server"],
  ["db", "db_server"],
  ["kube_cluster", "kube_server"],
  ["user_group", "user_group"],
  ["windows_desktop", "windows_desktop"],
  ["git_server", "git_server"],
  ["aws_ic_account", "aws_ic_account"],
]);

/** What the official plugins ask for. A resource comes once for each agent that serves it. */
const pageSize = 1_000;

/** See `TeleportClient.findResources`. `cluster` is the one that the caller talks to. */
export async function findResources(
  caller: Caller,
  cluster: string,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceDetails>> {
  const byKind = Map.groupBy(
    ids.filter((id) => id.cluster === cluster),
    ({ kind }) => kind,
  );
  const kinds = [...byKind].flatMap(([kind, ours]) => {
    const type = listedAs.get(kind);
    return type === undefined ? [] : [findOfType(caller, type, ours, signal)];
  });
  return new Map((await Promise.all(kinds)).flat());
}

async function findOfType(
  caller: Caller,
  type: string,
  ids: readonly ResourceId[],
  signal: AbortSignal,
): Promise<readonly (readonly [string, ResourceDetails])[]> {
  const names = new Set(ids.map(({ name }) => name));
  const found = await list(caller, type, names, signal);
  return ids.flatMap((id) => {
    const details = found.get(id.name);
    return details === undefined ? [] : [[toResourceText(id), details] as const];
  });
}

/** By name, with the roles that let us see what may be requested or reviewed. Ends as soon as every name was found. */
async function list(
  caller: Caller,
  type: string,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceDetails>> {
  const found = new Map<string, ResourceDetails>();
  const query = {
    ResourceType: type,
    Limit: pageSize,
    PredicateExpression: [...names].map(toNameTest).join(" || "),
    UseSearchAsRoles: true,
    UsePreviewAsRoles: true,
  };
  let StartKey = "";
  do {
    const page = await caller.call(
      { operation: "ListResources", run: ({ auth }, options) => auth.listResources({ ...query, StartKey }, options) },
      signal,
    );
    for (const listed of page.Resources.map(toListedResource)) {
      if (listed !== undefined && names.has(listed.name)) found.set(listed.name, listed.details);
    }
    StartKey = page.NextKey;
  } while (StartKey !== "" && found.size < names.size);
  return found;
}

/** A JSON string is a Go string literal too, as long as no half of a surrogate pair stands alone: protobuf has none. */
function toNameTest(name: string): string {
  return `resource.metadata.name == ${JSON.stringify(name)}`;
}
