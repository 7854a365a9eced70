import {
  type DocumentFact,
  type DocumentPart,
  factsPart,
  lengthFact,
  nameFact,
  prosePart,
  shownIf,
  timeFact,
} from "./document-part.ts";
import {
  isFinal,
  type MessageStatus,
  type RequestMessage,
  type RequestTimes,
  type ReviewView,
} from "./request-message.ts";

export interface StatusWords {
  readonly icon: string;
  /** The icon's short name in the emoji sets that chat platforms share, without colons. */
  readonly emoji: string;
  readonly word: string;
  /** Continues "Role request …". */
  readonly phrase: string;
}

/** How each status is written, everywhere the same. */
export const statusWords: Readonly<Record<MessageStatus, StatusWords>> = {
  pending: { icon: "⏳", emoji: "hourglass_flowing_sand", word: "PENDING", phrase: "waiting for review" },
  approved: { icon: "✅", emoji: "white_check_mark", word: "APPROVED", phrase: "approved" },
  denied: { icon: "❌", emoji: "x", word: "DENIED", phrase: "denied" },
  promoted: { icon: "⭐", emoji: "star", word: "PROMOTED", phrase: "promoted to an access list" },
  expired: { icon: "⌛", emoji: "hourglass", word: "EXPIRED", phrase: "expired" },
  removed: { icon: "⛔", emoji: "no_entry", word: "REMOVED", phrase: "removed before it was decided" },
  closed: {
    icon: "❔",
    emoji: "grey_question",
    word: "CLOSED",
    phrase: "no longer open; how it ended was not observed",
  },
};

/**
 * The reaction that says how a request ended, as the short name of its icon: the one to add, and the one of `before` to
 * take away. A request that waits has none.
 */
export function toReaction(
  status: MessageStatus,
  before: MessageStatus | undefined,
): { readonly add?: string; readonly remove?: string } {
  const add = isFinal(status) ? statusWords[status].emoji : undefined;
  const old = before !== undefined && isFinal(before) ? statusWords[before].emoji : undefined;
  return { ...(add === undefined ? {} : { add }), ...(old === undefined || old === add ? {} : { remove: old }) };
}

/** What a reviewer did, as an icon and the verb that follows their name. */
export function reviewWords(state: ReviewView["state"]): { readonly icon: string; readonly verb: string } {
  if (state === "pending") return { icon: "💬", verb: "commented" };
  const { icon, phrase } = statusWords[state];
  return { icon, verb: state === "promoted" ? "promoted it to an access list" : phrase };
}

/**
 * What a message about `message` says; parts with nothing to show are left out. In the order of a reviewer's questions,
 * so that the first screen of a phone is enough to decide: who wants what and why, how it stands and where to act; then
 * for how long, and what others said.
 */
export function toDocument(message: RequestMessage): readonly DocumentPart[] {
  return [
    titleOf(message),
    ...factsPart([...nameFact("User", message.user), ...nameFact("Cluster", message.cluster)]),
    ...shownIf(message.roles.length > 0, { kind: "roles", label: "Roles", roles: message.roles }),
    ...shownIf(message.resources.length > 0, { kind: "resources", label: "Resources", names: message.resources }),
    ...prosePart("reason", "Reason", message.reason),
    statusOf(message),
    ...prosePart("resolution", "Resolution reason", message.resolveReason),
    ...actionOf(message),
    ...factsPart([...timesOf(message.times, message.status === "pending"), ...nameFact("ID", message.requestId)]),
    ...shownIf(message.reviews.length > 0, { kind: "reviews", label: "Reviews", reviews: message.reviews }),
    ...shownIf(message.notes.length > 0, { kind: "notes", notes: message.notes }),
  ];
}

/** What kind of request it is, in words. */
export function requestWords({ resources, kind }: Pick<RequestMessage, "resources" | "kind">): string {
  const what = resources.length > 0 ? "Resource request" : "Role request";
  return kind === "long_term" ? `${what} (long-term access)` : what;
}

function titleOf(message: RequestMessage): DocumentPart {
  const { icon, phrase } = statusWords[message.status];
  const kind = requestWords(message);
  const text = message.audience === "requester" ? `Your ${kind.toLowerCase()}` : kind;
  const roles = message.roles.map((role) => role.name);
  return {
    kind: "title",
    text: `${icon} ${text}: ${phrase}`,
    user: message.user,
    asksFor: message.resources.length > 0 ? message.resources : roles,
  };
}

function timesOf(times: RequestTimes, open: boolean): readonly DocumentFact[] {
  return [
    ...timeFact("Requested", times.created),
    ...(open ? timeFact("Review before", times.requestExpiry) : []),
    ...timeFact("Access from", times.assumeStart),
    ...timeFact("Access until", times.accessExpiry),
    ...lengthFact("Session length", times.assumeStart ?? times.created, times.sessionExpiry),
    ...timeFact("Session until", times.sessionExpiry),
  ];
}

function statusOf(message: RequestMessage): DocumentPart {
  const { icon, word } = statusWords[message.status];
  const { approvals, promotedTo, status } = message;
  const count = approvals && status === "pending" ? ` (${approvals.given} of ${approvals.needed} approvals)` : "";
  const promoted = status === "promoted" && promotedTo ? promotedTo.title || promotedTo.name : "";
  return { kind: "status", label: "Status", text: `${icon} ${word}${count}`, promotedTo: promoted };
}

function actionOf({ action, audience }: RequestMessage): readonly DocumentPart[] {
  if (action === undefined || audience === "requester") return [];
  if ("link" in action) return [{ kind: "link", label: "Open in Teleport", url: action.link }];
  const { approve, deny } = action;
  return [
    {
      kind: "commands",
      commands: [
        { label: "Approve", text: approve },
        { label: "Deny", text: deny },
      ],
    },
  ];
}
