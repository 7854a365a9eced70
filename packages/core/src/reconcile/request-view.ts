import { hash } from "node:crypto";
import { type AccessRequest, type Review, toResourceText } from "../domain/access-request.ts";
import type { MessageStatus, RequestMessage, RequestTimes, ReviewView, RoleView } from "../domain/request-message.ts";
import { isFinal } from "../domain/request-message.ts";
import { countApprovals } from "./approvals.ts";
import { countOmitted, type OwnState, type Shown } from "./delivery.ts";
import type { ClaimFacts } from "./official-record.ts";

/** The cluster a request belongs to, as messages name it. */
export interface ClusterView {
  readonly name: string;
  /** Base URL of the web UI, without a trailing slash; absent where the UI has no page for requests. */
  readonly webUrl?: string;
}

/** Everything that is known of one request at this moment. */
export interface RequestView {
  readonly id: string;
  /** The request as last seen; absent when this process never saw it. */
  readonly request?: AccessRequest;
  /** What the stored claim says, for when the request itself cannot be seen any more. */
  readonly facts: ClaimFacts;
  readonly status: MessageStatus;
  /** The stored resolve reason, for when the request itself cannot be seen any more. */
  readonly resolveReason?: string;
}

/** What a message about this request has to say now. */
export function toRequestMessage(view: RequestView, own: OwnState, cluster: ClusterView): RequestMessage {
  const { request, facts, status } = view;
  const approvals = request === undefined ? undefined : countApprovals(request);
  return {
    audience: "reviewer",
    form: "rich",
    requestId: view.id,
    cluster: cluster.name,
    user: request?.user ?? facts.user,
    kind: request?.kind ?? "unspecified",
    roles: (request?.roles ?? facts.roles).map((name) => toRoleView(name, facts)),
    resources: facts.resources.length > 0 ? facts.resources : (request?.resources ?? []).map(toResourceText),
    reason: request?.reason ?? facts.reason,
    status,
    resolveReason: request?.resolveReason ?? view.resolveReason ?? "",
    reviews: (request?.reviews ?? []).map(toReviewView),
    ...(request?.promotedTo === undefined ? {} : { promotedTo: request.promotedTo }),
    ...toAction(view, cluster),
    times: request === undefined ? {} : toTimes(request),
    ...(approvals === undefined ? {} : { approvals }),
    notes: toNotes(own),
  };
}

/**
 * What a message with this content shows, for comparison. The digest covers the request's fields, not the rendered
 * text, so that a version with another look edits nothing.
 */
export function toShown(message: RequestMessage): Shown {
  const known = shownBy.get(message);
  if (known !== undefined) return known;
  const { form: _form, audience: _audience, action: _action, ...fields } = message;
  const digest = hash("sha256", JSON.stringify(fields), "base64url").slice(0, 12);
  const shown = { status: message.status, digest };
  shownBy.set(message, shown);
  return shown;
}

/** One message goes to many recipients, and is compared after every result. */
const shownBy = new WeakMap<RequestMessage, Shown>();

function toReviewView(review: Review): ReviewView {
  return {
    author: review.author,
    state: review.state,
    reason: review.reason,
    ...(review.created === undefined ? {} : { created: review.created }),
  };
}

function toRoleView(name: string, facts: ClaimFacts): RoleView {
  const logins = Object.hasOwn(facts.loginsByRole, name) ? facts.loginsByRole[name] : undefined;
  return logins === undefined ? { name } : { name, logins };
}

/** The link leads to the request in every state; commands make sense only while it can still be reviewed. */
function toAction(view: RequestView, cluster: ClusterView): Pick<RequestMessage, "action"> {
  if (cluster.webUrl !== undefined) {
    return { action: { link: `${cluster.webUrl}/web/requests/${encodeURIComponent(view.id)}` } };
  }
  if (isFinal(view.status)) return {};
  return {
    action: {
      approve: `tsh request review --approve ${view.id}`,
      deny: `tsh request review --deny ${view.id}`,
    },
  };
}

function toTimes(request: AccessRequest): RequestTimes {
  return {
    ...(request.created === undefined ? {} : { created: request.created }),
    ...(request.requestExpiry === undefined ? {} : { requestExpiry: request.requestExpiry }),
    ...(request.accessExpiry === undefined ? {} : { accessExpiry: request.accessExpiry }),
    ...(request.sessionExpiry === undefined ? {} : { sessionExpiry: request.sessionExpiry }),
    ...(request.assumeStart === undefined ? {} : { assumeStart: request.assumeStart }),
  };
}

function toNotes(own: OwnState): string[] {
  const notes: string[] = [];
  if (own.cut > 0)
    notes.push(`${count(own.cut, "more suggested reviewer was", "more suggested reviewers were")} not notified.`);
  const omitted = countOmitted(own);
  if (omitted > 0)
    notes.push(`${count(omitted, "recipient was", "recipients were")} not notified: too many for one request.`);
  return notes;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
