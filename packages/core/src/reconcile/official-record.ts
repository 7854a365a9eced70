import { type AccessRequest, toResourceText } from "../domain/access-request.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { PluginData } from "../teleport.ts";
import { toGoJson } from "./go-json.ts";

/**
 * The keys the official plugins read and write, with their exact meaning and encoding, so that either program can take
 * over a request from the other at any moment.
 */
export const officialKeys = [
  "user",
  "roles",
  "resources",
  "request_reason",
  "reviews_count",
  "resolution",
  "resolve_reason",
  "system_annotations",
  "suggested_reviewers",
  "logins_by_role",
  "max_duration",
  "messages",
] as const;

export type OfficialTag = "" | "APPROVED" | "DENIED" | "EXPIRED" | "PROMOTED";

/** The part of a request that the official claim holds: enough to render a message when the request is gone. */
export interface ClaimFacts {
  readonly user: string;
  readonly roles: readonly string[];
  /** Display names, else the text form of the id. */
  readonly resources: readonly string[];
  readonly reason: string;
  readonly annotations: Readonly<Record<string, readonly string[]>>;
  readonly suggestedReviewers: readonly string[];
  readonly loginsByRole: Readonly<Record<string, readonly string[]>>;
  readonly maxDuration?: Date;
}

export function toClaimFacts(request: AccessRequest): ClaimFacts {
  return {
    user: request.user,
    roles: request.roles,
    resources: request.resources.map(toResourceText),
    reason: request.reason,
    annotations: request.annotations,
    suggestedReviewers: request.suggestedReviewers,
    loginsByRole: {},
    ...(request.maxDuration === undefined ? {} : { maxDuration: request.maxDuration }),
  };
}

/** Every claim key, empty values included: an empty value deletes the key, as the official plugin's writes do. */
export function encodeClaim(facts: ClaimFacts): Record<string, string> {
  return {
    user: facts.user,
    roles: facts.roles.join(","),
    resources: facts.resources.length === 0 ? "" : toGoJson(facts.resources),
    request_reason: facts.reason,
    system_annotations: Object.keys(facts.annotations).length === 0 ? "" : toGoJson(facts.annotations),
    suggested_reviewers: facts.suggestedReviewers.length === 0 ? "" : toGoJson(facts.suggestedReviewers),
    logins_by_role: Object.keys(facts.loginsByRole).length === 0 ? "" : toGoJson(facts.loginsByRole),
    max_duration: facts.maxDuration === undefined ? "" : toRfc3339(facts.maxDuration),
  };
}

/** Tolerant: newer versions write lists as JSON, older ones joined them by commas. */
export function decodeClaim(data: PluginData): ClaimFacts {
  const maxDuration = new Date(data["max_duration"] ?? "");
  return {
    user: data["user"] ?? "",
    roles: splitList(data["roles"]),
    resources: decodeList(data["resources"]),
    reason: data["request_reason"] ?? "",
    annotations: decodeLists(data["system_annotations"]),
    suggestedReviewers: decodeList(data["suggested_reviewers"]),
    loginsByRole: decodeLists(data["logins_by_role"]),
    ...(Number.isNaN(maxDuration.getTime()) ? {} : { maxDuration }),
  };
}

const tags: Readonly<Record<MessageStatus, OfficialTag>> = {
  pending: "",
  approved: "APPROVED",
  denied: "DENIED",
  promoted: "PROMOTED",
  expired: "EXPIRED",
  removed: "EXPIRED",
  closed: "EXPIRED",
};

/** The official plugin has one tag for everything that was deleted. */
export function toOfficialTag(status: MessageStatus): OfficialTag {
  return tags[status];
}

/** What a stored `resolution` means when nothing more precise is known; an unknown word means nothing. */
export function fromOfficialTag(tag: string | undefined): MessageStatus | undefined {
  switch (tag) {
    case "APPROVED":
      return "approved";
    case "DENIED":
      return "denied";
    case "PROMOTED":
      return "promoted";
    case "EXPIRED":
      return "expired";
    default:
      return undefined;
  }
}

/** The entries of `messages`, and of the pair of keys that very old versions wrote for their one message. */
export function splitMessages(data: PluginData): string[] {
  const entries = splitList(data["messages"]);
  const [channel, timestamp] = [data["channel_id"], data["timestamp"]];
  return entries.length === 0 && channel && timestamp ? [`${channel}/${timestamp}`] : entries;
}

export function decodeReviewsCount(data: PluginData): number {
  const count = Number(data["reviews_count"] ?? "0");
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function splitList(text: string | undefined): string[] {
  return text ? text.split(",") : [];
}

/** Go's RFC 3339 form: a fraction only as long as it has to be. */
function toRfc3339(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/u, "Z");
}

/** A list as a key holds it; empty for what is none. */
export function decodeList(text: string | undefined): string[] {
  const parsed = parseJson(text);
  return Array.isArray(parsed) ? parsed.filter((item) => typeof item === "string") : splitList(text);
}

/** A map of lists as a key holds it; empty for what is none. */
export function decodeLists(text: string | undefined): Record<string, string[]> {
  const parsed = parseJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return {};
  return Object.fromEntries(
    Object.entries(parsed)
      .filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
      .map(([key, values]) => [key, values.filter((value) => typeof value === "string")]),
  );
}

/** Undefined for what is no JSON: another program may have written it. */
function parseJson(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
