import { type AccessRequest, PluginError } from "@access-plugins/core";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Caller } from "./caller.ts";
import { callIfServed } from "./connection.ts";
import { toAccessRequest } from "./convert.ts";
import type {
  ListAccessRequestsRequestSchema,
  ListAccessRequestsResponse,
} from "./gen/teleport/legacy/client/proto/authservice_pb.ts";
import type { AccessRequestV3 } from "./gen/teleport/legacy/types/types_pb.ts";

/** What a server takes when it is not told. */
const pageSize = 1_000;
/** Servers before 15.3 send all requests in one stream. */
const streamTimeoutMs = 60_000;

/** All requests, page by page; from servers without paging in one piece. A page that is too large is asked for in halves. */
export async function* listAccessRequests(
  caller: Caller,
  signal: AbortSignal,
): AsyncGenerator<readonly AccessRequest[], void, undefined> {
  let limit = pageSize;
  let startKey: string | undefined = "";
  while (startKey !== undefined) {
    const page: Page | "too_large" = await findPage(caller, limit, startKey, signal);
    if (page === "too_large") {
      limit = Math.ceil(limit / 2);
      continue;
    }
    yield page.requests;
    startKey = page.nextKey;
  }
}

/** One request, undefined when there is none to be seen: that is an empty answer, not an error. */
export async function getAccessRequest(
  caller: Caller,
  id: string,
  signal: AbortSignal,
): Promise<AccessRequest | undefined> {
  const page = await callList(caller, { Filter: { ID: id }, Limit: 1 }, signal);
  if (page === undefined) return (await findAll(caller, id, signal))[0];
  const [found] = page.AccessRequests;
  return found === undefined ? undefined : toAccessRequest(found);
}

interface Page {
  readonly requests: readonly AccessRequest[];
  /** Where the next page begins; undefined at the end. */
  readonly nextKey: string | undefined;
}

async function findPage(
  caller: Caller,
  limit: number,
  startKey: string,
  signal: AbortSignal,
): Promise<Page | "too_large"> {
  try {
    const page = await callList(caller, { Filter: {}, Limit: limit, StartKey: startKey }, signal);
    if (page === undefined) return { requests: await findAll(caller, "", signal), nextKey: undefined };
    return { requests: page.AccessRequests.map(toAccessRequest), nextKey: page.NextKey || undefined };
  } catch (thrown) {
    if (thrown instanceof PluginError && thrown.code === "too_large" && limit > 1) return "too_large";
    throw thrown;
  }
}

/** Undefined when the server has no paged listing. */
function callList(
  caller: Caller,
  request: MessageInitShape<typeof ListAccessRequestsRequestSchema>,
  signal: AbortSignal,
): Promise<ListAccessRequestsResponse | undefined> {
  const operation = "ListAccessRequests";
  return caller.call(
    {
      operation,
      run: (connection, options) =>
        callIfServed(connection, operation, () => connection.auth.listAccessRequests(request, options)),
    },
    signal,
  );
}

/** An empty id means all. */
async function findAll(caller: Caller, id: string, signal: AbortSignal): Promise<readonly AccessRequest[]> {
  const found = await caller.call(
    {
      operation: "GetAccessRequestsV2",
      timeoutMs: streamTimeoutMs,
      run: async ({ auth }, options) => {
        const requests: AccessRequestV3[] = [];
        for await (const request of auth.getAccessRequestsV2({ ID: id }, options)) requests.push(request);
        return requests;
      },
    },
    signal,
  );
  return found.map(toAccessRequest);
}
