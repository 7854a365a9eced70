import { type AccessRequest, toResourceText } from "../domain/access-request.ts";
import { type Enrichment, namedKinds, type Wanted } from "../enrich/enrichment.ts";
import { needTraits } from "../enrich/role-logins.ts";
import { type ClaimFacts, decodeList, decodeLists, encodeClaim } from "./official-record.ts";

/**
 * What look-ups found is kept in the official keys `resources` and `logins_by_role`, so that it outlives a restart and a
 * take-over: a raw form may become a name, never the other way round. All of this is pure.
 */

/** The most that look-ups may add to our entry, as Teleport counts it; reserved before anything is posted. */
export const enrichmentBytes = 16_384;

/** What these facts show only in raw form; undefined when there is nothing to ask for. */
export function findWanted(facts: ClaimFacts, request: AccessRequest, cluster: string): Wanted | undefined {
  const named = new Set(facts.resources.filter((text) => !isRawResource(text)));
  const raw = new Set(named.size === 0 ? request.resources.map(toResourceText) : facts.resources.filter(isRawResource));
  const resources = request.resources.filter(
    (id) => id.cluster === cluster && namedKinds.has(id.kind) && raw.has(toResourceText(id)),
  );
  const roles = request.roles.filter((role) => areRawLogins(loginsOf(facts, role)));
  return resources.length === 0 && roles.length === 0 ? undefined : { request, resources, roles };
}

/** The facts with what was found; unchanged where it says nothing new or would outgrow its space. */
export function withEnrichment(facts: ClaimFacts, request: AccessRequest, found: Partial<Enrichment>): ClaimFacts {
  const texts = facts.resources.length > 0 ? facts.resources : request.resources.map(toResourceText);
  const better = {
    ...facts,
    resources: texts.map((text) => found.resources?.get(text) ?? text),
    loginsByRole: { ...facts.loginsByRole, ...Object.fromEntries(found.logins ?? []) },
  };
  const isNew = !hasSameValue(better, facts) && addedBytes(better, request) <= enrichmentBytes;
  return isNew ? better : facts;
}

/** Our facts with everything that another writer of the record knows better. */
export function mergeFacts(ours: ClaimFacts, theirs: ClaimFacts): ClaimFacts {
  const known = Object.entries(theirs.loginsByRole).filter(
    ([role, logins]) => areRawLogins(loginsOf(ours, role)) && !areRawLogins(logins),
  );
  const isSameList = ours.resources.length === theirs.resources.length;
  return {
    ...ours,
    resources: isSameList
      ? ours.resources.map((text, at) => (isRawResource(text) ? (theirs.resources[at] ?? text) : text))
      : ours.resources,
    loginsByRole: { ...ours.loginsByRole, ...Object.fromEntries(known) },
  };
}

/** Whether the new value of an official key says the same as the old one, with raw forms replaced by names. */
export function isImprovement(key: string, was: string, is: string): boolean {
  if (key === "resources") return improvesList(decodeList(was), decodeList(is));
  if (key !== "logins_by_role") return false;
  const [before, after] = [Object.entries(decodeLists(was)), decodeLists(is)];
  const keeps = ([role, logins]: readonly [string, readonly string[]]) => {
    const now = Object.hasOwn(after, role) ? after[role] : undefined;
    return now !== undefined && (areRawLogins(logins) || JSON.stringify(now) === JSON.stringify(logins));
  };
  return before.length > 0 && before.every(keeps);
}

function improvesList(was: readonly string[], is: readonly string[]): boolean {
  return was.length === is.length && was.every((text, at) => isRawResource(text) || text === is[at]);
}

/** The text form of an id, `/cluster/kind/name[/sub]`; names are shown as `kind/name`. */
function isRawResource(text: string): boolean {
  return /^\/[^/]+\/[^/]+\/./u.test(text);
}

/** Unknown, or with templates that the requester's traits would fill in. */
function areRawLogins(logins: readonly string[] | undefined): boolean {
  return logins === undefined || needTraits(logins);
}

function loginsOf({ loginsByRole }: ClaimFacts, role: string): readonly string[] | undefined {
  return Object.hasOwn(loginsByRole, role) ? loginsByRole[role] : undefined;
}

function hasSameValue(one: ClaimFacts, other: ClaimFacts): boolean {
  const [a, b] = [encodeClaim(one), encodeClaim(other)];
  return a["resources"] === b["resources"] && a["logins_by_role"] === b["logins_by_role"];
}

function addedBytes(better: ClaimFacts, request: AccessRequest): number {
  const raw = { ...better, resources: request.resources.map(toResourceText), loginsByRole: {} };
  return toBytes(better) - toBytes(raw);
}

function toBytes(facts: ClaimFacts): number {
  const { resources = "", logins_by_role = "" } = encodeClaim(facts);
  return Buffer.byteLength(JSON.stringify([resources, logins_by_role]));
}
