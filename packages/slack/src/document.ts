import type { MessageStatus, RequestMessage, RequestTimes, ReviewView, RoleView } from "@access-plugins/core";

/** One fact beside its label. `name` is text from people, `time` is shown in the reader's zone. */
export interface Fact {
  readonly label: string;
  readonly value: { readonly name: string } | { readonly time: Date };
}

/** A part of what a message says, in reading order and free of any markup. Labels and titles are ours alone. */
export type Part =
  | { readonly kind: "title"; readonly text: string; readonly user: string; readonly asksFor: readonly string[] }
  | { readonly kind: "facts"; readonly facts: readonly Fact[] }
  | { readonly kind: "roles"; readonly label: string; readonly roles: readonly RoleView[] }
  | { readonly kind: "resources"; readonly label: string; readonly names: readonly string[] }
  | { readonly kind: "prose"; readonly of: "reason" | "resolution"; readonly label: string; readonly text: string }
  | { readonly kind: "reviews"; readonly label: string; readonly reviews: readonly ReviewView[] }
  | { readonly kind: "status"; readonly label: string; readonly text: string; readonly promotedTo: string }
  | { readonly kind: "link"; readonly label: string; readonly url: string }
  | { readonly kind: "commands"; readonly approve: string; readonly deny: string }
  | { readonly kind: "notes"; readonly notes: readonly string[] };

interface StatusWords {
  readonly icon: string;
  readonly word: string;
  /** Continues "Role request …". */
  readonly phrase: string;
}

export const statusWords: Readonly<Record<MessageStatus, StatusWords>> = {
  pending: { icon: "⏳", word: "PENDING", phrase: "waiting for review" },
  approved: { icon: "✅", word: "APPROVED", phrase: "approved" },
  denied: { icon: "❌", word: "DENIED", phrase: "denied" },
  promoted: { icon: "⭐", word: "PROMOTED", phrase: "promoted to an access list" },
  expired: { icon: "⌛", word: "EXPIRED", phrase: "expired" },
  removed: { icon: "⛔", word: "REMOVED", phrase: "removed before it was decided" },
  closed: { icon: "❔", word: "CLOSED", phrase: "no longer open; how it ended was not observed" },
};

/** What a message about `message` says, in order; parts with nothing to show are left out. */
export function toDocument(message: RequestMessage): readonly Part[] {
  const facts = factsOf(message);
  return [
    titleOf(message),
    ...some(facts.length > 0, { kind: "facts", facts }),
    ...some(message.roles.length > 0, { kind: "roles", label: "Roles", roles: message.roles }),
    ...some(message.resources.length > 0, { kind: "resources", label: "Resources", names: message.resources }),
    ...proseOf("reason", "Reason", message.reason),
    ...some(message.reviews.length > 0, { kind: "reviews", label: "Reviews", reviews: message.reviews }),
    statusOf(message),
    ...proseOf("resolution", "Resolution reason", message.resolveReason),
    ...actionOf(message),
    ...some(message.notes.length > 0, { kind: "notes", notes: message.notes }),
  ];
}

function titleOf(message: RequestMessage): Part {
  const { icon, phrase } = statusWords[message.status];
  const what = message.resources.length > 0 ? "Resource request" : "Role request";
  const kind = message.kind === "long_term" ? `${what} (long-term access)` : what;
  const text = message.audience === "requester" ? `Your ${kind.toLowerCase()}` : kind;
  const roles = message.roles.map((role) => role.name);
  return {
    kind: "title",
    text: `${icon} ${text}: ${phrase}`,
    user: message.user,
    asksFor: message.resources.length > 0 ? message.resources : roles,
  };
}

function factsOf(message: RequestMessage): readonly Fact[] {
  return [
    ...name("User", message.user),
    ...name("Cluster", message.cluster),
    ...timesOf(message.times, message.status === "pending"),
    ...name("ID", message.requestId),
  ];
}

function timesOf(times: RequestTimes, open: boolean): readonly Fact[] {
  return [
    ...moment("Requested", times.created),
    ...(open ? moment("Review before", times.requestExpiry) : []),
    ...moment("Access from", times.assumeStart),
    ...moment("Access until", times.accessExpiry),
    ...moment("Session until", times.sessionExpiry),
  ];
}

function statusOf(message: RequestMessage): Part {
  const { icon, word } = statusWords[message.status];
  const { approvals, promotedTo, status } = message;
  const count = approvals && status === "pending" ? ` (${approvals.given} of ${approvals.needed} approvals)` : "";
  const promoted = status === "promoted" && promotedTo ? promotedTo.title || promotedTo.name : "";
  return { kind: "status", label: "Status", text: `${icon} ${word}${count}`, promotedTo: promoted };
}

function actionOf({ action, audience }: RequestMessage): readonly Part[] {
  if (action === undefined || audience === "requester") return [];
  if ("link" in action) return [{ kind: "link", label: "Open in Teleport", url: action.link }];
  return [{ kind: "commands", approve: action.approve, deny: action.deny }];
}

function proseOf(of: "reason" | "resolution", label: string, text: string): readonly Part[] {
  return some(text.trim() !== "", { kind: "prose", of, label, text });
}

function name(label: string, text: string): readonly Fact[] {
  return text === "" ? [] : [{ label, value: { name: text } }];
}

/** A time that is no time (a year no calendar has) is left out. */
function moment(label: string, time: Date | undefined): readonly Fact[] {
  return time === undefined || Number.isNaN(time.getTime()) ? [] : [{ label, value: { time } }];
}

function some(shown: boolean, part: Part): readonly Part[] {
  return shown ? [part] : [];
}
