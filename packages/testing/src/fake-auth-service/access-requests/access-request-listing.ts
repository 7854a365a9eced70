import {
  AccessRequestSort,
  type ListAccessRequestsRequest,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  type AccessRequestFilter,
  AccessRequestScope,
  RequestState,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Caller, denial } from "../cluster/permissions.ts";
import { badParameter } from "../grpc/status-error.ts";
import { type AccessRequestStore, type StoredRequest, stateName } from "./access-request-store.ts";
import { mayReview } from "./review-permission.ts";

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 16_000;

/** Which requests a caller sees at all. Without `list` and `read`: its own and those it may review, which can be none. */
function toVisibility(caller: Caller): (request: StoredRequest) => boolean {
  for (const verb of ["list", "read"]) {
    if (caller.isDenied("access_request", verb)) throw denial("access_request", verb);
  }
  if (caller.may("access_request", "list") && caller.may("access_request", "read")) return () => true;
  return ({ spec }) => spec.User === caller.user || mayReview(caller, spec);
}

/** Requests that fit, for the older streaming method. Expired ones are hidden, except when asked for by id. */
export function findRequests(
  store: AccessRequestStore,
  filter: AccessRequestFilter | undefined,
  caller: Caller,
  now: number,
): readonly StoredRequest[] {
  const fits = toFilter(filter, caller, now);
  if (!filter?.ID) return [...store.all()].filter(fits).sort((a, b) => compare(a.id, b.id));
  const one = store.get(filter.ID);
  return one && fits(one) ? [one] : [];
}

function toFilter(filter: AccessRequestFilter | undefined, caller: Caller, now: number) {
  const isVisible = toVisibility(caller);
  return (request: StoredRequest) =>
    (Boolean(filter?.ID) || request.requestExpiry > now) &&
    isVisible(request) &&
    (!filter || matchesFilter(request, filter, caller));
}

function matchesFilter(request: StoredRequest, filter: AccessRequestFilter, caller: Caller): boolean {
  const { spec } = request;
  return (
    (filter.ID === "" || request.id === filter.ID) &&
    (filter.User === "" || spec.User === filter.User) &&
    (filter.State === RequestState.NONE || spec.State === filter.State) &&
    matchesScope(request, filter, caller) &&
    filter.SearchKeywords.every((word) => searchText(request).includes(word.toLowerCase()))
  );
}

function matchesScope({ spec }: StoredRequest, { Scope }: AccessRequestFilter, caller: Caller): boolean {
  const isReviewed = spec.Reviews.some(({ Author }) => Author === caller.user);
  switch (Scope) {
    case AccessRequestScope.MY_REQUESTS:
      return spec.User === caller.user;
    case AccessRequestScope.NEEDS_REVIEW:
      return spec.User !== caller.user && !isReviewed && spec.State === RequestState.PENDING;
    case AccessRequestScope.REVIEWED:
      return spec.User !== caller.user && isReviewed;
    default:
      return true;
  }
}

const searchText = ({ id, spec }: StoredRequest) =>
  [id, spec.User, ...spec.Roles, spec.RequestReason, stateName(spec.State), ...spec.SuggestedReviewers]
    .join("\n")
    .toLowerCase();

type SortKey = (request: StoredRequest) => string;

/** Sort keys are texts that end with the id, so that every key is unique and a page can start anywhere. */
const sortKeys = new Map<number, SortKey>([
  [AccessRequestSort.DEFAULT, ({ id }) => id],
  [AccessRequestSort.CREATED, ({ id, created }) => `${new Date(created).toISOString()}/${id}`],
  [AccessRequestSort.STATE, ({ id, spec }) => `${stateName(spec.State)}/${id}`],
  [AccessRequestSort.USER, ({ id, spec }) => `${spec.User}/${id}`],
]);

/** Answers pages of requests; keeps the sorted order as long as nothing is written. */
export function createRequestPager(store: AccessRequestStore) {
  const orders = new Map<number, { version: number; rows: readonly { key: string; request: StoredRequest }[] }>();
  const order = (sort: number) => {
    const known = orders.get(sort);
    if (known?.version === store.version) return known.rows;
    const toKey = sortKeys.get(sort);
    if (!toKey) throw badParameter(`unsupported access request sort index ${sort}`);
    const rows = [...store.all()].map((request) => ({ key: toKey(request), request }));
    rows.sort((a, b) => compare(a.key, b.key));
    orders.set(sort, { version: store.version, rows });
    return rows;
  };
  /** The encoded `ListAccessRequestsResponse`. */
  return (query: ListAccessRequestsRequest, caller: Caller, now: number): Uint8Array => {
    const limit = toLimit(query.Limit);
    const fits = toFilter(query.Filter, caller, now);
    const writer = new BinaryWriter();
    let count = 0;
    for (const { key, request } of toCandidates(store, query, order)) {
      if (!fits(request)) continue;
      if (count === limit) return writer.tag(NEXT_KEY, WireType.LengthDelimited).string(key).finish();
      writer.tag(ACCESS_REQUESTS, WireType.LengthDelimited).bytes(request.bytes);
      count += 1;
    }
    return writer.finish();
  };
}

const ACCESS_REQUESTS = 1;
const NEXT_KEY = 2;

function* toCandidates(
  store: AccessRequestStore,
  { Filter, Sort, Descending, StartKey }: ListAccessRequestsRequest,
  order: (sort: number) => readonly { key: string; request: StoredRequest }[],
): Iterable<{ key: string; request: StoredRequest }> {
  if (Filter?.ID) {
    const request = store.get(Filter.ID);
    if (request) yield { key: request.id, request };
    return;
  }
  const rows = order(Sort);
  const start = StartKey === "" ? (Descending ? rows.length - 1 : 0) : findStart(rows, StartKey, Descending);
  for (let index = start; index >= 0 && index < rows.length; index += Descending ? -1 : 1) {
    const row = rows[index];
    if (row) yield row;
  }
}

/** First row at or after the key in the direction of travel; the row itself may be gone by now. */
function findStart(rows: readonly { key: string }[], key: string, descending: boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(rows[middle]?.key ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return descending && rows[low]?.key !== key ? low - 1 : low;
}

function toLimit(limit: number): number {
  if (limit > MAX_LIMIT) throw badParameter(`page size ${limit} exceeds maximum of ${MAX_LIMIT}`);
  return limit > 0 ? limit : DEFAULT_LIMIT;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
