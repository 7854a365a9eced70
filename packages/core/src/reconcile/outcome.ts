import type { MessageStatus, Notice, RequestMessage } from "../domain/request-message.ts";
import type { OwnState } from "./delivery.ts";
import type { Abilities } from "./plan.ts";

/**
 * Outcomes that somebody waits for. Not `closed`: nobody saw how that request ended, and who asked knows more than we do.
 */
const outcomes: ReadonlySet<MessageStatus> = new Set(["approved", "denied", "promoted", "expired", "removed"]);

/**
 * Settles a final status, and with it what follows beside the edits: telling the requester and putting signs on the
 * messages. What is switched off at this moment is not made up for later.
 */
export function decide(own: OwnState, status: MessageStatus, abilities: Abilities): OwnState {
  const { notice: _notice, sign: _sign, ...rest } = own;
  const told = outcomes.has(status);
  return {
    ...rest,
    status,
    ...(told && abilities.notify ? { notice: { status, state: "waiting" } } : {}),
    ...(told && abilities.react ? { sign: status } : {}),
  };
}

/** What the requester is told: the outcome and what was granted, nothing of the reviews. */
export function toNotice(message: RequestMessage): Notice {
  const { requestId, cluster, kind, status, roles, resources, resolveReason, promotedTo, action } = message;
  const { assumeStart, accessExpiry, sessionExpiry } = message.times;
  return {
    form: message.form,
    requestId,
    cluster,
    kind,
    status,
    roles: roles.map(({ name }) => name),
    resources,
    resolveReason,
    ...(promotedTo === undefined ? {} : { promotedTo }),
    times: {
      ...(assumeStart === undefined ? {} : { assumeStart }),
      ...(accessExpiry === undefined ? {} : { accessExpiry }),
      ...(sessionExpiry === undefined ? {} : { sessionExpiry }),
    },
    ...(status === "approved" ? { loginCommand: `tsh login --request-id=${requestId}` } : {}),
    ...(action !== undefined && "link" in action ? { link: action.link } : {}),
  };
}
