import { requestWords, statusWords } from "./document.ts";
import {
  type DocumentFact,
  type DocumentPart,
  factsPart,
  nameFact,
  prosePart,
  shownIf,
  timeFact,
} from "./document-part.ts";
import type { MessageStatus, Notice } from "./request-message.ts";

/**
 * What the requester is told, in order: the outcome, what it is about and until when, why, and what to do next. Never
 * who reviewed it or what reviewers wrote.
 */
export function toNoticeDocument(notice: Notice): readonly DocumentPart[] {
  const { roles, resources, resolveReason, loginCommand = "", link, status } = notice;
  const hint = hints[status];
  const views = roles.map((name) => ({ name }));
  return [
    titleOf(notice),
    ...shownIf(roles.length > 0, { kind: "roles", label: "Roles", roles: views }),
    ...shownIf(resources.length > 0, { kind: "resources", label: "Resources", names: resources }),
    ...factsPart(outcomeOf(notice)),
    ...prosePart("resolution", "Resolution reason", resolveReason),
    ...(hint === undefined ? [] : [{ kind: "hint", text: hint } as const]),
    ...shownIf(loginCommand !== "", { kind: "commands", commands: [{ label: "Log in", text: loginCommand }] }),
    ...(link === undefined ? [] : [{ kind: "link", label: "Open in Teleport", url: link } as const]),
    ...factsPart([...nameFact("Cluster", notice.cluster), ...nameFact("ID", notice.requestId)]),
  ];
}

/** What the requester can do where the outcome alone does not say it. */
const hints: Readonly<Partial<Record<MessageStatus, string>>> = {
  promoted: "The access list gives lasting access: log in to Teleport again to use it.",
  expired: "Nobody decided in time. Make a new request if the access is still needed.",
  removed: "Make a new request if the access is still needed.",
};

function titleOf({ status, resources, roles, kind }: Notice): DocumentPart {
  const { icon, phrase } = statusWords[status];
  const what = requestWords({ resources, kind }).toLowerCase();
  const asksFor = resources.length > 0 ? resources : roles;
  return { kind: "title", text: `${icon} Your ${what}: ${phrase}`, asksFor };
}

/** Times only of access that was granted: what a denied request would have given is no news. */
function outcomeOf({ status, times, promotedTo }: Notice): readonly DocumentFact[] {
  const list = status === "promoted" && promotedTo !== undefined ? promotedTo.title || promotedTo.name : "";
  const granted = status === "approved" ? times : {};
  return [
    ...nameFact("Access list", list),
    ...timeFact("Access from", granted.assumeStart),
    ...timeFact("Access until", granted.accessExpiry),
    ...timeFact("Session until", granted.sessionExpiry),
  ];
}
